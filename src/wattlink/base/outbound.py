"""The one guarded door through which every outgoing request leaves.

A target is judged at the moment of connecting, by the address of the socket itself, so neither odd spellings of an
address nor a name that changes its answer gets past. A request has one total deadline and its answer a size limit,
counted after decompression; redirects are answers and are never followed.
"""

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from wattlink.base.resolver import Resolver

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        # ipaddress.is_global (Python 3.11) calls these global or decides by the embedded address.
        *("2002::/16", "2001::/23", "3fff::/20", "192.88.99.0/24", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_CONNECT_SECONDS = 5.0


class OutboundError(Exception):
    """No usable answer came back; the text says why and holds no secret."""


class AddressRefused(OutboundError):
    """The target is a private, loopback or otherwise non-public address."""


class DeadlinePassed(OutboundError):
    """The whole exchange took longer than its deadline."""


class ConnectionFailed(OutboundError):
    """Name resolution, connecting, TLS or the transfer failed."""


class AnswerTooLarge(OutboundError):
    """The answer exceeded its size limit."""


class Answer(msgspec.Struct, frozen=True):
    """An HTTP answer. `headers` has lower-case names; of a repeated header the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether an outgoing connection may go to this IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in allowed if network.version == ip.version):
        return True
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:  # loopback, translated, local, multicast and what is to come
        return False
    return ip.is_global and not any(ip in network for network in _REFUSED if network.version == ip.version)


class Outbound:
    """Sends requests to public addresses only, save those that `allowed` names. Use as an async context manager."""

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        user_agent: str = "wattlink",
        resolver: AbstractResolver | None = None,
    ) -> None:
        """`resolver` looks host names up, instead of the system; what it says is judged as any address is."""
        self._allowed = tuple(allowed)
        self._user_agent = user_agent
        self._resolver = resolver or Resolver()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Outbound":
        connector = aiohttp.TCPConnector(
            limit=0,  # whoever sends bounds how many: aiohttp lets those who wait for a connection starve
            socket_factory=self._judged_socket,
            resolver=self._resolver,
            ttl_dns_cache=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"user-agent": self._user_agent},
            max_line_size=16_384,
            max_field_size=16_384,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        await self._resolver.close()

    def allows_http(self, host: str) -> bool:
        """Whether `http` without TLS may go to this host: only to what `allowed` names, by address or as localhost."""
        name = host.strip("[]").rstrip(".").lower()
        try:
            address = ipaddress.ip_address("127.0.0.1" if name == "localhost" else name)
        except ValueError:
            return False
        return any(address in network for network in self._allowed if network.version == address.version)

    def _judged_socket(self, address_info: Any) -> socket.socket:
        family, kind, protocol, _, address = address_info
        if family not in (socket.AF_INET, socket.AF_INET6) or not is_public(str(address[0]), self._allowed):
            raise _Refused(f"{address[0]} is not a public address")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float = 10.0,
        max_bytes: int = 4 * 1024 * 1024,
    ) -> Answer:
        """Send one request; `deadline` in seconds for everything, `max_bytes` of decompressed body.

        Raises OutboundError, also for an answer that is too large or doesn't end in time.
        """
        try:
            response = await self._request(method, url, headers, body, deadline)
            try:
                content = await _read_up_to(response, max_bytes)
            finally:
                _leave(response)
        except _TRANSLATED as error:
            raise _translated(error, deadline) from None
        return Answer(response.status, _lower(response), content)

    async def push(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        deadline: float,
        max_bytes: int = 20_000,
    ) -> Answer:
        """POST where the status is all that counts: of the body only what comes in time, and up to `max_bytes`.

        Raises OutboundError when no status came within `deadline` seconds.
        """
        try:
            response = await self._request("POST", url, headers, body, deadline)
        except _TRANSLATED as error:
            raise _translated(error, deadline) from None
        return Answer(response.status, _lower(response), await _read_what_comes(response, max_bytes))

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, deadline: float
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            raise RuntimeError("an Outbound is used inside `async with`")
        return await self._session.request(
            method, url, headers=headers, data=body, allow_redirects=False, timeout=_timeout(deadline)
        )


@lru_cache(32)
def _timeout(deadline: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=deadline, sock_connect=_CONNECT_SECONDS)


class _Refused(OSError):
    pass


_SAID: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    ((aiohttp.ClientConnectorDNSError, socket.gaierror), "the host name wasn't found"),
    (aiohttp.ClientConnectorCertificateError, "the certificate of the host isn't valid"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "the TLS handshake failed"),
    (aiohttp.ClientConnectorError, "the host accepts no connection"),
    ((aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError), "the address isn't a web address"),
    (aiohttp.ServerDisconnectedError, "the host closed the connection without an answer"),
    ((aiohttp.ClientPayloadError, aiohttp.ClientResponseError), "the answer isn't proper HTTP"),
)


_TRANSLATED = (TimeoutError, aiohttp.ClientError, ssl.SSLError, OSError, ValueError)


def _translated(error: Exception, deadline: float) -> OutboundError:
    if isinstance(error, TimeoutError):
        return DeadlinePassed(f"no complete answer within {deadline:g} s")
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, _Refused):
            return AddressRefused(str(chain))
        chain = getattr(chain, "os_error", None) or chain.__cause__ or chain.__context__
    return ConnectionFailed(next((said for kind, said in _SAID if isinstance(error, kind)), "the transfer failed"))


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


async def _read_up_to(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    received = bytearray()
    async for part in response.content.iter_any():
        received += part
        if len(received) > max_bytes:
            raise AnswerTooLarge(f"the answer is larger than {max_bytes} bytes")
    return bytes(received)


async def _read_what_comes(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    if response.content.at_eof():
        response.release()
        return b""
    received = bytearray()
    try:
        with contextlib.suppress(*_TRANSLATED):
            async for part in response.content.iter_any():
                received += part
                if len(received) > max_bytes:
                    break
    finally:
        _leave(response)
    return bytes(received[:max_bytes])


def _leave(response: aiohttp.ClientResponse) -> None:
    """Give the socket back for the next request, or close it if the rest of an answer still stands in it."""
    if response.content.at_eof():
        response.release()
    else:
        response.close()
