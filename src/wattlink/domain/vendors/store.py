"""SQL on registration and circuit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from psycopg.errors import ForeignKeyViolation

from wattlink.connectors.registry import manifests
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotFound, StillInUse
from wattlink.domain.vendors.model import Circuit, VendorRegistration


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


async def circuits(reader: Reader, registration_ids: Sequence[RegistrationId] | None = None) -> list[Circuit]:
    """How these registrations do, or all that have trouble."""
    return await reader.all(
        Circuit,
        """
        SELECT registration_id, vendor, open_since, probe_at, reason, proved_at, incident_since, incident_ended_at
          FROM circuit JOIN registration USING (registration_id)
         WHERE CASE WHEN %(registration_ids)s::uuid[] IS NULL
                    THEN open_since IS NOT NULL OR incident_since IS NOT NULL
                    ELSE registration_id = ANY(%(registration_ids)s) END
        """,
        registration_ids=None if registration_ids is None else list(registration_ids),
    )


async def lock_circuit(tx: Transaction, registration_id: RegistrationId) -> Circuit:
    """How a registration does, held until the end of the transaction."""
    return await tx.one(
        Circuit,
        """
        SELECT registration_id, vendor, open_since, probe_at, reason, proved_at, incident_since, incident_ended_at
          FROM circuit JOIN registration USING (registration_id)
         WHERE registration_id = %(registration_id)s FOR UPDATE OF circuit
        """,
        registration_id=registration_id,
    )


async def open_circuit(
    tx: Transaction, registration_id: RegistrationId, *, reason: str, now: datetime, probe_at: datetime
) -> str | None:
    """Take no more of this registration's rows; its vendor, None if it was so already."""
    return await tx.one_or_none(
        str,
        """
        UPDATE circuit
           SET open_since = %(now)s, probe_at = %(probe_at)s, revocation_at = %(probe_at)s, reason = %(reason)s
          FROM registration
         WHERE circuit.registration_id = %(registration_id)s AND open_since IS NULL
           AND registration.registration_id = circuit.registration_id
        RETURNING vendor
        """,
        registration_id=registration_id,
        reason=reason,
        now=now,
        probe_at=probe_at,
    )


async def claim_probes(tx: Transaction, vendor: str, *, now: datetime, next_at: datetime) -> list[RegistrationId]:
    """Open circuits of a vendor whose probe is due; each is given to one caller."""
    return await tx.all(
        RegistrationId,
        """
        UPDATE circuit SET probe_at = %(next_at)s
          FROM registration
         WHERE registration.registration_id = circuit.registration_id AND vendor = %(vendor)s
           AND open_since IS NOT NULL AND probe_at <= %(now)s
        RETURNING circuit.registration_id
        """,
        vendor=vendor,
        now=now,
        next_at=next_at,
    )


async def bring_forward(tx: Transaction, application_id: ApplicationId, by: timedelta) -> None:
    """An application's time jumps: where its simulated vendors are down, they are tried that much sooner."""
    await tx.execute(
        """
        UPDATE circuit SET probe_at = probe_at - %(by)s
          FROM registration
         WHERE registration.registration_id = circuit.registration_id AND is_sandbox AND open_since IS NOT NULL
           AND (application_id IS NULL OR application_id = %(application_id)s)
        """,
        application_id=application_id,
        by=by,
    )


async def claim_revocations(tx: Transaction, *, now: datetime, next_at: datetime) -> list[RegistrationId]:
    """Open circuits that the next revocation may try; each is given to one caller."""
    return await tx.all(
        RegistrationId,
        """
        UPDATE circuit SET revocation_at = %(next_at)s
         WHERE open_since IS NOT NULL AND revocation_at <= %(now)s
        RETURNING registration_id
        """,
        now=now,
        next_at=next_at,
    )


async def close_circuit(tx: Transaction, registration_id: RegistrationId) -> str | None:
    """Take this registration's rows again; its vendor, None if it was so already."""
    return await tx.one_or_none(
        str,
        """
        UPDATE circuit SET open_since = NULL, probe_at = NULL, revocation_at = NULL, reason = NULL
          FROM registration
         WHERE circuit.registration_id = %(registration_id)s AND open_since IS NOT NULL
           AND registration.registration_id = circuit.registration_id
        RETURNING vendor
        """,
        registration_id=registration_id,
    )


async def note_proofs(tx: Transaction, proofs: Mapping[RegistrationId, datetime]) -> None:
    """When a credential of each registration was proved good; kept to the second, since many say so."""
    await tx.execute(
        """
        WITH proof AS MATERIALIZED (
            SELECT registration_id, moment
              FROM circuit JOIN unnest(%(registration_ids)s::uuid[], %(moments)s::timestamptz[])
                             AS proof (registration_id, moment) USING (registration_id)
             WHERE proved_at IS NULL OR proved_at <= moment - interval '1 second'
             ORDER BY registration_id FOR UPDATE OF circuit
        )
        UPDATE circuit SET proved_at = moment FROM proof WHERE circuit.registration_id = proof.registration_id
        """,
        registration_ids=list(proofs),
        moments=list(proofs.values()),
    )


async def begin_incident(tx: Transaction, registration_id: RegistrationId, now: datetime) -> None:
    """From now on no account of this registration breaks."""
    await tx.execute(
        """
        UPDATE circuit SET incident_since = %(now)s
         WHERE registration_id = %(registration_id)s AND incident_since IS NULL
        """,
        registration_id=registration_id,
        now=now,
    )


async def end_incident(tx: Transaction, registration_id: RegistrationId, now: datetime) -> None:
    """Accounts of this registration may break again, once the calm has lasted."""
    await tx.execute(
        """
        UPDATE circuit SET incident_since = NULL, incident_ended_at = %(now)s
         WHERE registration_id = %(registration_id)s AND incident_since IS NOT NULL
        """,
        registration_id=registration_id,
        now=now,
    )
