"""What is limited, and how much of it is allowed.

An attempt counts against the account that it names (whether there is one or not), the network that it comes from, and
the application as a whole. From a network in which the user logged in before it counts against the two together and
nothing else, so that nobody who guesses elsewhere can lock the user out.
"""

import ipaddress
from datetime import timedelta

import msgspec

from wattlink.base.vault import Vault
from wattlink.domain.access.ids import ApplicationId

_IPV4_PREFIX, _IPV6_PREFIX = 24, 48
KNOWN_FOR = timedelta(days=90)


class Limit(msgspec.Struct, frozen=True):
    """So many attempts at once, and as many again within `window`, one after the other."""

    most: int
    window: timedelta

    @property
    def every(self) -> timedelta:
        """After how long one more is allowed."""
        return self.window / self.most


_QUARTER = timedelta(minutes=15)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind of attempt."""

    kind: str
    account: Limit
    address: Limit
    application: Limit


PASSWORDS = Limits(
    kind="password",
    account=Limit(10, _QUARTER),
    address=Limit(100, _QUARTER),
    application=Limit(5_000, _QUARTER),
)
ACTIVATION_CODES = Limits(
    kind="activation",
    account=Limit(5, _QUARTER),
    address=Limit(50, _QUARTER),
    application=Limit(2_000, _QUARTER),
)
TOKENS_OF_OTHERS = Limits(  # of services that vouch for people; who is asked is the service, each time
    kind="vouching",
    account=Limit(5, _QUARTER),
    address=Limit(50, _QUARTER),
    application=Limit(2_000, _QUARTER),
)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's attempt at an account, which is named as they name it. `network` None: isn't limited."""

    limits: Limits
    application_id: ApplicationId
    account: str
    network: str | None = None

    def counted(self, vault: Vault, *, is_known: bool) -> dict[bytes, Limit]:
        """The limits that it counts against, by their names as stored."""
        limits, own = self.limits, (self.application_id, self.account)
        if is_known:
            return {_name(vault, limits, "known", *own, self.network): limits.account}
        counted = {
            _name(vault, limits, "account", *own): limits.account,
            _name(vault, limits, "application", self.application_id): limits.application,
        }
        if self.network is not None:
            counted[_name(vault, limits, "address", self.network)] = limits.address
        return counted

    def address(self, vault: Vault) -> bytes:
        """The network as it is stored."""
        return vault.keyed_hash(self.network or "", context="known_address")


def _name(vault: Vault, limits: Limits, *parts: object) -> bytes:
    return vault.keyed_hash("\0".join(map(str, parts)), context=f"throttle.{limits.kind}")


def network_of(address: str) -> str:
    """The network that an address belongs to: who has one address usually has its neighbours too."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    prefix = _IPV4_PREFIX if ip.version == 4 else _IPV6_PREFIX
    return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False))
