"""What a dialect says about webhooks: its names and bodies, its headers, its patience."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from wattlink.base.log import get_logger
from wattlink.domain.access.ids import DeliveryId
from wattlink.domain.events.model import Event

_log = get_logger(__name__)


class WebhookDialect(Protocol):
    """How events look to the apps that speak one dialect. Wiring hands them out by the dialect's name."""

    @property
    def deadline(self) -> float:
        """Seconds within which a receiver has to answer."""
        ...

    @property
    def deactivate_after(self) -> timedelta:
        """How long a receiver may fail, without one success, until its subscription becomes inactive."""
        ...

    def name_of(self, event: Event) -> str | None:
        """What the dialect calls this event, by its type and its payload's kind; None: it isn't shown at all."""
        ...

    def render(self, events: Sequence[Event], api_version: str | None) -> bytes:
        """The body of a delivery: each event has a name and a payload. Not called twice for one delivery."""
        ...

    def heartbeat(self, pending: int, now: datetime, api_version: str | None) -> bytes:
        """The body that says that all is well and about how many events wait."""
        ...

    def test(self, now: datetime, api_version: str | None) -> bytes:
        """The body that an app asks for in order to try its receiver."""
        ...

    def headers(self, secret: str, delivery_id: DeliveryId, body: bytes) -> Mapping[str, str]:
        """The dialect's own headers, lower-case; those of Standard Webhooks go along in any case."""
        ...


def rendered(dialect: WebhookDialect, events: Sequence[Event], api_version: str | None) -> bytes | None:
    """The body that carries these events; None if there is one among them that the dialect stumbles over."""
    try:
        return dialect.render(events, api_version)
    except Exception:  # what one event does to the renderer must not keep anybody from all others
        _log.exception("events can't be rendered", first=str(events[0].event_id), events=len(events))
        return None
