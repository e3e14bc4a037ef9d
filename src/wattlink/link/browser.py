"""How we know a browser again, and that a request was meant by the person in front of it."""

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie

from wattlink.base.ids import new_secret
from wattlink.domain.access.ids import SessionId, SignInId
from wattlink.domain.linking.model import LIFE, LinkSession
from wattlink.domain.users.elsewhere.model import LIFE as SIGN_IN_LIFE

AnyRequest = Request[Any, Any, Any]

CHECK_FIELD = "check"

_FRAMES = frozenset({"iframe", "frame", "embed", "object", "fencedframe"})
_HEX = re.compile(r"[0-9a-f]{32}")
_MOST_SESSIONS = 5


class Browsers:
    """The cookies of link sessions: a secret per session, made when its link URL is first shown.

    The public URL decides what they look like, not the socket: TLS may end at a proxy.
    """

    def __init__(self, public_url: str) -> None:
        self._origin = public_url.rstrip("/")
        self._is_https = self._origin.startswith("https:")
        self._prefix = f"{'__Host-' if self._is_https else ''}wattlink-"

    def secret(self, request: AnyRequest, session_id: SessionId) -> str | None:
        """What this browser holds of the session, if anything."""
        return request.cookies.get(self._name(session_id))

    def sessions(self, request: AnyRequest) -> list[SessionId]:
        """The sessions of which this browser says that it holds something, the newest first."""
        found = [name.removeprefix(self._prefix) for name in request.cookies if name.startswith(self._prefix)]
        known = [SessionId(UUID(text)) for text in found if _HEX.fullmatch(text)]
        return sorted(known, reverse=True)[:_MOST_SESSIONS]

    def sign_in_secret(self, request: AnyRequest, sign_in_id: SignInId) -> str | None:
        """What this browser holds of a sign-in, if anything."""
        return request.cookies.get(self._sign_in_name(sign_in_id))

    def cookie(self, session: LinkSession, secret: str) -> Cookie:
        """The cookie that makes a browser the session's. Lax, since vendors send browsers back from other sites."""
        return self._cookie(self._name(session.session_id), secret, max(LIFE, session.expires_at - session.created_at))

    def framed_cookie(self, session: LinkSession, secret: str) -> str:
        """The same for a page within another site's frame, as the value of a header: kept for frames of that site only.

        Browsers take it over https alone; over http, as on loopback, only frames of the same site hold a session.
        """
        cookie = self.cookie(session, secret)
        if not self._is_https:
            return cookie.to_header(header="")
        return f"{replace(cookie, samesite='none').to_header(header='')}; Partitioned"

    def sign_in_cookie(self, sign_in_id: SignInId, secret: str) -> Cookie:
        """The same for a sign-in."""
        return self._cookie(self._sign_in_name(sign_in_id), secret, SIGN_IN_LIFE)

    def _cookie(self, name: str, secret: str, life: timedelta) -> Cookie:
        return Cookie(
            key=name,
            value=secret,
            max_age=int(life.total_seconds()),
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )

    def is_foreign(self, request: AnyRequest) -> bool:
        """Whether another site made this request. A browser that says nothing of it isn't foreign.

        Our pages send no referrer, so browsers tell their own forms' Origin as `null`: the token decides then.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return True
        return request.headers.get("origin", "null") not in ("null", self._origin)

    def _name(self, session_id: SessionId) -> str:
        return f"{self._prefix}{session_id.hex}"

    def _sign_in_name(self, sign_in_id: SignInId) -> str:
        return f"{self._prefix}sign-in-{sign_in_id.hex}"


def is_framed(request: AnyRequest) -> bool:
    """Whether the browser says that the page is for a frame."""
    return request.headers.get("sec-fetch-dest") in _FRAMES


def is_outside(request: AnyRequest) -> bool:
    """Whether the browser says that one of our pages leads here, into the whole window."""
    told = (request.headers.get("sec-fetch-site"), request.headers.get("sec-fetch-dest"))
    return told == ("same-origin", "document")


def new_browser() -> str:
    """The secret for a browser that has none."""
    return new_secret()


def check_of(secret: str) -> str:
    """The token that a page carries and a request from it brings back."""
    return hmac.new(secret.encode(), b"this page asked", hashlib.sha256).hexdigest()


def is_ours(secret: str | None, check: str | None) -> bool:
    """Whether a request comes from a page that was shown to this browser."""
    if secret is None or check is None:
        return False
    return hmac.compare_digest(check_of(secret).encode(), check.encode(errors="replace"))
