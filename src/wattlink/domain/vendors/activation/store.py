"""SQL on vendor_activation, and on what a registration says of it."""

from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import ApplicationId, RegistrationId
from wattlink.domain.vendors.store import gated


async def require_activation(
    tx: Transaction, vendor: str, application_id: ApplicationId | None, *, required: bool | None
) -> RegistrationId | None:
    """Whether applications must be allowed to use a registration; its id, None where there is none."""
    return await tx.one_or_none(
        RegistrationId,
        """
        UPDATE registration SET needs_activation = %(required)s
         WHERE vendor = %(vendor)s AND application_id IS NOT DISTINCT FROM %(application_id)s
        RETURNING registration_id
        """,
        vendor=vendor,
        application_id=application_id,
        required=required,
    )


async def needing_activation(reader: Reader, application_id: ApplicationId) -> list[str]:
    """The vendors that an application must be allowed to use, registered or not."""
    return await reader.all(
        str,
        """
        SELECT DISTINCT vendor
          FROM unnest(%(gated)s::text[]) AS gated (vendor)
          FULL JOIN (SELECT vendor, bool_and(coalesce(needs_activation, vendor = ANY(%(gated)s))) AS is_gated
                       FROM registration
                      WHERE registration.application_id IS NULL OR registration.application_id = %(application_id)s
                      GROUP BY vendor) AS registered USING (vendor)
         WHERE coalesce(is_gated, true)
        """,
        gated=gated(),
        application_id=application_id,
    )


async def activated(reader: Reader, application_id: ApplicationId) -> list[str]:
    """The vendors that were switched on for an application, alphabetical."""
    return await reader.all(
        str,
        "SELECT vendor FROM vendor_activation WHERE application_id = %(application_id)s ORDER BY vendor",
        application_id=application_id,
    )


async def activate(tx: Transaction, application_id: ApplicationId, vendor: str) -> None:
    """Switch a vendor on for an application."""
    await tx.execute(
        """
        INSERT INTO vendor_activation (application_id, vendor) VALUES (%(application_id)s, %(vendor)s)
            ON CONFLICT DO NOTHING
        """,
        application_id=application_id,
        vendor=vendor,
    )


async def deactivate(tx: Transaction, application_id: ApplicationId, vendor: str) -> None:
    """Switch it off."""
    await tx.execute(
        "DELETE FROM vendor_activation WHERE application_id = %(application_id)s AND vendor = %(vendor)s",
        application_id=application_id,
        vendor=vendor,
    )
