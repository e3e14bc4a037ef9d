"""SQL on brand_request."""

from datetime import datetime

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.access.model import Access


class WantedBrand(msgspec.Struct, frozen=True, kw_only=True):
    """A brand that people of an application asked for, and how often."""

    application_id: ApplicationId
    kind: Kind
    brand: str  # as it was typed first
    requests: int
    first_at: datetime
    last_at: datetime


async def add(
    tx: Transaction,
    application_id: ApplicationId,
    kind: Kind,
    key_and_brand: tuple[str, str],
    *,
    now: datetime,
    most: int,
) -> None:
    """Count a request, unless it would be one brand too many for the application."""
    brand_key, brand = key_and_brand
    await tx.execute(
        """
        INSERT INTO brand_request (application_id, kind, brand_key, brand, first_at, last_at)
        SELECT %(application_id)s, %(kind)s, %(brand_key)s, %(brand)s, %(now)s, %(now)s
         WHERE (SELECT count(*) FROM brand_request WHERE application_id = %(application_id)s) < %(most)s
            OR EXISTS (SELECT FROM brand_request
                        WHERE application_id = %(application_id)s AND kind = %(kind)s AND brand_key = %(brand_key)s)
            ON CONFLICT (application_id, kind, brand_key) DO UPDATE
           SET requests = brand_request.requests + 1, last_at = excluded.last_at
        """,
        application_id=application_id,
        kind=kind,
        brand_key=brand_key,
        brand=brand,
        now=now,
        most=most,
    )


async def wanted(reader: Reader, access: Access, *, limit: int = 200) -> list[WantedBrand]:
    """What people of the applications within reach asked for, the most wanted first."""
    return await reader.all(
        WantedBrand,
        """
        SELECT application_id, kind, brand, requests, first_at, last_at
          FROM brand_request WHERE application_id = ANY(%(applications)s)
         ORDER BY requests DESC, last_at DESC, brand_key LIMIT %(limit)s
        """,
        applications=list(access.applications),
        limit=limit,
    )


async def forget(tx: Transaction, before: datetime, *, limit: int = 1000) -> int:
    """Forget brands that nobody asked for since then; the number of rows."""
    return await tx.execute(
        """
        DELETE FROM brand_request
         WHERE (application_id, kind, brand_key) IN (SELECT application_id, kind, brand_key FROM brand_request
                                                      WHERE last_at < %(before)s LIMIT %(limit)s)
        """,
        before=before,
        limit=limit,
    )
