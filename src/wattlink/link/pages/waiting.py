"""What happens while somebody waits, as it happens, and the same for the page's script."""

from datetime import timedelta

import msgspec
from litestar import Response

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import manifests
from wattlink.domain.accounts.link import discovery
from wattlink.domain.linking.model import LinkSession, State
from wattlink.link.pages.steps import standings, steps
from wattlink.link.sight import Sight
from wattlink.link.texts.words import N_, words

_LONG_ENOUGH = timedelta(seconds=25)


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """How far the waiting is. `mark` changes when there is another page to show."""

    mark: str
    standings: list[str]
    said: str
    waits: str | None
    may_leave: bool


def mark(session: LinkSession) -> str:
    """What a session's page depends on."""
    return f"{session.state}-{session.turn}-{session.is_checking}-{session.is_picking}"


async def happening(sight: Sight) -> Happening:
    """How far it is."""
    session = sight.session
    found = None
    if session.account_id is not None and session.discover_from is not None:
        async with sight.ui.hub.db.read() as reader:
            found = await discovery(reader, session.account_id, session.discover_from)
    shown = standings(_names(session), _current(session, reading=found is not None and found.finished), sight.language)
    name = manifests()[session.vendor].name if session.vendor else ""
    return Happening(
        mark=mark(session),
        standings=[step.standing for step in shown],
        said=next((step.name for step in shown if step.standing == "current"), ""),
        waits=None
        if found is None or found.error is None
        else sight.language.say("%(brand)s does not answer at the moment. We keep trying.", brand=name),
        may_leave=session.state is not State.EXCHANGING
        and session.cancel_uri is None  # a partner hears of a device, or that there is none
        and not session.waits_for_app  # which has to hear who it was
        and sight.ui.hub.clock() - session.step_started_at >= _LONG_ENOUGH,
    )


async def waiting(sight: Sight) -> Response[str]:
    """The page, which looks again every few seconds where no script does."""
    session = sight.session
    now = await happening(sight)
    names = [sight.language.say(name) for name in _names(session)]
    heading = N_("Checking with %(brand)s") if session.is_checking else words(_kinds(session)).finding
    return sight.page(
        "waiting.html",
        scripted=True,
        steps=steps(sight, "devices"),
        heading=sight.language.say(heading, brand=manifests()[session.vendor].name if session.vendor else ""),
        happening=[{"name": name, "standing": standing} for name, standing in zip(names, now.standings, strict=True)],
        mark=now.mark,
        said=now.said,
        waits=now.waits,
        may_leave=now.may_leave,
        app_address=sight.way_back(),
        may_cancel=session.cancel_uri is not None,
    )


def _names(session: LinkSession) -> list[str]:
    if session.is_checking:
        return [N_("Asking whether the step is done"), N_("Reading the newest values")]
    if session.state is State.AWAITING_DEVICE:
        return [N_("Waiting for your charger to connect")]
    signing_in = N_("Signing in") if session.state is State.EXCHANGING else N_("Signed in")
    return [signing_in, words(_kinds(session)).looking, N_("Reading the first values")]


def _kinds(session: LinkSession) -> list[Kind]:
    """The kinds that may be found: those that are asked for and that the vendor has."""
    return [kind for kind in manifests()[session.vendor or ""].kinds if kind in session.kinds]


def _current(session: LinkSession, *, reading: bool) -> int:
    first = 0 if session.is_checking or session.state in (State.EXCHANGING, State.AWAITING_DEVICE) else 1
    return first + reading
