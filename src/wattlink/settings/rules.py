"""How a setting's text is read, and what is said to whoever wrote one that can't be."""

import ipaddress
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from wattlink.base.outbound import Network
from wattlink.base.vault import parse_master_keys


class Rule(NamedTuple):
    """How a setting is read; `read` raises ValueError for what isn't `allowed`."""

    read: Callable[[str], Any]
    allowed: str
    example: str
    secret: bool = False
    hint: str = ""


def whole(lowest: int, highest: int, *, example: str) -> Rule:
    """A whole number between these two."""

    def read(text: str) -> int:
        number = int(text)
        if not lowest <= number <= highest:
            raise ValueError
        return number

    return Rule(read, f"a whole number from {lowest} to {highest}", example)


def seconds(*, example: str) -> Rule:
    """A time, in seconds and parts of them."""

    def read(text: str) -> float:
        seconds = float(text)
        if not 0 < seconds < 1e9:
            raise ValueError
        return seconds

    return Rule(read, "a number of seconds above 0", example)


def one_of(*choices: str) -> Rule:
    """A word of a closed list."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError
        return text

    return Rule(read, f"one of {', '.join(choices)}", choices[-1])


def words(allowed: str, *, example: str, secret: bool = False) -> Rule:
    """Any text that isn't empty."""

    def read(text: str) -> str:
        if not text:
            raise ValueError
        return text

    return Rule(read, allowed, example, secret)


def _conninfo(text: str) -> str:
    try:
        if not conninfo_to_dict(text):
            raise ValueError
    except psycopg.ProgrammingError:
        raise ValueError from None
    return text


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _web_address(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or text != f"{url.scheme}://{url.netloc}" or "@" in text:
        raise ValueError
    return text


def _socket_address(text: str) -> str:
    if not text.startswith(("ws://", "wss://")):
        raise ValueError
    _web_address(text.replace("ws", "http", 1))
    return text


def _hosts(text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if any(not dialect or not host or "/" in host for dialect, _, host in pairs):
        raise ValueError
    return {host.lower(): dialect for dialect, _, host in pairs}


DATABASE = Rule(_conninfo, "a PostgreSQL URL or key=value words", "postgresql://wattlink@db/wattlink", secret=True)
RING = Rule(
    parse_master_keys,
    "`kid:base64` entries of 32 bytes, separated by commas, the first seals",
    "k1:<base64>",
    secret=True,
    hint="make one with `wattlink master-key new`",
)
NETWORKS = Rule(_networks, "networks in CIDR form, separated by commas", "127.0.0.0/8,::1/128")
HOSTS = Rule(_hosts, "`dialect=host[:port]` entries, separated by commas", "enode=enode-api.example.com")
SOCKET = Rule(_socket_address, "a ws(s) address without a path", "wss://devices.example.com")
ADDRESS = Rule(_web_address, "an http(s) address without a path", "https://link.example.com")
