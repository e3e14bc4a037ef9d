"""What went wrong: one page for every cause of the closed list."""

from collections.abc import Mapping

import msgspec
from litestar import Response

from wattlink.connectors.registry import Manifest, manifests
from wattlink.domain.linking.model import Cause
from wattlink.link.browser import AnyRequest
from wattlink.link.sight import LinkUi, Sight
from wattlink.link.texts.failures import FAILURES, WRONG_KEYS, Action, Failure
from wattlink.link.texts.languages import Language, choose
from wattlink.link.texts.words import words

_STATUS: Mapping[Cause, int] = {
    Cause.SESSION_EXPIRED: 410,
    Cause.SESSION_USED: 410,
    Cause.WRONG_BROWSER: 403,
}
_NO_ERROR = frozenset({Cause.ALREADY_LINKED, Cause.SESSION_USED})  # the app has nothing to be told


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A button: it posts a vendor, or leads to an address."""

    label: str
    kind: str
    vendor: str | None = None
    address: str = ""
    new_tab: bool = False


def failure(sight: Sight, cause: Cause, *, leads_back: bool = True) -> Response[str]:
    """The page of a cause; `leads_back`: with the address of the app, which may hold a state of its own."""
    language, session = sight.language, sight.session
    manifest = manifests().get(session.vendor or "")
    told = _told(cause, manifest)
    names = {"app": sight.app_name, "brand": manifest.name if manifest else language.say("the brand")}
    may_try = told.action is Action.AGAIN and manifest is not None and not session.has_ended
    out = Way(
        label=language.say("Back to %(app)s", **names),
        kind="quiet" if may_try else "main",
        address=session.cancel_uri or sight.way_back(None if cause in _NO_ERROR else cause),
    )
    ways = [out] if leads_back else []
    if may_try:
        ways.insert(0, Way(label=language.say(told.label, **names), kind="main", vendor=session.vendor))
        if cause is Cause.ACCOUNT_LOCKED and manifest is not None and manifest.sign_in.reset:
            label = language.say("Open %(brand)s's help page", **names)
            ways.insert(1, Way(label=label, kind="second", address=manifest.sign_in.reset, new_tab=True))
        if not session.vendor_is_fixed:
            ways.insert(-1, Way(label=language.say("Choose another brand"), kind="quiet", vendor=""))
    if not told.title:
        sought = [kind for kind in session.kinds if manifest is None or kind in manifest.kinds]
        told = msgspec.structs.replace(told, title=words(sought).none)
    return sight.page(
        "failure.html",
        status=_STATUS.get(cause, 200),
        failure=_said(told, language, names),
        ways=ways,
        reference=str(session.session_id),
    )


def _told(cause: Cause, manifest: Manifest | None) -> Failure:
    if cause is Cause.WRONG_CREDENTIALS and manifest is not None and manifest.sign_in.asks_for_key:
        return WRONG_KEYS
    return FAILURES[cause]


def failure_without_session(ui: LinkUi, request: AnyRequest, told: Failure, *, status: int) -> Response[str]:
    """The page of a failure where nobody knows which app to lead back to."""
    language = choose("browser", request.headers.get("accept-language", ""))
    values = {"failure": _said(told, language, {}), "ways": [], "reference": None, "steps": None, "scripted": False}
    return ui.renderer.page("failure.html", language, {**values, "here": "", "check_token": ""}, status=status)


def _said(told: Failure, language: Language, names: Mapping[str, str]) -> Failure:
    """The failure's texts in a language, with the names that belong into them."""
    title, what, turn = (language.say(text, **names) for text in (told.title, told.what, told.turn))
    return msgspec.structs.replace(told, title=title, what=what, turn=turn)
