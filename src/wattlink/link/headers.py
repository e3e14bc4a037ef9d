"""The headers of every answer, errors too: nothing is cached, leaked to other hosts or run from elsewhere.

Nothing is framed either, but the pages of an application's sessions by the sites that the application lists.
"""

from collections.abc import Mapping, Sequence

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_UNFRAMED = "frame-ancestors 'none'"
_ALWAYS = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_NO_PAGE = f"default-src 'none'; {_UNFRAMED}; base-uri 'none'; form-action 'none'"


def policy(nonce: str, frame_origins: Sequence[str] = ()) -> str:
    """The content security policy of a page whose own script and style carry this nonce, framed by these at most."""
    return _POLICY.format(nonce=nonce, ancestors=" ".join(frame_origins) or "'none'")


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
        if _UNFRAMED in headers["content-security-policy"]:  # browsers that know no frame-ancestors would refuse all
            headers["x-frame-options"] = "DENY"
        headers.setdefault("cache-control", "no-store")
        headers.setdefault("x-robots-tag", "noindex, nofollow")
