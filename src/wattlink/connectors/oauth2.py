"""OAuth 2 messages for connectors (RFC 6749, 7009, 7636); the requests themselves leave through the vendor's door."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from oauthlib.oauth2 import (  # type: ignore[import-untyped]
    MissingTokenError,
    OAuth2Error,
    OAuth2Token,
    WebApplicationClient,
)
from oauthlib.oauth2.rfc6749.parameters import parse_token_response  # type: ignore[import-untyped]

from wattlink.base.outbound import Answer
from wattlink.connectors.contract import Credential, SignInAnswer, SignInRequest
from wattlink.connectors.door import json_of
from wattlink.connectors.errors import UnexpectedAnswer

_LONGEST_LIFE = timedelta(days=3650)
_UNTOLD_LIFE = timedelta(minutes=5)  # short: a token whose life isn't told, or makes no sense, is kept and renewed soon


class TokenRefused(Exception):
    """An error answer of a token endpoint; each vendor's connector says what its `error` means."""

    def __init__(self, error: str, status: int) -> None:
        # The vendor's description stays out: some quote the token in it.
        super().__init__(f"status {status} {error[:100]}")
        self.error = error


def authorization_query(client_id: str, request: SignInRequest, vendor_scopes: str, **more: str) -> dict[str, str]:
    """The query of the vendor's authorization page."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": request.redirect_uri,
        "scope": vendor_scopes,
        "state": request.state,
    }
    if request.code_challenge is not None:
        query |= {"code_challenge": request.code_challenge, "code_challenge_method": "S256"}
    return query | more


def code_form(client_id: str, answer: SignInAnswer, **more: str) -> dict[str, str]:
    """The form that trades a code for tokens."""
    client = WebApplicationClient(client_id)
    body = client.prepare_request_body(
        code=answer.code, redirect_uri=answer.redirect_uri, code_verifier=answer.code_verifier, **more
    )
    return dict(parse_qsl(body))


def refresh_form(client_id: str, credential: Credential, **more: str) -> dict[str, str]:
    """The form that trades a refresh token for fresh tokens."""
    client = WebApplicationClient(client_id)
    body = client.prepare_refresh_body(refresh_token=credential.refresh_token, client_id=client_id, **more)
    return dict(parse_qsl(body))


def revocation_form(client_id: str, credential: Credential, **more: str) -> dict[str, str]:
    """The form that withdraws a refresh token or, where there is none, an access token."""
    if credential.refresh_token is None:
        return {"token": credential.access_token, "token_type_hint": "access_token", "client_id": client_id, **more}
    return {"token": credential.refresh_token, "token_type_hint": "refresh_token", "client_id": client_id, **more}


def tokens_of(answer: Answer) -> Mapping[str, Any]:
    """What a token endpoint gave; raises TokenRefused, or UnexpectedAnswer for what isn't an answer of one."""
    told = json_of(answer)
    if not isinstance(told, dict):
        raise UnexpectedAnswer(f"status {answer.status} of a token endpoint with a body that isn't an object")
    try:
        token: OAuth2Token = parse_token_response(msgspec.json.encode(_with_sense(told)))
    except MissingTokenError:
        raise UnexpectedAnswer(f"status {answer.status} of a token endpoint, neither a token nor an error") from None
    except OAuth2Error as refused:
        raise TokenRefused(str(refused.error), answer.status) from None
    except (AttributeError, TypeError, ValueError):
        raise UnexpectedAnswer(f"status {answer.status} of a token endpoint with fields of wrong types") from None
    if answer.status != 200 or not isinstance(token["access_token"], str):
        raise UnexpectedAnswer(f"status {answer.status} of a token endpoint with a token that can't be used")
    return dict(token)


def credential_of(tokens: Mapping[str, Any], now: datetime, *, before: Credential | None = None) -> Credential:
    """The credential that these tokens make; what the answer leaves out is taken from the one `before`."""
    return Credential(
        access_token=tokens["access_token"],
        expires_at=now + life_of(tokens.get("expires_in")),
        refresh_token=newest_of(tokens.get("refresh_token"), before),
        extra=before.extra if before else {},
    )


def newest_of(fresh: Any, before: Credential | None) -> str | None:
    """The refresh token that came, or, where none did, the one before: it goes on being good."""
    kept = before.refresh_token if before else None
    return fresh if isinstance(fresh, str) and fresh else kept


def life_of(told: Any) -> timedelta:
    """How long an access token lives, as its vendor tells it: in seconds, some of which come as a text."""
    try:
        seconds = float(told) if isinstance(told, int | float | str) and not isinstance(told, bool) else 0.0
    except (ValueError, OverflowError):
        seconds = 0.0
    return timedelta(seconds=seconds) if 0 < seconds < _LONGEST_LIFE.total_seconds() else _UNTOLD_LIFE


def _with_sense(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer without what the library would refuse it for: the tokens beside it may be the last good ones."""
    scopes = told["scope"] if isinstance(told.get("scope"), list) else [told.get("scope")]
    nonsense = {"expires_at"}
    if not all(isinstance(scope, str) for scope in scopes):
        nonsense.add("scope")
    if not told.get("error"):
        nonsense.add("error")
    sense = {name: value for name, value in told.items() if name not in nonsense}
    return sense | {"expires_in": int(life_of(told.get("expires_in")).total_seconds())}


def claims_of(token: str) -> Mapping[str, Any]:
    """What a JWT says, unverified: for tokens that came straight from the vendor over TLS; empty if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
