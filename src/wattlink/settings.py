"""The settings: `WATTLINK_*` in the environment, over a TOML file that `WATTLINK_CONFIG` names, over defaults.

What operators change at run time is in the database, never here. In the file a setting has the same name in lower case
without `WATTLINK_`. A secret may stand in a file of its own: `WATTLINK_MASTER_KEYS_FILE=/run/secrets/keys`.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from wattlink.base.outbound import Network
from wattlink.base.vault import parse_master_keys

_PREFIX = "WATTLINK_"
_CONFIG = "WATTLINK_CONFIG"
_FILE = "_FILE"


class SettingsError(Exception):
    """A setting that can't be used: its name, what is allowed and an example, in one line."""


class Rule(NamedTuple):
    """How a setting is read; `read` raises ValueError for what isn't `allowed`."""

    read: Callable[[str], Any]
    allowed: str
    example: str
    secret: bool = False
    hint: str = ""


def _whole(lowest: int, highest: int, *, example: str) -> Rule:
    def read(text: str) -> int:
        number = int(text)
        if not lowest <= number <= highest:
            raise ValueError
        return number

    return Rule(read, f"a whole number from {lowest} to {highest}", example)


def _seconds(*, example: str) -> Rule:
    def read(text: str) -> float:
        seconds = float(text)
        if not 0 < seconds < 1e9:
            raise ValueError
        return seconds

    return Rule(read, "a number of seconds above 0", example)


def _one_of(*choices: str) -> Rule:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError
        return text

    return Rule(read, f"one of {', '.join(choices)}", choices[-1])


def _words(allowed: str, *, example: str, secret: bool = False) -> Rule:
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


def _setting(default: Any, rule: Rule) -> Any:
    return field(default_factory=lambda: default, metadata={"rule": rule})  # which may be a mapping


