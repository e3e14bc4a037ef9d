"""What is limited, and how much of it is allowed.

An attempt counts against the account that it names (whether there is one or not), the network that it comes from, and
the application as a whole. From a network in which the user logged in before it counts against the two together and
nothing else, so that nobody who guesses elsewhere can lock the user out. Who comes through the app's own server, which
names no network, is counted apart from who has the public key, which everybody can read.
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
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


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
KEYS_OF_A_NETWORK, KEYS_OF_ALL = Limit(100, _QUARTER), Limit(5_000, _QUARTER)  # that nobody has, in each process
SIGN_UPS = Limit(1_000, _HOUR)  # from a network, with an application's public key
GIFTS = Limit(100, _HOUR)  # by a user, also those to nobody: they tell who has an account
NEW_ADDRESSES, CODES_TO_AN_ADDRESS = Limit(10, _DAY), Limit(5, _DAY)  # that a user wants; by all who want it
MAILS_OF_A_GIVER, MAILS_OF_GIFTS = Limit(2, _DAY), Limit(20, _DAY)  # to a user who was given something: by one, by all


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
        through = "server" if self.network is None else "app"
        counted = {
            _name(vault, limits, "account", through, *own): limits.account,
            _name(vault, limits, "application", through, self.application_id): limits.application,
        }
        if self.network is not None:
            counted[_name(vault, limits, "address", self.network)] = limits.address
        return counted

    def address(self, vault: Vault) -> bytes:
        """The network as it is stored."""
        return vault.keyed_hash(self.network or "", context="known_address")


def name_of(vault: Vault, kind: str, *parts: object) -> bytes:
    """How a limit is stored."""
    return vault.keyed_hash("\0".join(map(str, parts)), context=f"throttle.{kind}")


def _name(vault: Vault, limits: Limits, *parts: object) -> bytes:
    return name_of(vault, limits.kind, *parts)


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
