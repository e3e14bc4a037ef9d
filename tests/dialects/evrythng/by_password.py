"""Users who sign up, and begin, by the calls that an app makes."""

from typing import Any

from tests.dialects.evrythng.conftest import Caller, World

ADA = {"email": "ada@example.com", "firstName": "Ada", "lastName": "Byron", "password": "password"}
LOGIN = {"email": "ada@example.com", "password": "password"}


async def signed_up(world: World, **said: Any) -> dict[str, Any]:
    made: dict[str, Any] = await world.public.post("/auth/evrythng/users", {**ADA, **said})
    return made


async def active(world: World, **said: Any) -> tuple[str, Caller]:
    """An active user's id, and the user."""
    made = await signed_up(world, **said)
    path = f"/auth/evrythng/users/{made['evrythngUser']}/validate"
    validated = await world.public.post(path, {"activationCode": made["activationCode"]})
    return made["evrythngUser"], world.caller(validated["evrythngApiKey"])


async def anonymous(world: World) -> tuple[str, Caller]:
    made = await world.public.post("/auth/evrythng/users?anonymous=true", {})
    return made["evrythngUser"], world.caller(made["evrythngApiKey"])