_DATABASE = Rule(_conninfo, "a PostgreSQL URL or key=value words", "postgresql://wattlink@db/wattlink", secret=True)
_RING = Rule(
    parse_master_keys,
    "`kid:base64` entries of 32 bytes, separated by commas, the first seals",
    "k1:<base64>",
    secret=True,
    hint="make one with `wattlink master-key new`",
)
_NETWORKS = Rule(_networks, "networks in CIDR form, separated by commas", "127.0.0.0/8,::1/128")
_HOSTS = Rule(_hosts, "`dialect=host[:port]` entries, separated by commas", "enode=enode-api.example.com")
_SOCKET = Rule(_socket_address, "a ws(s) address without a path", "wss://devices.example.com")
_ADDRESS = Rule(_web_address, "an http(s) address without a path", "https://link.example.com")


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """Everything that can be set, with its default."""

    # Where things are.
    database_url: str = _setting("", _DATABASE)
    database_connections: int = _setting(10, _whole(2, 1000, example="20"))  # per process, at most
    public_url: str = _setting("", _ADDRESS)  # as browsers and apps see it; empty: http://localhost:<port>
    host: str = _setting("127.0.0.1", _words("an address to listen on", example="::1"))
    port: int = _setting(8080, _whole(1, 65535, example="8080"))
    dialect_hosts: Mapping[str, str] = _setting({}, _HOSTS)  # a host to the dialect that also answers at its root
    serve_processes: int = _setting(0, _whole(0, 1024, example="4"))  # 0: one per core

    # Where devices dial in.
    dial_in_url: str = _setting("", _SOCKET)  # as devices see it; empty: ws://localhost:<port>
    dial_in_port: int = _setting(8090, _whole(1, 65535, example="8090"))  # of one process; another one takes --port

    # What is kept secret, and whom we may reach.
    master_keys: Mapping[str, bytes] = _setting({}, _RING)
    outbound_allow: Sequence[Network] = _setting((), _NETWORKS)  # beyond the public networks

    # The simulated vendors, where they run.
    sandbox_url: str = _setting("", _ADDRESS)  # of its process; empty: there is none
    sandbox_key: str = _setting("", _words("the key to its control API", example="<key>", secret=True))

    # How users log in.
    password_policy: str = _setting("simple", _one_of("simple", "strict"))  # 8 to 64 letters, or of four kinds, too
    login_key: str = _setting("new", _one_of("same", "new"))  # of each log-in; `same`: one until log-out
    anonymous_idle_days: int = _setting(0, _whole(0, 36_500, example="90"))  # then such a user is deleted; 0: never
    proxies: Sequence[Network] = _setting((), _NETWORKS)  # whose X-Forwarded-For says who calls

    # Mails to users.
    smtp_host: str = _setting("", _words("a mail server's name", example="smtp.example.com"))  # empty: none are sent
    smtp_port: int = _setting(587, _whole(1, 65535, example="465"))
    smtp_security: str = _setting("starttls", _one_of("none", "tls", "starttls"))
    smtp_user: str = _setting("", _words("a user name", example="wattlink"))  # empty: the server takes mail without
    smtp_password: str = _setting("", _words("its password", example="<password>", secret=True))
    smtp_from: str = _setting("", _words("the address that mails come from", example="no-reply@example.com"))

    # Whom users may sign in with.
    facebook_graph_url: str = _setting("https://graph.facebook.com", _ADDRESS)  # for Facebook's tokens

    # Logs.
    log_format: str = _setting("text", _one_of("text", "json"))
    log_level: str = _setting("info", _one_of("debug", "info", "warning", "error"))

    # How patient we are.
    confirm_after_seconds: float = _setting(60.0, _seconds(example="60"))  # between a credential's two refusals
    webhook_max_events: int = _setting(100, _whole(1, 100, example="50"))  # in one delivery
    deactivate_after_seconds: float = _setting(86_400.0, _seconds(example="86400"))  # of a webhook that fails
    heartbeat_seconds: float = _setting(3_600.0, _seconds(example="3600"))  # from one webhook heartbeat to the next

    def __repr__(self) -> str:
        return f"Settings(public_url={self.public_url!r})"

    @property
    def processes_of_serve(self) -> int:
        """How many processes one `serve` has."""
        return self.serve_processes or os.cpu_count() or 1

    @property
    def threads_for_passwords(self) -> int:
        """How many of them each process of `serve` has: together no more than there are cores, and one at least."""
        return max(1, (os.cpu_count() or 1) // self.processes_of_serve)

    @property
    def sends_mail(self) -> bool:
        """Whether there is a mail server."""
        return bool(self.smtp_host)

    @property
    def sender_of_mail(self) -> str:
        """The address that mails come from."""
        return self.smtp_from or f"no-reply@{urlsplit(self.public_url).hostname}"

    @property
    def passwords_are_strict(self) -> bool:
        """Whether passwords must hold letters of four kinds."""
        return self.password_policy == "strict"  # noqa: S105

    @property
    def takes_calls(self) -> bool:
        """Whether the devices of whoever sees our pages reach us: the address was set, or all is on one machine."""
        here = (urlsplit(url).hostname or "" for url in (self.dial_in_url, self.public_url))
        dialled, public = (_is_loopback(host) for host in here)
        return public or not dialled

    @property
    def is_plain_http_in_public(self) -> bool:
        """Whether passwords and cookies would cross a network unencrypted."""
        url = urlsplit(self.public_url)
        return url.scheme == "http" and not _is_loopback(url.hostname or "")


RULES: Mapping[str, Rule] = {setting.name: setting.metadata["rule"] for setting in fields(Settings)}


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return _PREFIX + name.upper()


def load_settings(environ: Mapping[str, str], *, needed: Sequence[str] = ()) -> Settings:
    """The settings of a process that can't do without those `needed`. Raises SettingsError."""
    texts = _from_file(environ.get(_CONFIG, "")) | _from_environment(environ)
    values = {name: _value(name, text) for name, text in texts.items()}
    for name in needed:
        if name not in values:
            raise SettingsError(f"{variable(name)} is missing: {_advice(name)}")
    settings = Settings(**values)
    return replace(
        settings,
        public_url=settings.public_url or f"http://localhost:{settings.port}",
        dial_in_url=settings.dial_in_url or f"ws://localhost:{settings.dial_in_port}",
    )


def _from_file(path: str) -> dict[str, str]:
    if not path:
        return {}
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{_CONFIG}={path} can't be read: {error}") from None
    return _known({key: _as_text(value) for key, value in content.items()}, shown=lambda key: f"{key} in {path}")


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key}={part}" for key, part in value.items())
    return ",".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    ours = {key: text for key, text in environ.items() if key.startswith(_PREFIX) and key != _CONFIG}
    return _known({key.removeprefix(_PREFIX).lower(): text for key, text in ours.items()}, shown=variable)


def _known(given: Mapping[str, str], *, shown: Callable[[str], str]) -> dict[str, str]:
    """The texts by setting, those in files of their own read; an unknown name is refused with the nearest ones."""
    texts = {}
    for key, text in given.items():
        name = key.removesuffix(_FILE.lower())
        if name not in RULES or (key != name and not RULES[name].secret):
            near = difflib.get_close_matches(key, RULES, n=3) or sorted(RULES)
            raise SettingsError(f"{shown(key)} is no setting; did you mean {' or '.join(map(variable, near))}?")
        if name in texts or (key != name and name in given):
            raise SettingsError(f"{shown(name)} is given twice: as a value and as a file")
        texts[name] = _content(shown(key), text) if key != name else text
    return texts


def _content(shown: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{shown} names a file that can't be read: {error}") from None


def _value(name: str, text: str) -> Any:
    try:
        return RULES[name].read(text)
    except ValueError:
        given = "what is given" if RULES[name].secret else repr(text)
        raise SettingsError(f"{variable(name)}: {given} can't be used; {_advice(name)}") from None


def _advice(name: str) -> str:
    rule = RULES[name]
    hint = f"; {rule.hint}" if rule.hint else ""
    return f"it takes {rule.allowed}, for example {variable(name)}={rule.example}{hint}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
