"""Who is using the app: where a real one has a log-in, this one lets its browser say whose devices it shows."""

from urllib.parse import quote, unquote

from aiohttp import web

USER_ID = "demo-user"
_COOKIE = "voltly_user"


def user_of(request: web.Request) -> str:
    """The user whom this browser chose, or else the app's own."""
    return unquote(request.cookies.get(_COOKIE, "")) or USER_ID


def path_of(user_id: str) -> str:
    """Where the API has this user."""
    return f"/users/{quote(user_id, safe='')}"


def become(user_id: str) -> web.Response:
    """Lead to the page of this user, and show it until another one is chosen."""
    answer = web.Response(status=303, headers={"Location": "/"})
    answer.set_cookie(_COOKIE, quote(user_id, safe=""), httponly=True, samesite="Lax")
    return answer
