"""Trading a code for an ID token, and asking who somebody is."""

from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp

from wattlink.base.outbound import Outbound
from wattlink.connectors.contract import SignInAnswer
from wattlink.connectors.errors import UnexpectedAnswer
from wattlink.connectors.oauth2 import TokenRefused, code_form, tokens_of
from wattlink.domain.errors import SignInRefused
from wattlink.domain.users.elsewhere.asking import ask, object_of, unusable
from wattlink.domain.users.elsewhere.model import IdentityService
from wattlink.domain.users.elsewhere.openid.issuers import Metadata

_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


async def tokens_for_code(
    outbound: Outbound, metadata: Metadata, service: IdentityService, secret: str | None, answer: SignInAnswer
) -> dict[str, Any]:
    """What the issuer gives for the code, an ID token among it."""
    form, headers = code_form(service.client_id, answer), dict(_FORM)
    if secret is None:
        form["client_id"] = service.client_id
    elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        # RFC 6749, section 2.3.1: encoded like a form first.
        headers["authorization"] = aiohttp.encode_basic_auth(quote_plus(service.client_id), quote_plus(secret))
    else:
        form |= {"client_id": service.client_id, "client_secret": secret}
    body = urlencode(form).encode()
    given = await ask(outbound, "POST", metadata.token_endpoint, headers=headers, body=body)
    try:
        tokens = dict(tokens_of(given))
    except TokenRefused as refused:
        if refused.error == "invalid_grant":
            raise SignInRefused("the service doesn't know the code, or not any more") from None
        raise unusable(metadata.host, str(refused)) from None
    except UnexpectedAnswer as odd:
        raise unusable(metadata.host, str(odd)) from None
    if not isinstance(tokens.get("id_token"), str):
        raise unusable(metadata.host, "no ID token for a code")
    return tokens


async def told_of(outbound: Outbound, metadata: Metadata, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
    """What the issuer tells beside the ID token (OpenID Connect Core, 5.3); empty where it tells nothing."""
    if metadata.userinfo_endpoint is None:
        return {}
    headers = {"authorization": f"Bearer {tokens['access_token']}", "accept": "application/json"}
    answer = await ask(outbound, "GET", metadata.userinfo_endpoint, headers=headers)
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith("application/json"):
        return {}
    told = object_of(answer, metadata.host)
    if told.get("sub") != subject:
        raise SignInRefused("the service tells of somebody else than its ID token")
    return told
