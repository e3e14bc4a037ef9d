"""The app's subscription: made when the app starts, and the address to which its deliveries come."""

from aiohttp import web

from wattlink.base.log import get_logger
from wattlink.sandbox.demo_app import words
from wattlink.sandbox.demo_app.enode import Enode
from wattlink.sandbox.demo_app.inbox import Inbox
from wattlink.sandbox.demo_app.notices import Notices

log = get_logger(__name__)


async def subscribe(enode: Enode, *, url: str, secret: str) -> None:
    """Have everything sent to `url` under this secret; a subscription that is there already is used again."""
    wanted = {"url": url, "secret": secret, "events": ["*"]}
    ours = [subscription for subscription in await enode.list("/webhooks") if subscription["url"] == url]
    if ours:
        await enode.ask("PATCH", f"/webhooks/{ours[0]['id']}", wanted)
    else:
        await enode.ask("POST", "/webhooks", wanted)
    log.info("subscribed to webhooks", url=url)


class Receiver:
    """Takes deliveries in. It answers at once and acts afterwards, as webhook receivers should."""

    def __init__(self, inbox: Inbox, notices: Notices) -> None:
        self._inbox = inbox
        self._notices = notices

    async def receive(self, request: web.Request) -> web.Response:
        """One delivery: 204 if it is what it says it is, 401 if not."""
        events = self._inbox.receive(request.headers, await request.read())
        if events is None:
            raise web.HTTPUnauthorized(text="the signature doesn't match")
        for event in events:
            if event["event"] == "user:credentials:invalidated":
                vendor = event["vendor"]
                text = f"We lost the link to your {words.brand(vendor)} account. Reconnect it to see fresh values."
                self._notices.add(event["user"]["id"], text, broken_vendor=vendor)
        return web.Response(status=204)
