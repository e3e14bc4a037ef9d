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


def failure(sight: Sight, cause: Cause, *, leads_back: bool = True, way_on: str | None = None) -> Response[str]:
    """The page of a cause; `leads_back`: with the address of the app, which may hold a state of its own.

    `way_on` is that address for who has succeeded before.
    """
    session, manifest = sight.session, manifests().get(sight.session.vendor or "")
    told = _told(sight, cause, manifest)
    brand = manifest.name if manifest else sight.language.say("the brand")
    may_try = told.action is Action.AGAIN and not session.has_ended
    ways = _ways_on(sight, cause, told, manifest) if may_try and manifest is not None else []
    if leads_back:
        address = way_on or _address_out(sight, cause)
        kind = "quiet" if ways else "main"
        ways.append(Way(label=sight.language.say("Back to %(app)s", app=sight.app_name), kind=kind, address=address))
    return sight.page(
        "failure.html",
        status=_STATUS.get(cause, 200),
        failure=_said(told, sight.language, {"app": sight.app_name, "brand": brand}),
        ways=ways,
        reference=str(session.session_id),
    )


def _told(sight: Sight, cause: Cause, manifest: Manifest | None) -> Failure:
    told = FAILURES[cause]
    if cause is Cause.WRONG_CREDENTIALS and manifest is not None and manifest.sign_in.asks_for_key:
        told = WRONG_KEYS
    if told.title:
        return told
    sought = [kind for kind in sight.session.kinds if manifest is None or kind in manifest.kinds]
    return msgspec.structs.replace(told, title=words(sought).none)


def _ways_on(sight: Sight, cause: Cause, told: Failure, manifest: Manifest) -> list[Way]:
    """The ways to another try."""
    language = sight.language
    again = language.say(told.label, app=sight.app_name, brand=manifest.name)
    ways = [Way(label=again, kind="main", vendor=manifest.vendor)]
    if cause is Cause.ACCOUNT_LOCKED and manifest.sign_in.reset:
        label = language.say("Open %(brand)s's help page", brand=manifest.name)
        ways.append(Way(label=label, kind="second", address=manifest.sign_in.reset, new_tab=True))
    if not sight.session.vendor_is_fixed:
        ways.append(Way(label=language.say("Choose another brand"), kind="quiet", vendor=""))
    return ways


def _address_out(sight: Sight, cause: Cause) -> str:
    return sight.session.cancel_uri or sight.way_back(None if cause in _NO_ERROR else cause)


def failure_without_session(ui: LinkUi, request: AnyRequest, told: Failure, *, status: int) -> Response[str]:
    """The page of a failure where nobody knows which app to lead back to."""
    language = choose("browser", request.headers.get("accept-language", ""))
    values = {"failure": _said(told, language, {}), "ways": [], "reference": None, "steps": None, "scripted": False}
    return ui.renderer.page("failure.html", language, {**values, "here": "", "check_token": ""}, status=status)


def _said(told: Failure, language: Language, names: Mapping[str, str]) -> Failure:
    """The failure's texts in a language, with the names that belong into them."""
    title, what, turn = (language.say(text, **names) for text in (told.title, told.what, told.turn))
    return msgspec.structs.replace(told, title=title, what=what, turn=turn)
