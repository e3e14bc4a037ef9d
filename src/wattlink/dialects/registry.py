"""The dialects, one line each."""

from collections.abc import Callable, Mapping

from litestar import Litestar

from wattlink.dialects import enode, evrythng, platform, podero
from wattlink.dialects.enode.app import make_app as make_enode_app
from wattlink.dialects.enode.events import EnodeWebhooks
from wattlink.dialects.evrythng.app import make_app as make_evrythng_app
from wattlink.dialects.platform.app import make_app as make_platform_app
from wattlink.dialects.platform.events.bodies import PlatformWebhooks
from wattlink.dialects.podero.app import make_app as make_podero_app
from wattlink.dialects.podero.events.bodies import PoderoWebhooks
from wattlink.domain.webhooks.dialect import WebhookDialect
from wattlink.settings.model import Settings
from wattlink.wiring import Hub


def webhook_dialects(settings: Settings) -> Mapping[str, WebhookDialect]:
    """How each dialect tells events."""
    return {
        enode.DIALECT: EnodeWebhooks.of(settings),
        platform.DIALECT: PlatformWebhooks.of(settings),
        podero.DIALECT: PoderoWebhooks.of(settings),
    }


def _platform(hub: Hub) -> Litestar:
    return make_platform_app(hub, webhook_dialects(hub.settings))


DIALECTS: Mapping[str, Callable[[Hub], Litestar]] = {
    enode.DIALECT: make_enode_app,
    platform.DIALECT: _platform,
    evrythng.DIALECT: make_evrythng_app,
    podero.DIALECT: make_podero_app,
}
