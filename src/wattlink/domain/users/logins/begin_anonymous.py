"""Somebody begins without saying who it is: a user with a key and nothing else, which can be filled in later."""

from datetime import datetime

from wattlink.db.database import Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.logins import store
from wattlink.domain.users.model import AppUser, Login


async def begin_anonymous(tx: Transaction, access: Access, user_id: UserId, shown_id: str, *, now: datetime) -> AppUser:
    """A new anonymous user, known to the app by the id that the dialect shows."""
    user = AppUser(
        user_id=user_id,
        application_id=access.application_id,
        external_id=shown_id,
        created_at=now,
        project_id=None,
        login=Login.ANONYMOUS,
        email=None,
        first_name=None,
        last_name=None,
        profile={},
        activated_at=None,
        changed_at=None,
    )
    if not await store.add(tx, user):
        raise AlreadyExists("the app gave this id to another user")
    return await store.get(tx, access, user_id)
