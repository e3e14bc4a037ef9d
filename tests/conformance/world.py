"""A vendor at which somebody has an account with two devices, and the vendor's connector."""

from collections.abc import Awaitable, Mapping
from typing import Any

import pytest

from tests.support.clock import StillClock
from tests.support.linking import Login, connect, link
from wattlink.base.outbound import Outbound
from wattlink.connectors.conformance import reading_offences
from wattlink.connectors.contract import Connector, Credential, DeviceReading, Grant
from wattlink.connectors.devices import Document
from wattlink.connectors.errors import (
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.registry import clouds, manifest_of

every_vendor = pytest.mark.parametrize("vendor", list(clouds()))
_KEYS = [vendor for vendor, manifest in clouds().items() if manifest.sign_in.custody == "key_kept"]
every_vendor_with_tokens = pytest.mark.parametrize("vendor", [each for each in clouds() if each not in _KEYS])
every_vendor_with_keys = pytest.mark.parametrize("vendor", _KEYS)
every_kind = pytest.mark.parametrize(
    ("vendor", "kind"), [(vendor, kind) for vendor, manifest in clouds().items() for kind in manifest.kinds]
)

LOGIN = Login("somebody@example.com", "the-right-password")


class World:
    """One vendor, seen from our side."""

    def __init__(self, vendor: str, outbound: Outbound, hosts: Mapping[str, str], clock: StillClock) -> None:
        self.manifest = manifest_of(vendor)
        self.kinds = frozenset(self.manifest.kinds)
        self.scopes = frozenset(self.manifest.scopes)
        self.clock = clock
        self.connector = connect(vendor, outbound, dict(hosts), clock)
        self.hurried = connect(vendor, outbound, dict(hosts), clock, patience=0.5)
        self._outbound = outbound

    async def link(self, login: Login = LOGIN, scopes: frozenset[str] | None = None) -> Grant:
        """Sign in, and give every scope or these."""
        return await link(self.manifest.vendor, self.connector, self._outbound, login, scopes)

    async def read(
        self, credential: Credential, *, by: Connector | None = None, last: Mapping[str, Document] | None = None
    ) -> list[DeviceReading]:
        """What the account has now; a reading that may not be fails the test."""
        readings = list(await (by or self.connector).read(credential, self.kinds, self.scopes, last or {}))
        assert list(reading_offences(self.manifest, self.kinds, readings)) == []
        return readings

    async def is_dead(self, credential: Credential) -> bool:
        """Whether the vendor says that a credential is no longer good."""
        refused = await failure(self.connector.refresh(credential))
        return isinstance(refused, CredentialsRejected) and refused.cause is Refusal.REVOKED


async def failure(told: Awaitable[object]) -> ConnectorError | None:
    """The error that it ends with, or None; anything but one of the four is a crash, and none tells the password."""
    refused: ConnectorError
    try:
        await told
    except (CredentialsRejected, VendorUnavailable, CommandRefused, UnexpectedAnswer) as error:
        refused = error
    else:
        return None
    assert LOGIN.password not in says(refused)
    return refused


def says(error: ConnectorError) -> str:
    """All that could get into a log of an error and of what led to it."""
    chain: Any = error
    told = []
    while chain is not None:
        told += [str(chain), repr(chain)]
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    return " ".join(told)
