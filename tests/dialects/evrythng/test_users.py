"""Users of an application: what is said of them, who reads, changes and deletes it."""

from typing import Any

from tests.dialects.evrythng.by_password import ADA, LOGIN, active, anonymous, signed_up
from tests.dialects.evrythng.conftest import World
from tests.support.clock import StillClock
from tests.support.users import get_or_create
from wattlink.dialects.evrythng.ids import id_of
from wattlink.domain.users import store as users


async def test_a_user_changes_what_is_its_own(ours: World, clock: StillClock) -> None:
    user_id, user = await active(ours)
    clock.forward(minutes=1)
    said = {
        "firstName": "Augusta",
        "birthday": {"day": 10, "month": 12, "year": 1815},
        "gender": "female",
        "timezone": "Europe/London",
        "locale": "en-GB",
        "photo": "data:image/png;base64,",
        "customFields": {"favouriteNumber": 7, "nested": {"A": [1, None]}},
        "tags": ["engine"],
    }
    changed = await user.put(f"/users/{user_id}", said)
    assert {**changed, **said} == changed
    assert changed["updatedAt"] > changed["createdAt"]
    assert changed["lastName"] == "Byron"
    whole = await user.put(f"/users/{user_id}", {**changed, "photo": None})
    assert "photo" not in whole
    assert whole["tags"] == ["engine"]
    assert await user.get(f"/users/{user_id}") == whole
    came = await ours.public.post("/users/login", LOGIN)
    assert (await user.put(f"/users/{user_id}", came))["firstName"] == "Augusta"  # a client sends back what it was told
    with_scopes = await user.get(f"/users/{user_id}?withScopes=true")
    assert with_scopes["scopes"] == {"users": [user_id], "projects": [ours.project]}


async def test_a_password_is_changed_with_the_current_one(ours: World) -> None:
    user_id, user = await active(ours)
    path = f"/users/{user_id}"
    assert await user.status("PUT", path, {"password": "new password", "firstName": "Eve"}) == 403
    wrong = {"password": "new password", "oldPassword": "pass word", "firstName": "Eve"}
    assert await user.status("PUT", path, wrong) == 403
    assert await user.status("PUT", path, {"password": "short", "oldPassword": "password"}) == 400
    assert (await user.get(path))["firstName"] == "Ada"
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 201
    assert await user.status("PUT", path, {"password": "new password", "oldPassword": "password"}) == 200
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 401
    assert await ours.public.status("POST", "/auth/evrythng", {**LOGIN, "password": "new password"}) == 201
    assert await ours.operator.status("PUT", path, {"password": "reset by us"}) == 200
    assert await ours.public.status("POST", "/auth/evrythng", {**LOGIN, "password": "reset by us"}) == 201


async def test_a_list_of_users(ours: World, theirs: World, clock: StillClock) -> None:
    await active(theirs)
    ids: list[str] = []
    for name in ("Ada", "Bob", "Cy"):
        clock.forward(minutes=1)
        ids.insert(0, (await signed_up(ours, email=f"{name}@example.com", firstName=name))["evrythngUser"])
    await anonymous(ours)
    answer = await ours.operator.send("GET", "/users?perPage=2")
    assert [user["id"] for user in answer.json()] == ids[:2]
    assert answer.headers["x-result-count"] == "3"
    assert "page%3D2" in answer.headers["link"]
    rest = await ours.operator.send("GET", "/users?perPage=2&page=2")
    assert [user["id"] for user in rest.json()] == ids[2:]
    assert "link" not in rest.headers

    async def found(query: str) -> list[str]:
        return [user["id"] for user in await ours.trusted.get(f"/users?{query}")]

    assert await found("sortOrder=ASCENDING") == ids[::-1]
    assert await found("filter=firstName%3DBob") == [ids[1]]
    assert await found("filter=email%3Dcy@example.com%26lastName%3DByron") == [ids[0]]
    assert await found(f"ids={ids[2]},{ids[0]}") == [ids[0], ids[2]]
    assert await found(f"project={ours.project}&app={ours.application}") == ids
    assert await found(f"project={theirs.project}") == []
    assert await ours.trusted.status("GET", "/users?filter=password%3Dx") == 400
    assert await ours.operator.status("GET", f"/users?app={theirs.application}") == 404


