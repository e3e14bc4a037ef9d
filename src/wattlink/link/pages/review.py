"""What the app will see, and the sign-in: a button that leaves for the vendor, or a form."""

from typing import Any

from litestar import Response

from wattlink.connectors.registry import SignIn, manifests
from wattlink.db.database import Reader
from wattlink.domain.access.ids import AccountId
from wattlink.domain.accounts import store as accounts
from wattlink.domain.accounts.model import AccountState
from wattlink.domain.errors import NotFound
from wattlink.domain.linking.model import Cause, Purpose, State
from wattlink.domain.linking.steps.sealing import unseal
from wattlink.domain.linking.steps.way import way_in
from wattlink.domain.vendors import store as vendors
from wattlink.domain.vendors.health.look import look_at
from wattlink.link.brands import brand, host
from wattlink.link.pages.steps import steps
from wattlink.link.pages.trouble import trouble
from wattlink.link.sight import Sight
from wattlink.link.texts.consent import consent, custody, where_found
from wattlink.link.texts.refused import WRONG_KEY, WRONG_PASSWORD, Refused
from wattlink.link.texts.trouble import warned
from wattlink.link.texts.words import N_

_TRIES_BEFORE_RESET = 3
_USERNAMES = {
    "email": N_("E-mail address"),
    "phone_or_email": N_("Phone number or e-mail address"),
    "name": N_("User name"),
    "site_id": N_("Site ID"),
}


async def review(sight: Sight, *, leaving: bool = False) -> Response[str]:
    """The page of a session whose vendor is known; `leaving`: go on to the vendor without another click."""
    session, language = sight.session, sight.language
    assert session.vendor is not None
    assert session.registration_id is not None
    manifest, now = manifests()[session.vendor], sight.ui.hub.clock()
    async with sight.ui.hub.db.read() as reader:
        registration = await vendors.get(reader, session.registration_id)
        health = await look_at(reader, session.registration_id, now=now)
        is_broken = session.relink_account_id is not None and await _needs_mending(reader, session.relink_account_id)
    if not health.may_link:
        return trouble(sight, health)
    is_bound = session.state is not State.CREATED
    sign_in = way_in(session) or manifest.sign_in
    return sight.page(
        "review.html",
        scripted=True,
        steps=steps(sight, "sign_in"),
        brand=brand(manifest, session.kinds, language),
        relinking=session.purpose is Purpose.RELINK,
        is_broken=is_broken,
        consent=consent(session, manifest, language),
        custody=custody(sign_in, manifest.name, language),
        warning=warned(health, manifest, language),
        host=host(manifest, registration.hosts),
        is_bound=is_bound,
        leaving=leaving and sign_in.way == "redirect",
        where_found=where_found(sign_in, manifest, language),
        may_change_brand=is_bound and not session.vendor_is_fixed,
        refused_address=sight.way_back(Cause.CANCELLED),
        **_sign_in(sight, sign_in, manifest.name, is_bound=is_bound),
    )


def _sign_in(sight: Sight, sign_in: SignIn, brand_name: str, *, is_bound: bool) -> dict[str, Any]:
    """The button that leaves, or the form; without addresses before the session is somebody's."""
    session, language = sight.session, sight.language
    return {
        "way": sign_in.way,
        "leave_address": sight.leave_address if is_bound else "",
        "sign_in_address": f"{sight.here}/sign-in" if is_bound else "",
        "username_label": language.say(_USERNAMES[sign_in.username]),
        "username_type": sign_in.username,
        "password_label": language.say(N_("API key") if sign_in.asks_for_key else N_("Password")),
        "username": unseal(session, vault=sight.ui.hub.vault).username or "" if is_bound else "",
        "problem": _refused(sight, sign_in, brand_name),
        "offer_reset": session.failures >= _TRIES_BEFORE_RESET,
    }


async def _needs_mending(reader: Reader, account_id: AccountId) -> bool:
    """Whether the vendor lets nobody in any more; else only a permission is missing."""
    try:
        account = await accounts.get(reader, account_id)
    except NotFound:
        return True
    return account.state in (AccountState.BROKEN, AccountState.DEAUTHORIZED)


def _refused(sight: Sight, sign_in: SignIn, brand_name: str) -> Refused | None:
    """What is said above the form once it was filled in wrongly."""
    if sight.session.cause is not Cause.WRONG_CREDENTIALS:
        return None
    said = WRONG_KEY if sign_in.asks_for_key else WRONG_PASSWORD
    title, text, again = (sight.language.say(each, brand=brand_name) for each in (said.title, said.text, said.again))
    return Refused(title=title, text=text, again=again)
