"""Sessions are made at once, for users who are there and for new ones."""

import asyncio
from datetime import UTC, datetime

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.domain.linking.creating.create import create
from wattlink.domain.linking.model import NewLinkSession
from wattlink.domain.users import store as users

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKED = NewLinkSession(
    kinds=(Kind.VEHICLE,), scopes=("vehicle:read:data",), language="en", redirect_uri="https://app.example.com/done"
)


async def test_however_many_sessions_are_made_at_once_a_new_user_is_made_once(world: World) -> None:
    db, access = world.hub.db, world.access
    made = await asyncio.gather(*(create(db, access, f"user{at % 3}", ASKED, now=NOW) for at in range(30)))
    assert len({session.session_id for session in made}) == 30
    async with db.read() as reader:
        assert await users.count(reader, access) == 3
        owners = await reader.all(
            int, "SELECT count(*) FROM link_session JOIN app_user USING (user_id) GROUP BY external_id"
        )
    assert owners == [10, 10, 10]
