"""A stand-in for Facebook's Graph: people's tokens, what each shows, and how it fails."""

import hashlib
import hmac
from typing import Any

from tests.support.answering import Reply

APP_ID, APP_SECRET = "138483919580948", "an app secret"


class StubGraph:
    """Answers as https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging describes."""

    def __init__(self, app_secret: str = APP_SECRET) -> None:
        self._app_secret = app_secret
        self.tokens: dict[str, dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.says: Reply | None = None  # to everybody

    def sign_in(self, token: str, user_id: str, *, debug: dict[str, Any] | None = None, **shown: Any) -> None:
        """A person has this token now, for our app, which shows `shown` of them."""
        self.tokens[token] = {
            "app_id": APP_ID,
            "type": "USER",
            "application": "Voltly",
            "expires_at": 0,
            "is_valid": True,
            "scopes": ["public_profile"],
            "user_id": user_id,
            **(debug or {}),
        }
        self.people[token] = {"id": user_id, **shown}

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        if self.says is not None:
            return self.says
        if path == "/debug_token":
            return self._debug(query)
        token = query.get("access_token", "")
        proof = hmac.new(self._app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if path != "/me" or token not in self.people or query.get("appsecret_proof") != proof:
            return 400, _error(190, "Invalid OAuth access token.")
        return 200, self.people[token]

    def _debug(self, query: dict[str, str]) -> Reply:
        if query.get("access_token") != f"{APP_ID}|{self._app_secret}":
            return 400, _error(190, "Invalid OAuth access token signature.")
        told = self.tokens.get(query.get("input_token", ""))
        if told is None:
            return 200, {"data": {"is_valid": False, "error": {"code": 190, "message": "Malformed access token"}}}
        return 200, {"data": told}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "none"}}
