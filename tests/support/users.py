"""Users as apps make them, without the session or the sign-up that would bring them."""

from datetime import datetime

from wattlink.base.ids import new_id
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.users.model import User
from wattlink.domain.users.store import get


async def get_or_create(tx: Transaction, access: Access, external_id: str, *, now: datetime) -> User:
    """The user of this id, made if it is new."""
    await tx.execute(
        """
        INSERT INTO app_user (user_id, application_id, external_id, created_at)
        VALUES (%(user_id)s, %(application_id)s, %(external_id)s, %(now)s)
        ON CONFLICT (application_id, external_id) DO NOTHING
        """,
        user_id=new_id(),
        application_id=access.application_id,
        external_id=external_id,
        now=now,
    )
    return await get(tx, access, external_id)
