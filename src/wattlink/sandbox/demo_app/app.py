"""The demo app as a process: wires its parts together and serves them on loopback until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from wattlink.base.log import get_logger
from wattlink.sandbox.demo_app.actions import Actions
from wattlink.sandbox.demo_app.board import Boards
from wattlink.sandbox.demo_app.enode import Enode, EnodeError
from wattlink.sandbox.demo_app.guard import guard
from wattlink.sandbox.demo_app.inbox import Inbox
from wattlink.sandbox.demo_app.notices import Notices
from wattlink.sandbox.demo_app.page import Page
from wattlink.sandbox.demo_app.webhooks import Receiver, subscribe
from wattlink.sandbox.demo_app.world import World

_WEBHOOKS = "/webhooks"
_ASK_SECONDS = 10.0
_HINT_SECONDS = 10.0
_RETRY_SECONDS = 1.0

log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class DemoConfig:
    """Whom the app speaks to, and where it is itself; all addresses as browsers and Wattlink see them."""

    enode_base_url: str
    token_url: str
    client_id: str
    client_secret: str
    app_url: str
    sandbox_url: str
    sandbox_key: str


async def serve(config: DemoConfig, *, port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(config, port=port):
        await stop.wait()


@contextlib.asynccontextmanager
async def serving(config: DemoConfig, *, port: int) -> AsyncIterator[None]:
    """The app on loopback, with its webhook subscription; both end together, save that the subscription stays."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ASK_SECONDS)) as session:
        # A browser that still listens to the stream doesn't hold the end.
        runner = web.AppRunner(
            _make_app(config, session), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield
        finally:
            await runner.cleanup()


def _make_app(config: DemoConfig, session: aiohttp.ClientSession) -> web.Application:
    enode = Enode(
        session,
        base_url=config.enode_base_url,
        token_url=config.token_url,
        client_id=config.client_id,
        client_secret=config.client_secret,
    )
    world = World(session, url=config.sandbox_url, key=config.sandbox_key)
    inbox, notices = Inbox(config.client_secret), Notices()
    page = Page(boards=Boards(enode), inbox=inbox, notices=notices, world=world)
    actions = Actions(enode=enode, notices=notices, world=world, app_url=config.app_url)
    receiver = Receiver(inbox, notices)
    guarded = guard(app_url=config.app_url, link_url=config.enode_base_url, webhooks_path=_WEBHOOKS)
    app = web.Application(middlewares=[guarded, page.say_what_failed])
    app.add_routes([*page.routes(), *actions.routes(), web.post(_WEBHOOKS, receiver.receive)])

    async def in_the_background(_: web.Application) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            subscribing = group.create_task(_subscribe(enode, inbox, url=config.app_url + _WEBHOOKS))
            refreshing = group.create_task(_keep_fresh(page, actions))
            yield
            subscribing.cancel()
            refreshing.cancel()

    app.cleanup_ctx.append(in_the_background)
    return app


async def _subscribe(enode: Enode, inbox: Inbox, *, url: str) -> None:
    while True:
        try:
            return await subscribe(enode, url=url, secret=inbox.secret)
        except (EnodeError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("can't subscribe to webhooks yet", reason=str(error))
        await asyncio.sleep(_RETRY_SECONDS)


async def _keep_fresh(page: Page, actions: Actions) -> None:
    """While somebody is looking, ask for fresh values now and then."""
    while True:
        await asyncio.sleep(_HINT_SECONDS)
        for user_id in page.watched_users:
            try:
                await actions.hint_all(user_id)
            except (EnodeError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("can't ask for fresh values", reason=str(error))
