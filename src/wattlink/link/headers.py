"""The headers of every answer, errors too: nothing is embedded, cached, leaked to other hosts or run from elsewhere."""

from collections.abc import Mapping

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_ALWAYS = {
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def policy(nonce: str) -> str:
    """The content security policy of a page whose own script and style carry this nonce."""
    return _POLICY.format(nonce=nonce)


class SecurityHeaders:
    """A Litestar `before_send` hook: whatever answers, a page, a redirect or an error, these headers go along."""

    def __init__(self, *, is_https: bool) -> None:
        self._always: Mapping[str, str] = (
            {**_ALWAYS, "strict-transport-security": "max-age=63072000; includeSubDomains"} if is_https else _ALWAYS
        )

    async def __call__(self, message: Message, _: Scope) -> None:
        """Complete the headers of an answer that begins."""
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self._always.items():
            headers[name] = value
        headers.setdefault("content-security-policy", _NO_PAGE)
        headers.setdefault("cache-control", "no-store")
        headers.setdefault("x-robots-tag", "noindex, nofollow")
