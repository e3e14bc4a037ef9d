"""SQL on share."""

from datetime import datetime
from typing import LiteralString

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RoleId, ShareId, UserId
from wattlink.domain.errors import NotFound
from wattlink.domain.sharing.shares.model import Share

_SELECT: LiteralString = """
    SELECT share_id, share.application_id, project_id, owner_id, actor_id, role_id, actor.email AS actor_email,
           share.created_at
      FROM share JOIN application USING (application_id) JOIN app_user AS actor ON actor.user_id = actor_id
"""


async def add(
    tx: Transaction,
    application_id: ApplicationId,
    share_id: ShareId,
    role_id: RoleId,
    *,
    owner_id: UserId,
    actor_id: UserId,
    now: datetime,
) -> bool:
    """Whether it was added; not if the actor has the owner's by this role already."""
    added = await tx.execute(
        """
        INSERT INTO share (share_id, application_id, owner_id, actor_id, role_id, created_at)
        VALUES (%(share_id)s, %(application_id)s, %(owner_id)s, %(actor_id)s, %(role_id)s, %(now)s)
            ON CONFLICT DO NOTHING
        """,
        share_id=share_id,
        application_id=application_id,
        owner_id=owner_id,
        actor_id=actor_id,
        role_id=role_id,
        now=now,
    )
    return added > 0


async def find_own(reader: Reader, user_id: UserId) -> Share | None:
    """A user's own share, if it has one."""
    return await reader.one_or_none(
        Share, _SELECT + " WHERE owner_id = %(user_id)s AND actor_id = %(user_id)s", user_id=user_id
    )


async def own(reader: Reader, user_id: UserId) -> Share:
    """A user's own share; raises NotFound for one that has none, since the app only names it."""
    found = await find_own(reader, user_id)
    if found is None:
        raise NotFound("share", user_id)
    return found


async def between(reader: Reader, owner_id: UserId, actor_id: UserId) -> list[Share]:
    """What an owner gives an actor, the oldest first."""
    return await reader.all(
        Share,
        _SELECT + " WHERE owner_id = %(owner_id)s AND actor_id = %(actor_id)s ORDER BY share.created_at, share_id",
        owner_id=owner_id,
        actor_id=actor_id,
    )


async def of_actor(reader: Reader, actor_id: UserId) -> list[Share]:
    """What a user may act by, its own first."""
    return await reader.all(
        Share,
        _SELECT + " WHERE actor_id = %(actor_id)s ORDER BY owner_id <> actor_id, share.created_at, share_id",
        actor_id=actor_id,
    )


async def lock(tx: Transaction, share_id: ShareId, user_id: UserId) -> Share:
    """A share that the user gives or has, held until the end of the transaction."""
    await tx.execute("SELECT FROM share WHERE share_id = %(share_id)s FOR UPDATE", share_id=share_id)
    found = await tx.one_or_none(
        Share,
        _SELECT + " WHERE share_id = %(share_id)s AND %(user_id)s IN (owner_id, actor_id)",
        share_id=share_id,
        user_id=user_id,
    )
    if found is None:
        raise NotFound("access", share_id)
    return found


async def delete(tx: Transaction, share_id: ShareId) -> None:
    """End a share, and with it its keys."""
    await tx.execute("DELETE FROM share WHERE share_id = %(share_id)s", share_id=share_id)


async def delete_of_user(tx: Transaction, user_id: UserId) -> None:
    """End what a user gives, what it has, and its own share, with all their keys.

    They are held in one order first: two users who leave at once, who share both ways, can't wait for each other.
    """
    await tx.all(
        ShareId,
        """
        SELECT share_id FROM share WHERE owner_id = %(user_id)s OR actor_id = %(user_id)s ORDER BY share_id FOR UPDATE
        """,
        user_id=user_id,
    )
    await tx.execute("DELETE FROM share WHERE owner_id = %(user_id)s OR actor_id = %(user_id)s", user_id=user_id)
