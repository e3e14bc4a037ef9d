"""How each dialect tells events, as the registry hands it to this one."""

from collections.abc import Mapping

from wattlink.domain.errors import InvalidInput
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.web.call import Call

STATE = "webhook_dialects"  # the key in the app's state


def webhook_dialects(call: Call) -> Mapping[str, WebhookDialect]:
    """All of them, by their names."""
    dialects: Mapping[str, WebhookDialect] = call.app.state[STATE]
    return dialects


def webhook_dialect(call: Call, name: str) -> WebhookDialect:
    """The one of this name; raises InvalidInput."""
    dialects = webhook_dialects(call)
    if name not in dialects:
        raise InvalidInput("dialect", "isn't a dialect that tells events", allowed=tuple(dialects))
    return dialects[name]
