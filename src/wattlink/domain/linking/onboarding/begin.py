"""A partner asks for a way to add one device of a user."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from wattlink.base.ids import digest
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SessionId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.linking.creating import store as creating
from wattlink.domain.linking.model import LinkSession, Purpose, State
from wattlink.domain.linking.onboarding import store
from wattlink.domain.linking.onboarding.model import NewOnboarding
from wattlink.domain.organizations import store as organizations
from wattlink.domain.organizations.redirects import check_redirect_uri
from wattlink.domain.premises import store as premises
from wattlink.domain.users import store as users
from wattlink.domain.users.people import store as people

_SCOPES = {
    "vehicle": ("vehicle:read:data", "vehicle:control:charging"),
    "charger": ("charger:read:data", "charger:control:charging"),
    "hvac": ("hvac:read:data", "hvac:control:mode"),
    "inverter": ("inverter:read:data",),
}


async def begin(tx: Transaction, access: Access, new: NewOnboarding, *, now: datetime) -> SessionId:
    """A session until the end of the next day in UTC; raises NotFound for the user, InvalidInput for a field.

    Its id opens the page, as partners expect, and so is wholly random.
    """
    application = await organizations.get_application(tx, access.application_id)
    _check_address("success_url", new.success_uri, application.redirect_uris)
    _check_address("cancel_url", new.cancel_uri, application.redirect_uris)
    await people.get(tx, access, new.user_id)
    await users.hold(tx, new.user_id)
    if new.defaults.building_id is not None:
        await premises.building(tx, access, new.user_id, new.defaults.building_id)
    session_id = SessionId(uuid4())
    session = LinkSession(
        session_id=session_id,
        application_id=access.application_id,
        user_id=new.user_id,
        state=State.CREATED,
        purpose=Purpose.LINK,
        kinds=new.kinds,
        scopes=tuple(scope for kind in new.kinds for scope in _SCOPES[kind]),
        language=new.language,
        color_scheme="system",
        redirect_uri=new.success_uri,
        cancel_uri=new.cancel_uri,
        prefers_form=True,
        binding=application.link_binding,
        step_started_at=now,
        created_at=now,
        expires_at=end_of_next_day(now),
    )
    await creating.add(tx, session, digest(str(session_id)))
    await store.add(tx, session_id, new)
    return session_id


def end_of_next_day(now: datetime) -> datetime:
    """The first moment of the day after tomorrow, in UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=2)


def _check_address(field: str, uri: str, listed: tuple[str, ...]) -> None:
    try:
        check_redirect_uri(uri, listed)
    except InvalidInput as error:
        raise InvalidInput(field, error.problem, allowed=error.allowed) from None
