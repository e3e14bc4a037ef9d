"""What the app's forms do: link, mend, refresh and end links for a user; and, behind the scenes, turn the world."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from wattlink.sandbox.demo_app.board import LISTS
from wattlink.sandbox.demo_app.enode import Enode, EnodeError
from wattlink.sandbox.demo_app.notices import Notices
from wattlink.sandbox.demo_app.offers import OFFERS
from wattlink.sandbox.demo_app.person import become, path_of, user_of
from wattlink.sandbox.demo_app.world import World

# `error_message` speaks to those who build an app; this speaks to those who use it.
_NOT_LINKED = {"access_denied": "Nothing was linked, as you wished."}


class Actions:
    """Every form on the page, and the address to which Wattlink sends the browser back."""

    def __init__(self, *, enode: Enode, notices: Notices, world: World, app_url: str) -> None:
        self._enode = enode
        self._notices = notices
        self._world = world
        self._session: dict[str, Any] = {"language": "browser", "redirectUri": f"{app_url}/linked"}

    def routes(self) -> Sequence[web.RouteDef]:
        """What changes something; each answer leads on by GET."""
        return [
            web.post("/as", _become),
            web.post("/link/{offer}", self._link),
            web.get("/linked", self._come_back),
            web.post("/reconnect/{device_id}", self._reconnect),
            web.post("/refresh/{kind}/{device_id}", self._refresh),
            web.post("/charging/{kind:vehicle|charger}/{device_id}/{action:START|STOP}", self._charge),
            web.post("/disconnect/{vendor}/{kind}", self._disconnect),
            web.post("/notices/{number:[0-9]+}/dismiss", self._dismiss),
            web.post("/world/{vendor}/{username}/{change}", self._turn),
        ]

    async def _link(self, request: web.Request) -> web.Response:
        offer = OFFERS.get(request.match_info["offer"])
        if offer is None:
            raise web.HTTPNotFound
        wanted = {**self._session, "scopes": list(offer.scopes)}
        if offer.kind is not None:
            wanted["vendorType"] = offer.kind
        session = await self._enode.ask("POST", f"{path_of(user_of(request))}/link", wanted)
        raise web.HTTPSeeOther(session["linkUrl"])

    async def _reconnect(self, request: web.Request) -> web.Response:
        device_id = quote(request.match_info["device_id"], safe="")
        try:
            session = await self._enode.ask("POST", f"/assets/{device_id}/relink", self._session)
        except EnodeError as error:
            self._notices.add(user_of(request), f"That can't be reconnected: {error.detail}")
            raise web.HTTPSeeOther("/") from None
        raise web.HTTPSeeOther(session["linkUrl"])

    async def _come_back(self, request: web.Request) -> web.Response:
        """Where `redirectUri` leads. Nothing tells success; what was linked is in the lists already."""
        if "error" in request.query:
            self._notices.add(
                user_of(request),
                _NOT_LINKED.get(request.query["error"], "Nothing was linked this time. Please try again."),
            )
        raise web.HTTPSeeOther("/")

    async def _refresh(self, request: web.Request) -> web.Response:
        await self._hint(_known_kind(request), request.match_info["device_id"])
        raise web.HTTPSeeOther("/")

    async def _charge(self, request: web.Request) -> web.Response:
        """Tell a device to charge or not. What came of it is told by a webhook, and by the device itself."""
        device_id = quote(request.match_info["device_id"], safe="")
        path = f"/{LISTS[_known_kind(request)]}/{device_id}/charging"
        try:
            await self._enode.ask("POST", path, {"action": request.match_info["action"]})
        except EnodeError as error:
            self._notices.add(user_of(request), f"That can't be done now: {error.detail}")
        raise web.HTTPSeeOther("/")

    async def _disconnect(self, request: web.Request) -> web.Response:
        vendor = quote(request.match_info["vendor"], safe="")
        await self._enode.ask("DELETE", f"{path_of(user_of(request))}/vendors/{vendor}/{_known_kind(request)}")
        raise web.HTTPSeeOther("/")

    async def _dismiss(self, request: web.Request) -> web.Response:
        self._notices.dismiss(int(request.match_info["number"]))
        raise web.HTTPSeeOther("/")

    async def _turn(self, request: web.Request) -> web.Response:
        account = request.match_info["vendor"], request.match_info["username"]
        match request.match_info["change"]:
            case "password":
                await self._world.change_password(*account)
            case "withdraw":
                await self._world.withdraw(*account)
            case "outage":
                await self._world.set_outage(*account, is_down=True)
            case "recover":
                await self._world.set_outage(*account, is_down=False)
            case "buy":
                await self._world.buy(*account)
            case "sell":
                await self._world.sell(*account, str((await request.post())["device"]))
            case _:
                raise web.HTTPNotFound
        await self.hint_all(user_of(request))
        raise web.HTTPSeeOther("/")

    async def hint_all(self, user_id: str) -> None:
        """Ask Wattlink to look at all of a user's devices soon, as an app does when its user is looking."""
        for kind, path in LISTS.items():
            devices: list[Mapping[str, Any]] = await self._enode.list(f"{path_of(user_id)}/{path}")
            await asyncio.gather(*(self._hint(kind, device["id"]) for device in devices))

    async def _hint(self, kind: str, device_id: str) -> None:
        try:
            await self._enode.ask("POST", f"/{LISTS[kind]}/{quote(device_id, safe='')}/refresh-hint")
        except EnodeError as error:
            if error.status != 404:  # disconnected meanwhile
                raise


async def _become(request: web.Request) -> web.Response:
    return become(str((await request.post()).get("user", "")))


def _known_kind(request: web.Request) -> str:
    kind = request.match_info["kind"]
    if kind not in LISTS:
        raise web.HTTPNotFound
    return kind
