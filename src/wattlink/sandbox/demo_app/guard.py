"""What every answer carries, and which requests are turned away: forms that another site sent."""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def guard(*, app_url: str, link_url: str, webhooks_path: str) -> Middleware:
    """Refuses foreign forms, and lets pages load nothing but ours. Forms may lead to us and on to `link_url`."""
    policy = "; ".join(
        [
            "default-src 'none'",
            *("script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
            *("base-uri 'none'", "frame-ancestors 'none'", f"form-action 'self' {_origin(link_url)}"),
        ]
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",  # with `no-referrer` a browser would name no Origin on our own forms
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        is_form = request.method == "POST" and request.path != webhooks_path
        if is_form and origin is not None and not _is_ours(origin, app_url):
            raise web.HTTPForbidden(text="this form came from another site")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(headers)
        return response

    return guarded


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_ours(origin: str, app_url: str) -> bool:
    """The app's own origin, however loopback is spelled."""
    theirs, ours = urlsplit(origin), urlsplit(app_url)
    same_host = theirs.hostname == ours.hostname or {theirs.hostname, ours.hostname} <= _LOOPBACK
    return same_host and (theirs.scheme, theirs.port) == (ours.scheme, ours.port)
