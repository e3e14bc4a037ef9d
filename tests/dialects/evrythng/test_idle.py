"""Anonymous users whom nobody is any more are deleted, where the operator wants that."""

from datetime import timedelta

from tests.dialects.evrythng.conftest import World
from tests.support.clock import StillClock
from wattlink.domain.leaving.forget_idle import forget_idle

_MONTH = timedelta(days=30)


async def test_idle_anonymous_users_go_and_nobody_else(ours: World, clock: StillClock) -> None:
    made = [await ours.public.post("/auth/evrythng/users?anonymous=true") for _ in range(3)]
    ids = [each["evrythngUser"] for each in made]
    users = [ours.caller(each["evrythngApiKey"]) for each in made]
    await ours.public.post("/auth/evrythng/users", {"email": "ada@example.com", "password": "password"})
    clock.forward(days=20)
    await users[0].get("/access")
    await users[1].put(f"/users/{ids[1]}", {"email": "bob@example.com", "password": "password"})
    ours.hub.door.forget()

    async def forget() -> int:
        return await forget_idle(ours.hub.db, _MONTH, vault=ours.hub.vault, clock=clock)

    assert await forget() == 0
    clock.forward(days=11)
    assert await forget() == 1
    ours.hub.door.forget()
    assert [await user.status("GET", "/access") for user in users] == [200, 200, 403]
    clock.forward(days=31)
    assert await forget() == 1
    assert [user["id"] for user in await ours.operator.get("/users?filter=email%3Dbob@example.com")] == [ids[1]]
    assert await ours.operator.status("GET", f"/users/{ids[0]}") == 404
