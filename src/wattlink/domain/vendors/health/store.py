"""SQL on vendor_health."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.vendors.health.model import Seen
from wattlink.domain.vendors.store import gated


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What succeeded and failed of a registration's in one slot."""

    registration_id: RegistrationId
    began_at: datetime
    visits: int = 0
    visits_failed: int = 0
    sign_ins: int = 0
    sign_ins_failed: int = 0


async def add(tx: Transaction, counted: Sequence[Counted]) -> None:
    """Add these numbers up; in the order of ids, so that two who do this at once don't block each other.

    A registration that was removed meanwhile has no numbers any more.
    """
    rows = sorted(counted, key=lambda row: (row.registration_id, row.began_at))
    await tx.execute(
        """
        INSERT INTO vendor_health (registration_id, began_at, visits, visits_failed, sign_ins, sign_ins_failed)
        SELECT counted.*
          FROM unnest(%(registration_ids)s::uuid[], %(began_at)s::timestamptz[], %(visits)s::integer[],
                      %(visits_failed)s::integer[], %(sign_ins)s::integer[], %(sign_ins_failed)s::integer[])
                 AS counted (registration_id, began_at, visits, visits_failed, sign_ins, sign_ins_failed)
          JOIN registration USING (registration_id)
         ORDER BY registration_id, began_at FOR KEY SHARE OF registration
            ON CONFLICT (registration_id, began_at) DO UPDATE
           SET visits = vendor_health.visits + excluded.visits,
               visits_failed = vendor_health.visits_failed + excluded.visits_failed,
               sign_ins = vendor_health.sign_ins + excluded.sign_ins,
               sign_ins_failed = vendor_health.sign_ins_failed + excluded.sign_ins_failed
        """,
        registration_ids=[row.registration_id for row in rows],
        began_at=[row.began_at for row in rows],
        visits=[row.visits for row in rows],
        visits_failed=[row.visits_failed for row in rows],
        sign_ins=[row.sign_ins for row in rows],
        sign_ins_failed=[row.sign_ins_failed for row in rows],
    )


async def seen(reader: Reader, access: Access, since: datetime) -> list[Seen]:
    """What is known since then of the vendors that an application can use, alphabetical by vendor.

    Without an application within reach: of those that every application can use.
    """
    return await reader.all(
        Seen,
        """
        SELECT registration_id, vendor, open_since, incident_since, counted.*
          FROM usable_registration(%(application_id)s::uuid, %(gated)s) JOIN circuit USING (registration_id)
         CROSS JOIN LATERAL counted_health(registration_id, %(since)s) AS counted
         ORDER BY vendor
        """,
        application_id=next(iter(access.applications), None),
        gated=gated(),
        since=since,
    )


async def seen_of(reader: Reader, registration_id: RegistrationId, since: datetime) -> Seen:
    """What is known since then of one registration."""
    return await reader.one(
        Seen,
        """
        SELECT registration_id, vendor, open_since, incident_since, counted.*
          FROM registration JOIN circuit USING (registration_id)
         CROSS JOIN LATERAL counted_health(registration_id, %(since)s) AS counted
         WHERE registration_id = %(registration_id)s
        """,
        registration_id=registration_id,
        since=since,
    )


async def seen_everywhere(reader: Reader, since: datetime) -> list[Seen]:
    """What is known since then of every registration of which anything is."""
    return await reader.all(
        Seen,
        """
        SELECT registration_id, vendor, open_since, incident_since,
               sum(visits)::integer AS visits, sum(visits_failed)::integer AS visits_failed,
               sum(sign_ins)::integer AS sign_ins, sum(sign_ins_failed)::integer AS sign_ins_failed
          FROM vendor_health JOIN registration USING (registration_id) JOIN circuit USING (registration_id)
         WHERE began_at >= %(since)s
         GROUP BY registration_id, vendor, open_since, incident_since ORDER BY vendor, registration_id
        """,
        since=since,
    )


async def forget(tx: Transaction, before: datetime, *, limit: int = 1000) -> int:
    """Drop counts from before this; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM vendor_health
         WHERE (registration_id, began_at) IN (SELECT registration_id, began_at FROM vendor_health
                                                WHERE began_at < %(before)s LIMIT %(limit)s)
        """,
        before=before,
        limit=limit,
    )
