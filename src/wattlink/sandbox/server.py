"""The simulated vendors' clouds as one web server: `/{vendor}/{host}/{path}`, and the control API beside them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import msgspec
from aiohttp import ClientConnectionResetError, web

from wattlink.base.clock import Clock
from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, common_fault
from wattlink.sandbox.accounts import Shelf, VirtualAccount, VirtualAccounts
from wattlink.sandbox.control import Ahead, Control, real_time
from wattlink.sandbox.ledger import Ledger, Seen


def hosts(base: str, vendor: str) -> dict[str, str]:
    """A registration's hosts that lead to the sandbox at `base` instead of the real vendor."""
    return {host: f"{base}/{vendor}/{host}" for host in clouds()[vendor].hosts}


def make_app(shelf: Shelf, clock: Clock, *, key: str, ahead: Ahead = real_time) -> web.Application:
    """The sandbox; `key` opens its control API. The shelf's accounts are loaded when the web server starts."""
    sandbox = Sandbox(VirtualAccounts(shelf), clock, key=key, ahead=ahead)
    app = web.Application()
    app.add_routes(sandbox.control.routes())
    app.router.add_route("*", "/{vendor}/{host}{path:(/.*)?}", sandbox.answer)

    async def load(_: web.Application) -> None:
        await sandbox.accounts.load()

    app.on_startup.append(load)
    return app


@contextlib.asynccontextmanager
async def serving(app: web.Application, *, port: int = 0) -> AsyncIterator[str]:
    """Serve on loopback, by default on a free port; gives the base URL."""
    # A client that hung up ends a slow or endless answer, which would otherwise hold the shutdown.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Sandbox:
    """Answers as the vendors do, each virtual account by itself and in turn."""

    def __init__(self, accounts: VirtualAccounts, clock: Clock, *, key: str, ahead: Ahead) -> None:
        self.accounts = accounts
        self.ledger = Ledger()
        self.control = Control(accounts, self.ledger, clock, key=key, ahead=ahead)
        self._clock = clock

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request to a simulated vendor."""
        vendor, host = request.match_info["vendor"], request.match_info["host"]
        if vendor not in clouds() or host not in clouds()[vendor].hosts:
            raise web.HTTPNotFound(text="no such simulated host")
        asked = SimulatedRequest(
            method=request.method,
            host=host,
            path=request.match_info["path"] or "/",
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            base=f"{request.url.origin()}/{vendor}/{host}",
        )
        # A vendor goes on with what it began, whether or not the client still listens.
        answer = await asyncio.shield(self._decide(vendor, asked))
        return await _send(request, answer)

    async def _decide(self, vendor: str, asked: SimulatedRequest) -> SimulatedAnswer:
        username = simulator(vendor).account_of(asked)
        account = self.accounts.find(vendor, username)
        faults = self.control.vendor_faults(vendor, account)
        answer = common_fault(faults)
        if answer is None:
            answer = await self._answer_of_account(vendor, account, asked, faults)
        self.ledger.note(
            Seen(
                number=self.ledger.next_number(),
                at=self._clock(),
                vendor=vendor,
                host=asked.host,
                method=asked.method,
                path=asked.path,
                account=username,
                application=None if account is None else account.application,
                status=answer.status,
            )
        )
        return answer

    async def _answer_of_account(
        self, vendor: str, account: VirtualAccount | None, asked: SimulatedRequest, faults: Sequence[Fault]
    ) -> SimulatedAnswer:
        """`faults` are the whole vendor's, which the account has beside its own while it answers."""
        if account is None:
            return simulator(vendor).handle(asked, None, self._clock())[0]
        now = await self.control.now(account.state)
        async with account.lock:
            # Advancing from what is saved gives the same again, so only what the request itself changes needs saving.
            state = account.state = simulator(vendor).advance(account.state, now)
            answer = common_fault(state["faults"])
            if answer is None:
                troubled = {**state, "faults": [*state["faults"], *faults]} if faults else state
                answer, after = simulator(vendor).handle(asked, troubled, now)
                after = after or state
                await self.accounts.keep(account, {**after, "faults": state["faults"]} if faults else after)
            return msgspec.structs.replace(answer, delay=answer.delay + state.get("latency_seconds", 0))


async def _send(request: web.Request, answer: SimulatedAnswer) -> web.StreamResponse:
    await asyncio.sleep(answer.delay)
    if not answer.endless:
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    await response.prepare(request)
    with contextlib.suppress(ClientConnectionResetError):
        while True:
            await response.write(answer.body)
    return response
