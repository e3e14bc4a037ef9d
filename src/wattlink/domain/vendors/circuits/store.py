"""SQL on circuit, of which each registration has one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.vendors.model import Circuit


async def standing(reader: Reader, registration_ids: Sequence[RegistrationId] | None = None) -> list[Circuit]:
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
