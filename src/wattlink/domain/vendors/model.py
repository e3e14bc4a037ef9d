"""A registration is our client at a vendor: an application's own, or one for all of them."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from wattlink.connectors.contract import Registration
from wattlink.domain.access.ids import ApplicationId, RegistrationId


class VendorRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a registration. `hosts` are the base URLs that differ from the manifest's."""

    registration_id: RegistrationId
    vendor: str
    application_id: ApplicationId | None  # None: for all applications
    hosts: Mapping[str, str]
    is_sandbox: bool


class OpenRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A registration with its secret, in memory only. `hosts` are all of the manifest's, as they are to be reached."""

    registration_id: RegistrationId
    vendor: str
    registration: Registration
    hosts: Mapping[str, str]
    is_sandbox: bool


class Circuit(msgspec.Struct, frozen=True, kw_only=True):
    """How a registration does; `probe_at` is when the next single visit may try an outage."""

    registration_id: RegistrationId
    vendor: str
    open_since: datetime | None
    probe_at: datetime | None
    reason: str | None
    proved_at: datetime | None
    incident_since: datetime | None
    incident_ended_at: datetime | None
