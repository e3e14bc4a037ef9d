"""The app's one page, and the stream that tells a browser when to look at it again."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

import aiohttp
import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler

from wattlink.sandbox.demo_app import words
from wattlink.sandbox.demo_app.board import Boards
from wattlink.sandbox.demo_app.enode import EnodeError
from wattlink.sandbox.demo_app.inbox import Inbox
from wattlink.sandbox.demo_app.notices import Notices
from wattlink.sandbox.demo_app.offers import OFFERS
from wattlink.sandbox.demo_app.person import USER_ID, user_of
from wattlink.sandbox.demo_app.world import World

_HERE = "wattlink.sandbox.demo_app"
_LOOK_SECONDS = 4.0
_OTHERS = 12
_FILTERS = ("brand", "duration", "kinds", "markdown", "mode", "number", "operation", "power", "status")
_STATIC = {"app.css": "text/css", "app.js": "text/javascript", "bolt.svg": "image/svg+xml"}


class Page:
    """Shows everything, to anybody who asks, for the user whom they chose."""

    def __init__(self, *, boards: Boards, inbox: Inbox, notices: Notices, world: World) -> None:
        self._boards = boards
        self._inbox = inbox
        self._notices = notices
        self._world = world
        self._watchers: Counter[str] = Counter()
        environment = templates()
        self._page = environment.get_template("page.html")
        self._trouble = environment.get_template("trouble.html")

    def routes(self) -> Sequence[web.RouteDef]:
        """What is only looked at."""
        return [
            web.get("/", self._show),
            web.get("/live", self._tell_changes),
            web.get("/static/{name}", _static),
        ]

    @web.middleware
    async def say_what_failed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A page instead of a bare error while Wattlink or the simulated world gives no usable answer."""
        try:
            return await handler(request)
        except (EnodeError, aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or "it took too long"
            return web.Response(status=502, text=self._trouble.render(reason=reason), content_type="text/html")

    @property
    def watched_users(self) -> Sequence[str]:
        """Those whose page somebody has open."""
        return list(+self._watchers)

    async def _show(self, request: web.Request) -> web.Response:
        user_id = user_of(request)
        said = self._notices.of_user(user_id)
        board = await self._boards.of_user(user_id)
        self._notices.drop_mended(said, board.broken_vendors)
        now = datetime.now(UTC)
        page = self._page.render(
            user_id=user_id,
            others=[other for other in dict.fromkeys([USER_ID, *board.users]) if other != user_id][:_OTHERS],
            offers=OFFERS,
            board=board,
            notices=self._notices.of_user(user_id),
            inbox=self._inbox,
            accounts=await self._world.accounts(),
            ago=lambda moment: words.ago(moment, now),
        )
        return web.Response(text=page, content_type="text/html")

    async def _tell_changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one whenever a webhook came, and every few seconds since devices move by themselves."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        user_id = user_of(request)
        self._watchers[user_id] += 1
        try:
            while True:
                await self._inbox.changed(within=_LOOK_SECONDS)
                await response.write(b"event: look\ndata:\n\n")
        except aiohttp.ClientConnectionResetError:
            return response
        finally:
            self._watchers[user_id] -= 1


def templates() -> jinja2.Environment:
    """The app's templates, with its words."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {name: getattr(words, name) for name in _FILTERS}
    return environment


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    return web.Response(body=files(_HERE).joinpath("static", name).read_bytes(), content_type=_STATIC[name])
