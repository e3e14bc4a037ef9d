"""Every setting, with its default."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from wattlink.base.outbound import Network
from wattlink.settings.rules import (
    ADDRESS,
    DATABASE,
    HOSTS,
    NETWORKS,
    RING,
    SOCKET,
    Rule,
    one_of,
    seconds,
    whole,
    words,
)


def _setting(default: Any, rule: Rule) -> Any:
    return field(default_factory=lambda: default, metadata={"rule": rule})  # which may be a mapping


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """Everything that can be set, with its default."""

    # Where things are.
    database_url: str = _setting("", DATABASE)
    database_connections: int = _setting(10, whole(2, 1000, example="20"))  # per process, at most
    public_url: str = _setting("", ADDRESS)  # as browsers and apps see it; empty: http://localhost:<port>
    host: str = _setting("127.0.0.1", words("an address to listen on", example="::1"))
    port: int = _setting(8080, whole(1, 65535, example="8080"))
    dialect_hosts: Mapping[str, str] = _setting({}, HOSTS)  # a host to the dialect that also answers at its root
    serve_processes: int = _setting(0, whole(0, 1024, example="4"))  # 0: one per core

    # Where devices dial in.
    dial_in_url: str = _setting("", SOCKET)  # as devices see it; empty: ws://localhost:<port>
    dial_in_port: int = _setting(8090, whole(1, 65535, example="8090"))  # of one process; another one takes --port

    # What is kept secret, and whom we may reach.
    master_keys: Mapping[str, bytes] = _setting({}, RING)
    outbound_allow: Sequence[Network] = _setting((), NETWORKS)  # beyond the public networks

    # The simulated vendors, where they run.
    sandbox_url: str = _setting("", ADDRESS)  # of its process; empty: there is none
    sandbox_key: str = _setting("", words("the key to its control API", example="<key>", secret=True))

    # How users log in.
    password_policy: str = _setting("simple", one_of("simple", "strict"))  # 8 to 64 letters, or of four kinds, too
    login_key: str = _setting("new", one_of("same", "new"))  # of each log-in; `same`: one until log-out
    anonymous_idle_days: int = _setting(0, whole(0, 36_500, example="90"))  # then such a user is deleted; 0: never
    proxies: Sequence[Network] = _setting((), NETWORKS)  # whose X-Forwarded-For says who calls

    # Mails to users.
    smtp_host: str = _setting("", words("a mail server's name", example="smtp.example.com"))  # empty: none are sent
    smtp_port: int = _setting(587, whole(1, 65535, example="465"))
    smtp_security: str = _setting("starttls", one_of("none", "tls", "starttls"))
    smtp_user: str = _setting("", words("a user name", example="wattlink"))  # empty: the server takes mail without
    smtp_password: str = _setting("", words("its password", example="<password>", secret=True))
    smtp_from: str = _setting("", words("the address that mails come from", example="no-reply@example.com"))

    # Whom users may sign in with.
    facebook_graph_url: str = _setting("https://graph.facebook.com", ADDRESS)  # for Facebook's tokens

    # Logs.
    log_format: str = _setting("text", one_of("text", "json"))
    log_level: str = _setting("info", one_of("debug", "info", "warning", "error"))

    # How patient we are.
    confirm_after_seconds: float = _setting(60.0, seconds(example="60"))  # between a credential's two refusals
    webhook_max_events: int = _setting(100, whole(1, 100, example="50"))  # in one delivery
    deactivate_after_seconds: float = _setting(86_400.0, seconds(example="86400"))  # of a webhook that fails
    heartbeat_seconds: float = _setting(3_600.0, seconds(example="3600"))  # from one webhook heartbeat to the next

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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
