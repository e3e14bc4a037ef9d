"""Everything once, so that every statement is seen: all lists of all APIs, every pump, and users who leave."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aiohttp

from bench.scale import load
from bench.scale.filling import Known
from bench.scale.ground import settings
from bench.scale.load import Ground
from wattlink.base.clock import system_clock
from wattlink.dialects.enode.routes import TABLE as ENODE
from wattlink.dialects.platform.routes import OF_APPLICATIONS as PLATFORM
from wattlink.wiring import open_hub
from wattlink.workers.pumps import all_pumps, run_pumps
from wattlink.workers.status import work_status

_FILTERS: Sequence[Mapping[str, str]] = (
    {},
    {"userId": "user2"},
    {"state": "good"},
    {"state": "created"},
    {"state": "delivered"},
)
_PLACE = re.compile(r"\{(\w+):str\}")
_PUMPING_SECONDS = 4.0


async def tour(ground: Ground, group: Sequence[Known]) -> None:
    """See every statement of the server and the worker."""
    mine = [known for known in group if known.number % 2 == 0]
    await load.everything(ground, group, [(mine[0], 0)])
    async with aiohttp.ClientSession(headers={"authorization": f"Bearer {ground.tokens[0]}"}) as session:
        for path in _reads(ground, mine[0]):
            await _pages(session, path)
        for method, path, body in _writes(ground, mine[1], mine[2], mine[3]):
            await _answer(session, method, path, body)
    await _pump(ground)


def _reads(ground: Ground, known: Known) -> Iterator[str]:
    for prefix, table in (("/enode", ENODE), ("/platform", PLATFORM)):
        for rows in table.values():
            yield from (ground.api + prefix + _filled(row.path, ground, known) for row in rows if row.method == "GET")


def _filled(path: str, ground: Ground, known: Known) -> str:
    """A path with ids of ours; one of the wrong kind is looked for as well as one of the right kind."""
    ids: Mapping[str, Any] = {
        "user_id": f"user{known.number}",
        "account_id": known.account_id,
        "webhook_id": ground.subscriptions[0],
        "vendor": "EASEE",
    }
    return _PLACE.sub(lambda place: str(ids.get(place[1], known.device_id)), path)


async def _pages(session: aiohttp.ClientSession, address: str) -> None:
    for query in _FILTERS:
        found = await _answer(session, "GET", address, None, query)
        cursors = (found.get("pagination") or {}) if isinstance(found, dict) else {}
        for name in ("after", "before"):
            if cursors.get(name):
                found = await _answer(session, "GET", address, None, {**query, name: cursors[name]})
                cursors = {**cursors, **{key: value for key, value in (found.get("pagination") or {}).items() if value}}


def _writes(ground: Ground, *users: Known) -> Iterator[tuple[str, str, Any]]:
    enode, platform = f"{ground.api}/enode", f"{ground.api}/platform"
    first, second, third = (f"{enode}/users/user{known.number}" for known in users)
    link = {"vendorType": "charger", "scopes": ["charger:read:data"], "language": "en-US"}
    link["redirectUri"] = "https://app.example.com/done"
    home = {"name": "Home", "latitude": 59.9, "longitude": 10.7, "timezoneName": "Europe/Oslo"}
    hook = {"url": ground.receiver.url + "/2", "secret": "a secret of the benchmark", "events": ["*"]}
    yield "POST", f"{first}/link", link
    yield "POST", f"{enode}/assets/{users[0].device_id}/relink", {"redirectUri": "https://app.example.com/done"}
    yield "POST", f"{enode}/chargers/{users[0].device_id}/refresh-hint", None
    yield "POST", f"{enode}/chargers/{users[0].device_id}/charging", {"action": "START"}
    yield "POST", f"{first}/locations", home
    yield "POST", f"{enode}/webhooks", hook
    yield "POST", f"{platform}/webhooks/{ground.subscriptions[0]}/replay", None
    yield "DELETE", f"{first}/vendors/EASEE/charger", None
    yield "DELETE", f"{second}/authorization", None
    yield "DELETE", second, None
    yield "DELETE", f"{third}/vendors/EASEE", None
    yield "DELETE", third, None


async def _answer(
    session: aiohttp.ClientSession, method: str, address: str, body: Any, query: Mapping[str, str] | None = None
) -> Any:
    """The answer, be it a refusal; raises for what is our own fault."""
    async with session.request(method, address, json=body, params=query) as answer:
        found = await answer.json(content_type=None) if answer.status != 204 else None
        if answer.status >= 500:
            raise RuntimeError(f"{method} {address} answered {answer.status}: {found}")
        return found


async def _pump(ground: Ground) -> None:
    """Every pump begins, in this process too: the worker's have their daily work behind them."""
    stop = asyncio.Event()
    async with open_hub(settings(ground.db.dsn)) as hub:
        running = asyncio.create_task(run_pumps(hub.db, all_pumps(hub), stop))
        await work_status(hub.db, system_clock())
        await asyncio.sleep(_PUMPING_SECONDS)
        stop.set()
        await running
