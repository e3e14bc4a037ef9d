"""A person signs up in an app, links a charger with the own key, lets somebody see it, takes that back, and leaves."""

import time
from typing import Any

from tests.dialects.platform.test_story import Backend, granted
from tests.support.linking import Login
from tests.support.stack import Stack
from tests.support.walk import walk
from wattlink.base.ids import new_id
from wattlink.connectors.registry import simulator
from wattlink.domain.organizations.create import create_organization
from wattlink.domain.organizations.operators.create import create_operator_token

_VENDOR = "easee"
_EVERYWHERE_SECONDS = 1.0


class Key:
    """Whoever holds a key, at both APIs."""

    def __init__(self, stack: Stack, key: str, email: str = "") -> None:
        self.email = email
        self.evrythng, self.platform = Backend(stack, "/evrythng", key), Backend(stack, "/platform", key)

    async def status(self, method: str, path: str, body: Any = None) -> int:
        """At the EVRYTHNG dialect."""
        return (await self.evrythng.ask(method, path, body))[0]


async def test_a_person_links_a_charger_with_the_own_key_and_lets_somebody_see_it(stack: Stack) -> None:
    operator = await new_operator(stack)
    app = await new_app(stack, operator)
    ada, bob = await sign_up(stack, app, "ada"), await sign_up(stack, app, "bob")

    session = await begin(ada)
    await link(stack, session)
    completed = await granted(ada.platform, "GET", f"/link-sessions/{session['linkSession']['id']}")
    assert completed["state"] == "completed"
    (charger,) = await granted(ada.evrythng, "GET", "/thngs")
    assert charger["customFields"]["vendor"] == _VENDOR
    assert await granted(bob.evrythng, "GET", "/thngs") == []

    access = await granted(ada.evrythng, "POST", "/accesses", {"email": bob.email, "role": "base_app_user"})
    given = await granted(bob.evrythng, "GET", "/accesses")
    lent = Key(stack, next(one["apiKey"] for one in given if one["id"] == access["id"]))
    assert await granted(lent.evrythng, "GET", "/thngs") == [charger]
    assert await lent.status("PUT", f"/thngs/{charger['id']}", {"name": "mine"}) == 403
    assert (await lent.platform.ask("POST", "/link-sessions", asked()))[0] == 403
    assert (await lent.platform.ask("GET", "/link-sessions"))[0] == 403

    await granted(ada.evrythng, "DELETE", f"/accesses/{access['id']}")
    await refused_soon(lent)

    made = await granted(ada.evrythng, "POST", "/auth/evrythng/thngs", {"thngId": charger["id"]})
    device = Key(stack, made["thngApiKey"])
    assert await granted(device.evrythng, "GET", f"/thngs/{charger['id']}") == charger
    (user,) = [one for one in await granted(app.evrythng, "GET", "/users") if one["email"] == ada.email]
    await granted(operator.evrythng, "DELETE", f"/users/{user['id']}")
    for ended in (ada, device):
        await refused_soon(ended)


async def refused_soon(ended: Key) -> None:
    """At once in the process that ended the key, and within a second in the others."""
    ended_at = asked_at = time.monotonic()
    while await ended.status("GET", "/access") != 403:
        assert asked_at < ended_at + _EVERYWHERE_SECONDS  # a busy machine may answer later
        asked_at = time.monotonic()


async def new_operator(stack: Stack) -> Key:
    async with stack.hub.db.transaction() as tx:
        organization_id = await create_organization(tx, "Ampere & Sons")
        made = await create_operator_token(tx, organization_id, "console", now=stack.hub.clock())
    return Key(stack, made.token)


async def new_app(stack: Stack, operator: Key) -> Key:
    """A new application with its registration at the vendor; its trusted key."""
    project = await granted(operator.evrythng, "POST", "/projects", {"name": "Ampere"})
    path = f"/projects/{project['id']}/applications"
    made = await granted(operator.evrythng, "POST", path, {"name": "Ampere", "socialNetworks": {}})
    client = simulator(_VENDOR).DEMO_REGISTRATION
    registration = {
        "clientId": client.client_id,
        "clientSecret": client.client_secret,
        "options": dict(client.options),
        "hosts": stack.sandbox.hosts(_VENDOR),
    }
    (application,) = (await granted(operator.platform, "GET", "/applications"))["data"]
    registrations = f"/applications/{application['id']}/registrations/{_VENDOR}"
    await granted(operator.platform, "PUT", registrations, {key: value for key, value in registration.items() if value})
    secret = await granted(operator.evrythng, "GET", f"{path}/{made['id']}/secretKey")
    return Key(stack, secret["secretApiKey"])


async def sign_up(stack: Stack, app: Key, name: str) -> Key:
    """A person with a login of its own."""
    email = f"{name}-{new_id()}@example.com"
    said = {"email": email, "firstName": name, "lastName": "B", "password": "long enough, and odd"}
    made = await granted(app.evrythng, "POST", "/auth/evrythng/users", said)
    code = {"activationCode": made["activationCode"]}
    validated = await granted(app.evrythng, "POST", f"/auth/evrythng/users/{made['evrythngUser']}/validate", code)
    return Key(stack, validated["evrythngApiKey"], email)


def asked() -> dict[str, Any]:
    return {"vendor": _VENDOR, "scopes": ["charger:read:data"], "redirectUri": "ampere://done"}


async def begin(person: Key) -> dict[str, Any]:
    session: dict[str, Any] = await granted(person.platform, "POST", "/link-sessions", asked())
    return session


async def link(stack: Stack, session: dict[str, Any]) -> None:
    login = Login(f"{new_id()}@example.com", "right")
    await stack.sandbox.open(_VENDOR, login.username, login.password)
    await walk(session["url"], login, stack.hub.outbound)