async def test_a_user_that_another_dialect_made_is_the_same_user(ours: World) -> None:
    access = await ours.hub.door.access_of(str(ours.trusted.key))
    async with ours.hub.db.transaction() as tx:
        await get_or_create(tx, access, "customer-7", now=ours.hub.clock())
    [named] = await ours.operator.get("/users")
    assert named["externalId"] == "customer-7"
    assert "email" not in named
    for external_id in ("customer-7", "customer-8"):  # also before the app's server names it
        sent = {**ADA, "externalId": external_id}
        assert await ours.public.status("POST", "/auth/evrythng/users", sent) == 403
    assert "email" not in await ours.operator.get(f"/users/{named['id']}")
    made = await ours.trusted.post("/auth/evrythng/users", {**ADA, "externalId": "customer-7"})
    assert made["evrythngUser"] == named["id"]
    again = {**ADA, "externalId": "customer-7", "email": "eve@example.com"}
    assert await ours.trusted.status("POST", "/auth/evrythng/users", again) == 409
    new = {**ADA, "externalId": "customer-8", "email": "bob@example.com"}
    assert await ours.operator.status("POST", f"/auth/evrythng/users?app={ours.application}", new) == 201
    own_name = (await ours.public.post("/auth/evrythng/users", {**ADA, "email": "cy@example.com"}))["evrythngUser"]
    async with ours.hub.db.read() as reader:
        assert (
            await users.get(reader, access, own_name)
        ).external_id == own_name  # for dialects that show the app's id
        bob = await users.get(reader, access, "customer-8")
    assert (await ours.trusted.get("/users?filter=email%3Dbob@example.com"))[0]["id"] == id_of(bob.user_id)


async def test_an_operator_gives_a_user_who_was_only_named_a_login(ours: World) -> None:
    access = await ours.hub.door.access_of(str(ours.trusted.key))
    async with ours.hub.db.transaction() as tx:
        for name in ("customer-7", "customer-8"):
            await get_or_create(tx, access, name, now=ours.hub.clock())
    ids = {user["externalId"]: user["id"] for user in await ours.operator.get("/users")}
    path = f"/users/{ids['customer-7']}"
    await ours.operator.put(path, {"password": "password"})
    assert (await ours.operator.get(f"{path}/status")) == {"activated": False}
    await ours.operator.put(path, {"email": "eve@example.com"})
    assert (await ours.operator.get(f"{path}/status"))["activated"]
    came = await ours.public.post("/users/login", {"email": "eve@example.com", "password": "password"})
    assert (came["id"], came["externalId"]) == (ids["customer-7"], "customer-7")
    assert len(await ours.caller(came["access"]["apiKey"]).get("/accesses")) == 1
    await ours.operator.put(f"/users/{ids['customer-8']}", {"password": "of the operator"})
    made = await ours.trusted.post("/auth/evrythng/users", {**ADA, "externalId": "customer-8"})
    validate = f"/users/{ids['customer-8']}/validate"
    await ours.public.post(validate, {"activationCode": made["activationCode"]})
    said = {"email": ADA["email"], "password": ADA["password"]}
    assert await ours.public.status("POST", "/auth/evrythng", said) == 201


async def test_a_deleted_users_keys_are_dead(ours: World) -> None:
    user_id, user = await active(ours)
    answer = await ours.operator.send("DELETE", f"/users/{user_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert await user.status("GET", f"/users/{user_id}") == 403
    assert await ours.operator.status("GET", f"/users/{user_id}") == 404
    assert await ours.operator.status("DELETE", f"/users/{user_id}") == 404
    assert await ours.public.status("POST", "/auth/evrythng", LOGIN) == 404


async def test_every_call_and_every_kind_of_key(ours: World, theirs: World) -> None:
    """Who may: a letter for each that gets through the door, whatever is answered inside."""
    user_id, user = await active(ours)
    other_id, other = await active(ours, email="bob@example.com")
    callers = {
        "O": ours.operator,
        "A": ours.public,
        "U": user,
        "T": ours.trusted,
        "u": other,
        "o": theirs.operator,
        "t": theirs.trusted,
        "x": theirs.public,
        "-": ours.caller(None),
    }

    async def who(method: str, path: str, body: Any = None) -> str:
        found = {name: await caller.status(method, path, body) for name, caller in callers.items()}
        assert found["-"] == 401
        assert {found[name] for name in "otxu"} & {200, 201} == set()
        return "".join(name for name, status in found.items() if status < 400)

    assert await who("GET", f"/users/{user_id}") == "OUT"
    assert await who("GET", f"/users/{user_id}/status") == "OUT"
    assert await who("PUT", f"/users/{user_id}", {"firstName": "A"}) == "OU"
    assert await ours.public.status("GET", "/users") == 403
    assert await user.status("GET", "/users") == 403
    for method, path, body in [
        ("POST", "/auth/evrythng/users", ADA),
        ("POST", "/auth/evrythng", LOGIN),
        ("POST", "/users/login", LOGIN),
        ("POST", f"/users/{other_id}/validate", {"activationCode": "12345678"}),
        ("DELETE", f"/users/{user_id}", None),
    ]:
        assert await user.status(method, path, body) == 403, path
    for caller in (ours.operator, ours.public, ours.trusted):
        assert await caller.status("POST", "/auth/all/logout") == 403
    for caller in (ours.public, ours.trusted, other):
        assert await caller.status("DELETE", f"/users/{user_id}") == 403
