"""Calls Enode's official SDK for Python, unchanged, in both its styles, and waits for what comes of it."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import enode
import msgspec
from enode import errors, models
from enode.errors import chargeraction, hvacaction
from enode.errors.hvacactionfollowschedule_error import HvacActionFollowScheduleErrorData
from enode.utils.serializers import unmarshal_json

from tests.support.linking import Login
from tests.support.receiver import Receiver
from tests.support.stack import App
from tests.support.walk import walk
from wattlink.connectors.registry import manifests

_PATIENCE_SECONDS = 60.0


class Sdk:
    """Calls the SDK in one of its two styles, as `await sdk("vehicles", "get", vehicle_id=...)`."""

    def __init__(self, app: App, *, is_async: bool) -> None:
        self.app = app
        self.stack = app.stack
        self._is_async = is_async
        security = models.Security(
            client_id=str(app.credentials.client_id),
            client_secret=app.credentials.client_secret,
            token_url=f"{app.stack.enode}/oauth2/token",
        )
        self._sdk = enode.Enode(security=security, server_url=app.stack.enode)

    async def __call__(self, part: str, method: str, **arguments: Any) -> Any:
        of_part = getattr(self._sdk, part)
        if self._is_async:
            return await getattr(of_part, f"{method}_async")(**arguments)
        return await asyncio.to_thread(getattr(of_part, method), **arguments)

    async def link(
        self, user_id: str, kind: str, vendor: str, *controls: str, without: frozenset[str] = frozenset()
    ) -> Login:
        """Link a new virtual account of the vendor to a user, as the user would, `without` these scopes of its own."""
        return await self.link_home(user_id, (kind,), vendor, *controls, without=without)

    async def link_home(
        self,
        user_id: str,
        kinds: Sequence[str],
        vendor: str,
        *controls: str,
        without: frozenset[str] = frozenset(),
    ) -> Login:
        """The same with a device of each of these kinds, in one sign-in."""
        login = Login(f"{uuid4().hex}@example.com", "right")
        simulated = next(name for name, one in manifests().items() if vendor in one.names["enode"].values())
        await self.stack.sandbox.open(simulated, login.username, login.password, kind=kinds[0])
        for kind in kinds[1:]:
            await self.stack.sandbox.change(simulated, login.username, add_devices=1, kind=kind)
        session = await self(
            "user_management",
            "post_users_userid_link",
            user_id=user_id,
            scopes=[models.Scopes(scope) for scope in (*(f"{kind}:read:data" for kind in kinds), *controls)],
            language=models.LinkUserPayloadLanguage.EN_US,
            redirect_uri="yourapp://integrations/enode",
            vendor=vendor,
        )
        assert msgspec.json.decode(base64.b64decode(session.link_token))["linkUrl"] == session.link_url
        await walk(session.link_url, login, self.stack.hub.outbound, without=without)
        return login


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that the workers are about to do."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await seen():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


async def relink(sdk: Sdk, asset_id: str) -> Any:
    """Ask for a way to mend a device's link."""
    return await sdk(
        "user_management",
        "relink_asset",
        asset_id=asset_id,
        language=models.RelinkUserPayloadLanguage.EN_US,
        redirect_uri="yourapp://done",
    )


async def turn(sdk: Sdk, vendor: str, login: Login, kind: str, **knobs: Any) -> None:
    """Turn the knobs of an account's devices of a kind."""
    accounts = await sdk.stack.sandbox.control("GET", "/accounts")
    devices = next(account["devices"] for account in accounts if account["username"] == login.username)
    of_kind = {device["vendor_device_id"]: knobs for device in devices if device["kind"] == kind}
    await sdk.stack.sandbox.change(vendor, login.username, devices=of_kind)


async def told(receiver: Receiver, name: str, changed: str | None = None) -> dict[str, Any]:
    """Wait for an event of this name, perhaps one by which this field changed."""

    def found() -> list[dict[str, Any]]:
        events = [event for request in receiver.received for event in request.events if event["event"] == name]
        return [event for event in events if changed is None or changed in event["updatedFields"]]

    async def is_told() -> bool:
        return bool(found())

    await until(is_told)
    return found()[0]


async def seen(sdk: Sdk, part: str, method: str, action_id: str) -> Any:
    """The action. SDK 0.2.6 reads those of chargers and HVACs into an exception, which no answer can be."""
    try:
        return await sdk(part, method, action_id=action_id)
    except errors.ResponseValidationError as misread:
        return _read_anyway(misread, part)


def _read_anyway(misread: errors.ResponseValidationError, part: str) -> Any:
    assert misread.raw_response.status_code == 200
    assert "should be an instance of" in str(misread.__cause__)
    if part == "chargers":
        return unmarshal_json(misread.body, chargeraction.ChargerActionUnion)
    follows = msgspec.json.decode(misread.body)["target"]["holdType"] == "SCHEDULED"
    return unmarshal_json(misread.body, HvacActionFollowScheduleErrorData if follows else hvacaction.HvacActionUnion)


async def confirmed(sdk: Sdk, part: str, method: str, action_id: str) -> None:
    """Wait until the device is seen to have done it."""

    async def is_confirmed() -> bool:
        return bool((await seen(sdk, part, method, action_id)).state is models.ActionState.CONFIRMED)

    await until(is_confirmed)
