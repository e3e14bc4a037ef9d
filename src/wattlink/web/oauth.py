"""The token endpoint: an application's client credentials become a bearer token, in every dialect alike."""

import base64
import binascii
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from wattlink.domain.errors import NotAuthenticated
from wattlink.web.authentication import header_of
from wattlink.web.call import Call
from wattlink.web.problems import JSON

_NEVER_STORED = {"cache-control": "no-store", "pragma": "no-cache"}


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token; `expires_in` in seconds."""

    access_token: str
    expires_in: int
    scope: str
    token_type: str


class OAuthError(Exception):
    """RFC 6749, section 5.2: `code` of its closed list."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.status = status


class Terms(NamedTuple):
    """What a dialect gives a token for: how long it lives, what is said of it, and whether JSON will do as a form."""

    seconds: int = 3599
    scope: str = ""
    token_type: str = "bearer"  # noqa: S105 - the name of a type
    takes_json: bool = False


async def _issue(request: Call, terms: Terms) -> Response[TokenAnswer]:
    form = _form(await request.body(), takes_json=terms.takes_json)
    if "grant_type" not in form:
        raise OAuthError("invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", "only client_credentials is supported")
    client_id, client_secret = _credentials(request, form)
    try:
        issued = await request.hub.authenticator.issue(client_id, client_secret, seconds=terms.seconds)
    except NotAuthenticated:
        raise OAuthError("invalid_client", "unknown client or wrong secret", status=401) from None
    told = TokenAnswer(
        access_token=issued.token, expires_in=issued.expires_in, scope=terms.scope, token_type=terms.token_type
    )
    return Response(told, headers=_NEVER_STORED)


def oauth_error(_: Request[Any, Any, Any], error: OAuthError) -> Response[dict[str, str]]:
    """The answer that OAuth clients understand."""
    headers = {"www-authenticate": 'Basic realm="token"'} if error.status == 401 else {}
    content = {"error": error.code, "error_description": str(error)}
    return Response(content, status_code=error.status, media_type=JSON, headers=_NEVER_STORED | headers)


def token_route(terms: Terms = Terms()) -> HTTPRouteHandler:  # noqa: B008
    """The endpoint itself; a document names it as its security scheme's token URL."""

    async def issue_token(request: Call) -> Response[TokenAnswer]:
        """Trade a client id and secret, sent as HTTP Basic or in the form, for a token (RFC 6749, section 4.4)."""
        return await _issue(request, terms)

    return HTTPRouteHandler(
        "/oauth2/token",
        http_method="POST",
        status_code=200,
        exception_handlers={OAuthError: oauth_error},
        include_in_schema=False,
    )(issue_token)


def _form(body: bytes, *, takes_json: bool) -> dict[str, str]:
    if takes_json and body.lstrip().startswith(b"{"):
        return _json_form(body)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise OAuthError("invalid_request", "the body isn't a form") from None
    if len(form := dict(pairs)) != len(pairs):
        raise OAuthError("invalid_request", "a parameter is given twice")
    return form


def _json_form(body: bytes) -> dict[str, str]:
    try:
        return msgspec.json.decode(body, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise OAuthError("invalid_request", "the body is neither a form nor JSON with texts") from None


def _credentials(request: Call, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, encoded = (header_of(request.scope, b"authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "the Authorization header isn't HTTP Basic", status=401) from None
    return client_id, client_secret
