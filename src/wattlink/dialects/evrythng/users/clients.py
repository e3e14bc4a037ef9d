"""Where somebody who proves something comes from, as far as that can be told."""

from wattlink.domain.access.model import KeyKind
from wattlink.web.authentication import network_of_caller
from wattlink.web.call import Call


def network_of_app(request: Call) -> str | None:
    """The user's network where the app itself calls; with its trusted key its server does, for everybody."""
    return network_of_caller(request) if request.access.kind is KeyKind.APPLICATION else None
