"""The guarded door: whom it never reaches, how long it waits, how much it reads."""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.support.loopback import LOOPBACK
from tests.support.receiver import Receiver, Reply
from wattlink.base.outbound import (
    AddressRefused,
    AnswerTooLarge,
    ConnectionFailed,
    DeadlinePassed,
    Outbound,
    OutboundError,
    is_public,
)

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

NOT_PUBLIC = [
    # Of this machine, in every spelling.
    *("127.0.0.1", "127.1", "127.255.255.254", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1"),
    *("0.0.0.1", "0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "localhost", "LOCALHOST.", "127.0.0.1."),
    # Mapped, compatible, translated, tunnelled.
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]"),
    *("[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001::1]", "[2001:0:7f00:1::]", "[::ffff:0:127.0.0.1]"),
    # Private networks, carriers' networks, links, metadata services.
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "[::ffff:192.168.1.1]"),
    *("100.64.0.1", "100.127.255.254", "169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "[fe80::1%25lo]"),
    *("[fd00:ec2::254]", "[fc00::1]", "[fec0::1]", "192.0.0.192", "100.100.100.200", "[fd12:3456:789a::1]"),
    # For documentation, benchmarks, many receivers, nobody.
    *("192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.254", "[2001:db8::1]", "[3fff::1]"),
    *("224.0.0.1", "239.255.255.250", "[ff02::1]", "[ff0e::1]", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("[100::1]", "[5f00::1]", "[2001:10::1]", "[2001:20::1]"),
]


class Names(AbstractResolver):
    """A name server that says what it is told, another address each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family  # we are asked for every kind
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def talking(talk: Talk, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that says whatever `talk` writes; gives its base URL."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def pushed(outbound: Outbound, url: str, *, deadline: float = 5.0) -> tuple[int, bytes]:
    answer = await outbound.push(url, headers={}, body=b"[]", deadline=deadline)
    return answer.status, answer.body


def test_the_table_is_long() -> None:
    assert len(NOT_PUBLIC) >= 60


@pytest.mark.parametrize("host", NOT_PUBLIC)
async def test_no_connection_leads_inside(host: str) -> None:
    reached: list[str] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append("hit")
        writer.close()

    server = await asyncio.start_server(accept, ["127.0.0.1", "::1"], 0)
    port = server.sockets[0].getsockname()[1]
    async with Outbound() as outbound:
        for send in (
            outbound.push(f"http://{host}:{port}/", headers={}, body=b"[]", deadline=3.0),
            outbound.send("GET", f"http://{host}:{port}/", deadline=3.0),
        ):
            with pytest.raises((AddressRefused, ConnectionFailed)):
                await send
    server.close()
    assert reached == []


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:9.9.9.9"]
)
def test_the_public_internet_is_reachable(address: str) -> None:
    assert is_public(address)


def test_what_the_operator_allows_is_reachable_and_nothing_else() -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/64"))
    assert is_public("10.1.2.3", allowed)
    assert is_public("::ffff:10.1.2.3", allowed)
    assert is_public("fd00::7", allowed)
    assert not is_public("10.2.0.1", allowed)
    assert not is_public("fd00:0:0:1::7", allowed)


def test_http_goes_only_to_hosts_that_the_operator_allows() -> None:
    outbound = Outbound(allowed=LOOPBACK)
    for host in ("localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.8.8.8", "[::1]", "::1"):
        assert outbound.allows_http(host)
    for host in (
        "",
        "app.example",
        "localhost.example",
        "10.0.0.1",
        "1.1.1.1",
        "127.0.0.1.nip.io",
        "[::2]",
        "2130706433",
    ):
        assert not outbound.allows_http(host)
    assert not Outbound().allows_http("localhost")


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_is_refused(inside: str) -> None:
    async with Outbound(resolver=Names([inside])) as outbound:
        with pytest.raises(AddressRefused):
            await outbound.push("https://app.example/hook", headers={}, body=b"[]", deadline=3.0)


async def test_every_address_of_a_name_is_judged(receiver: Receiver) -> None:
    port = receiver.base.rpartition(":")[2]
    async with Outbound(resolver=Names(["10.0.0.1", "127.0.0.1", "::1"])) as outbound:
        with pytest.raises(AddressRefused):
            await outbound.push(f"http://app.example:{port}/hook", headers={}, body=b"[]", deadline=3.0)
    assert receiver.received == []


async def test_a_name_that_changes_its_answer_is_judged_each_time(receiver: Receiver) -> None:
    """Allowed is 127.0.0.1 only: the name leads there first and to a neighbour then."""
    port = receiver.base.rpartition(":")[2]
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    allowed = (ip_network("127.0.0.1/32"),)
    async with Outbound(allowed=allowed, resolver=names) as first:
        assert await pushed(first, f"http://app.example:{port}/hook") == (200, b"")
    async with Outbound(allowed=allowed, resolver=names) as second:
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.2 is not a public address"):
            await pushed(second, f"http://app.example:{port}/hook")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_answers_and_never_followed(outbound: Outbound, receiver: Receiver, status: int) -> None:
    receiver.answer = lambda _: Reply(status, headers={"location": receiver.url("/inside")})
    assert await pushed(outbound, receiver.url()) == (status, b"")
    assert (await outbound.send("GET", receiver.url())).status == status
    assert [one.path for one in receiver.received] == ["/hook", "/hook"]


async def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with Outbound(allowed=LOOPBACK) as outbound:
        assert await pushed(outbound, receiver.url()) == (200, b"")


async def test_cookies_are_not_kept(outbound: Outbound, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(headers={"set-cookie": "seen=1"})
    await pushed(outbound, receiver.url())
    await pushed(outbound, receiver.url())
    assert "cookie" not in receiver.received[1].headers


async def test_without_an_answer_the_deadline_ends_it(outbound: Outbound, receiver: Receiver) -> None:
    receiver.answer = lambda _: Reply(hangs=True)
    with pytest.raises(DeadlinePassed, match=r"within 0\.2 s"):
        await pushed(outbound, receiver.url(), deadline=0.2)
    with pytest.raises(DeadlinePassed):
        await outbound.send("GET", receiver.url(), deadline=0.2)


async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    for _number in range(100):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()


async def test_a_push_is_decided_by_its_status_however_slow_the_body(outbound: Outbound) -> None:
    async with talking(dripping) as url:
        status, body = await pushed(outbound, url, deadline=1.5)
        assert status == 200
        assert 0 < len(body) < 100
        with pytest.raises(DeadlinePassed):
            await outbound.send("GET", url, deadline=0.5)


async def test_a_push_reads_no_more_than_it_needs(outbound: Outbound) -> None:
    async with talking(endless) as url:
        status, body = await pushed(outbound, url)
        assert (status, len(body)) == (200, 20_000)
        with pytest.raises(AnswerTooLarge, match="larger than 1000 bytes"):
            await outbound.send("GET", url, max_bytes=1_000)


async def test_a_bomb_is_cut_off_before_it_fills_the_memory(outbound: Outbound) -> None:
    bomb = gzip.compress(b"\0" * 256 * 1024 * 1024, compresslevel=9)

    async def drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb))
        writer.write(bomb)
        await writer.drain()

    async with talking(drop) as url:
        tracemalloc.start()
        assert len((await pushed(outbound, url))[1]) == 20_000
        with pytest.raises(AnswerTooLarge):
            await outbound.send("GET", url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-header: y\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx-long: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\nno gzip",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    ],
)
async def test_what_is_no_proper_answer_is_an_error_of_ours(outbound: Outbound, said: bytes) -> None:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()

    async with talking(say) as url:
        with pytest.raises(OutboundError):
            await outbound.send("GET", url, deadline=3.0)


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    outbound: Outbound, self_signed: ssl.SSLContext
) -> None:
    async with talking(dripping, tls=self_signed) as url:
        with pytest.raises(ConnectionFailed):
            await pushed(outbound, url)


@pytest.mark.parametrize(
    "url", ["", "app.example/hook", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "https://[", "unix:///x"]
)
async def test_what_is_no_web_address_is_an_error_of_ours(outbound: Outbound, url: str) -> None:
    with pytest.raises(OutboundError):
        await pushed(outbound, url)
    with pytest.raises(OutboundError):
        await outbound.send("GET", url)


async def test_errors_hold_no_secret(outbound: Outbound) -> None:
    with pytest.raises(OutboundError) as failed:
        await outbound.send("GET", "http://127.0.0.1:1/path?token=s3cret", headers={"authorization": "Bearer s3cret"})
    assert "s3cret" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert failed.value.__suppress_context__


async def test_the_next_request_uses_the_same_connection(outbound: Outbound) -> None:
    opened = 0

    async def answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while True:
            await reader.readexactly(2)  # the body of the request whose head was read
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")

    async with talking(answer_all) as url:
        for _ in range(5):
            assert await pushed(outbound, url) == (204, b"")
    assert opened == 1


async def test_a_closed_door_says_so(receiver: Receiver) -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await Outbound(allowed=LOOPBACK).send("GET", receiver.url())
