"""SQL on registration and circuit."""

from collections.abc import Mapping, Sequence

import msgspec
from psycopg.errors import ForeignKeyViolation

from wattlink.connectors.registry import manifests
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound, StillInUse
from wattlink.domain.vendors.model import VendorRegistration


class SealedRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as it is stored."""

    registration_id: RegistrationId
    vendor: str
    sealed: bytes
    hosts: dict[str, str]
    is_sandbox: bool


async def usable(reader: Reader, access: Access) -> list[VendorRegistration]:
    """One registration per vendor that an application may use: its own, else the one for all; alphabetical."""
    return await reader.all(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox
          FROM usable_registration(%(application_id)s, %(gated)s) ORDER BY vendor
        """,
        application_id=access.application_id,
        gated=gated(),
    )


def gated() -> list[str]:
    """The vendors that must be activated, unless their registration says otherwise."""
    return [vendor for vendor, manifest in manifests().items() if manifest.activation_required]


async def list_registrations(reader: Reader) -> list[VendorRegistration]:
    """Every registration of this installation, alphabetical by vendor, the one for all applications first."""
    return await reader.all(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox
          FROM registration ORDER BY vendor, application_id NULLS FIRST
        """,
    )


async def get(reader: Reader, registration_id: RegistrationId) -> VendorRegistration:
    """The registration."""
    found = await reader.one_or_none(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox
          FROM registration WHERE registration_id = %(registration_id)s
        """,
        registration_id=registration_id,
    )
    if found is None:
        raise NotFound("registration", registration_id)
    return found


async def find(reader: Reader, vendor: str, application_id: ApplicationId | None) -> VendorRegistration:
    """A vendor's registration for this application, or with None the one for all; raises NotFound."""
    found = await reader.one_or_none(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox
          FROM registration WHERE vendor = %(vendor)s AND application_id IS NOT DISTINCT FROM %(application_id)s
        """,
        vendor=vendor,
        application_id=application_id,
    )
    if found is None:
        raise NotFound("registration", vendor)
    return found


async def within(reader: Reader, access: Access) -> list[VendorRegistration]:
    """The registrations of the applications within reach, and those for all. Alphabetical by vendor, those first."""
    return await reader.all(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox FROM registration
         WHERE application_id IS NULL OR application_id = ANY(%(applications)s)
         ORDER BY vendor, application_id NULLS FIRST
        """,
        applications=list(access.applications),
    )


async def own(reader: Reader, access: Access) -> list[VendorRegistration]:
    """The application's own registrations."""
    return await reader.all(
        VendorRegistration,
        """
        SELECT registration_id, vendor, application_id, hosts, is_sandbox FROM registration
         WHERE application_id = %(application_id)s ORDER BY vendor
        """,
        application_id=access.application_id,
    )


async def delete(tx: Transaction, registration: VendorRegistration) -> None:
    """Remove a registration; raises StillInUse while accounts or revocations need it."""
    try:
        await tx.execute(
            "DELETE FROM registration WHERE registration_id = %(registration_id)s",
            registration_id=registration.registration_id,
        )
    except ForeignKeyViolation:
        raise StillInUse(
            f"accounts at {registration.vendor}, or revocations that wait, need the registration: users leave first"
        ) from None


async def sealed(reader: Reader, registration_ids: Sequence[RegistrationId]) -> list[SealedRegistration]:
    """These registrations with their sealed secrets."""
    return await reader.all(
        SealedRegistration,
        """
        SELECT registration_id, vendor, sealed, hosts, is_sandbox
          FROM registration WHERE registration_id = ANY(%(registration_ids)s)
        """,
        registration_ids=list(registration_ids),
    )


async def claim(
    tx: Transaction, new_id: RegistrationId, vendor: str, application_id: ApplicationId | None
) -> RegistrationId:
    """The id of this vendor's registration for this application; the row is locked, and made if it is new."""
    registration_id = await tx.one(
        RegistrationId,
        """
        INSERT INTO registration (registration_id, vendor, application_id, sealed)
        VALUES (%(new_id)s, %(vendor)s, %(application_id)s, '')
            ON CONFLICT (vendor, application_id) DO UPDATE SET vendor = excluded.vendor
        RETURNING registration_id
        """,
        new_id=new_id,
        vendor=vendor,
        application_id=application_id,
    )
    await tx.execute(
        "INSERT INTO circuit (registration_id) VALUES (%(registration_id)s) ON CONFLICT DO NOTHING",
        registration_id=registration_id,
    )
    return registration_id


async def fill(
    tx: Transaction, registration_id: RegistrationId, *, sealed: bytes, hosts: Mapping[str, str], is_sandbox: bool
) -> None:
    """Replace what a registration holds."""
    await tx.execute(
        """
        UPDATE registration SET sealed = %(sealed)s, hosts = %(hosts)s, is_sandbox = %(is_sandbox)s
         WHERE registration_id = %(registration_id)s
        """,
        registration_id=registration_id,
        sealed=sealed,
        hosts=Json(dict(hosts)),
        is_sandbox=is_sandbox,
    )
