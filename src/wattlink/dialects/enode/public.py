"""Readiness, which needs no token."""

from litestar import Response

from wattlink.web.call import Call


async def ready(request: Call) -> Response[None]:
    """204 while the database answers, else 503."""
    return Response(None, status_code=204 if await request.hub.db.answers() else 503)
