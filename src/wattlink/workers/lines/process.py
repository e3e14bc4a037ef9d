"""The process: a WebSocket server in which devices show their password before they are let in."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from logging import CRITICAL, Logger
from typing import NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from psycopg_pool import PoolTimeout
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from wattlink.base.memory import collect_seldom
from wattlink.base.outbound import Network
from wattlink.connectors.registry import conversation_class
from wattlink.domain.dial_in.admit import who_is
from wattlink.domain.dial_in.model import Guest, Resident
from wattlink.settings.model import Settings
from wattlink.web.authentication import network_behind
from wattlink.wiring import Hub, open_hub
from wattlink.workers.lines.call import Call
from wattlink.workers.lines.dialled import Dialled, dialled
from wattlink.workers.lines.exchange import Exchange
from wattlink.workers.lines.throttle import Throttle
from wattlink.workers.pumps import run_pumps

_LARGEST_MESSAGE = 64 * 1024
_MESSAGES_WAITING = 4
_PING_SECONDS = 30.0
_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_ASKED_AT_ONCE = 4  # of the database, for those who dial: the lines that are open have the other connections
_BACKLOG = 4096  # a storm of devices that call again


class _Admission(NamedTuple):
    dialled: Dialled
    who: Resident | Guest


class FrontDoor:
    """Lets devices in, and gives each its call."""

    def __init__(self, exchange: Exchange, proxies: Sequence[Network]) -> None:
        self._exchange = exchange
        self._proxies = proxies
        self._throttle = Throttle()
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)
        self._admitted: WeakKeyDictionary[ServerConnection, _Admission] = WeakKeyDictionary()

    async def check(self, socket: ServerConnection, request: Request) -> Response | None:
        """None lets it in."""
        found = dialled(request.path, request.headers.get("Authorization"))
        if found is None:
            return socket.respond(HTTPStatus.NOT_FOUND, "Nothing answers at this address.\n")
        address = self._caller(socket, request)
        if wait := self._throttle.wait(address, found.name):
            return _refused(socket, wait)
        try:
            async with self._asking:
                who = await who_is(self._exchange.db, found.vendor, found.secrets, now=self._exchange.clock())
        except (psycopg.Error, PoolTimeout):
            return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Call again later.\n")
        if who is None:
            self._throttle.note(address, found.name)
            return _refused(socket, 0)
        self._admitted[socket] = _Admission(found, who)
        return None

    def _caller(self, socket: ServerConnection, request: Request) -> str:
        """The network of who dials; behind our own proxies of whom they dial for."""
        peer = str(socket.remote_address[0]) if socket.remote_address else ""
        return network_behind(peer, ", ".join(request.headers.get_all("X-Forwarded-For")), self._proxies)

    def agree(self, socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """The best of the protocols that both speak; without one the line ends at once."""
        known = conversation_class(self._admitted[socket].dialled.vendor).protocols
        return next((Subprotocol(protocol) for protocol in known if protocol in offered), None)

    async def take(self, socket: ServerConnection) -> None:
        """A line is open."""
        admission = self._admitted.pop(socket)
        if socket.subprotocol is None:
            await socket.close(1002, "none of our protocols")
            return
        await Call(self._exchange, socket, admission.dialled.vendor, admission.who).run()


def _refused(socket: ServerConnection, wait: int) -> Response:
    response = socket.respond(HTTPStatus.UNAUTHORIZED, "This isn't the password of this device.\n")
    response.headers["WWW-Authenticate"] = 'Basic realm="wattlink"'
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def listen(hub: Hub, exchange: Exchange, port: int) -> AbstractAsyncContextManager[Server]:
    """The server, for as long as the block lasts."""
    door = FrontDoor(exchange, hub.settings.proxies)
    return serve(
        door.take,
        hub.settings.host,
        port,
        process_request=door.check,
        select_subprotocol=door.agree,
        compression=None,  # it would cost each line more memory than everything else
        max_size=_LARGEST_MESSAGE,
        max_queue=_MESSAGES_WAITING,
        ping_interval=_PING_SECONDS,
        ping_timeout=_PING_SECONDS,
        open_timeout=_OPEN_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        server_header=None,
        backlog=_BACKLOG,
        logger=Logger("dial-in", CRITICAL),  # paths hold passwords
    )


async def run(settings: Settings, port: int) -> None:
    """Take calls until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_hub(settings) as hub:
        exchange = Exchange(hub)
        async with listen(hub, exchange, port):
            collect_seldom()
            await run_pumps(hub.db, exchange.pumps(), stop)
