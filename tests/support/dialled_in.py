"""Where devices dial in, beside a whole server, and the wallbox that a user claims."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from tests.support.processes import free_ports
from tests.support.stack import App
from wattlink.domain.access.model import Access
from wattlink.domain.dial_in.mint import mint_claim_token
from wattlink.domain.dial_in.model import MintedToken, WantedToken
from wattlink.domain.users import store as users
from wattlink.wiring import Hub
from wattlink.workers.lines.exchange import Exchange
from wattlink.workers.lines.process import listen
from wattlink.workers.pumps import run_pumps


@contextlib.asynccontextmanager
async def taking_calls(hub: Hub, port: int = 0) -> AsyncIterator[str]:
    """A process's worth of lines in this one; its URL, without a vendor. `port` 0: any."""
    port, stop, exchange = port or free_ports(1), asyncio.Event(), Exchange(hub)
    async with listen(hub, exchange, port):
        working = asyncio.create_task(run_pumps(hub.db, exchange.pumps(), stop))
        try:
            yield f"ws://127.0.0.1:{port}"
        finally:
            stop.set()
            await working


async def minted(app: App, user: str, url: str, **wanted: Any) -> MintedToken:
    """A claim token of a user, who is made by it if there is none of this name."""
    hub, access = app.stack.hub, Access(applications=(app.credentials.application_id,))
    if user not in [known["id"] for known in (await app.call("GET", "/users"))["data"]]:
        await app.call("POST", f"/users/{user}/link", _LINK)
    async with hub.db.read() as reader:
        user_id = (await users.get(reader, access, user)).user_id
    async with hub.db.transaction() as tx:
        return await mint_claim_token(
            tx, access, user_id, wanted=WantedToken(url=url, **wanted), vault=hub.vault, now=hub.clock()
        )


_LINK = {
    "vendorType": "charger",
    "language": "en-US",
    "scopes": ["charger:read:data"],
    "redirectUri": "https://app.example.com/back",
}


async def until(is_so: Callable[[], Awaitable[Any]], *, seconds: float = 30.0) -> Any:
    """What it gives once that is true."""
    async with asyncio.timeout(seconds):
        while True:
            if found := await is_so():
                return found
            await asyncio.sleep(0.05)
