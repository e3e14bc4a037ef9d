"""SQL on device and device_state."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from wattlink.connectors.devices import Document, Kind
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import AccountId, DeviceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.devices.model import Device, DeviceChange, KnownDevice, Place
from wattlink.domain.errors import NotFound

_DEVICE = """
    SELECT device_id, device.application_id, device.user_id, external_id AS "user", account_id, vendor, kind, scopes,
           document, location_id, located_at, device.created_at, updated_at
      FROM device JOIN device_state USING (device_id) JOIN app_user ON app_user.user_id = device.user_id
"""
PUBLISHED = (
    _DEVICE
    + """
     WHERE is_published AND device.application_id = ANY(%(applications)s)
       AND (%(only_user)s::uuid IS NULL OR device.user_id = %(only_user)s)
    """
)
_GET = PUBLISHED + " AND device_id = %(device_id)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)"


async def get(reader: Reader, access: Access, device_id: DeviceId, kind: Kind | None = None) -> Device:
    """The device, if this caller may see it and it is of this kind."""
    found = await reader.one_or_none(
        Device,
        _GET,
        device_id=device_id,
        kind=kind,
        applications=list(access.applications),
        only_user=access.only_user,
    )
    if found is None:
        raise NotFound("device", device_id)
    return found


async def hold(tx: Transaction, access: Access, device_id: DeviceId) -> None:
    """Until the end of the transaction nobody removes the device, or holds it too; there may be none within reach."""
    await tx.execute(
        "SELECT FROM device WHERE device_id = %(device_id)s AND application_id = ANY(%(applications)s) FOR UPDATE",
        device_id=device_id,
        applications=list(access.applications),
    )


async def of_account(reader: Reader, account_id: AccountId) -> list[Device]:
    """Every device of an account, also those that aren't published yet, oldest first."""
    return await reader.all(
        Device,
        _DEVICE + " WHERE account_id = %(account_id)s ORDER BY device.created_at, device_id",
        account_id=account_id,
    )


async def known(reader: Reader, account_ids: Sequence[AccountId]) -> list[KnownDevice]:
    """The devices of these accounts, as the last visits left them."""
    return await reader.all_from_json(
        KnownDevice,
        """
        SELECT row_to_json(known)::text
          FROM (SELECT device_id, account_id, kind, vendor_device_id, is_published, missed, document, hidden, updated_at
                  FROM device JOIN device_state USING (device_id)
                 WHERE account_id = ANY(%(account_ids)s)) AS known
         ORDER BY device_id
        """,
        account_ids=list(account_ids),
    )


async def insert(tx: Transaction, new: Sequence[DeviceChange], now: datetime) -> None:
    """New devices, their states apart."""
    await tx.execute(
        """
        INSERT INTO device (device_id, application_id, user_id, account_id, vendor, kind, vendor_device_id,
                            scopes, is_published, created_at)
        SELECT device_id, (owner ->> 'application_id')::uuid, (owner ->> 'user_id')::uuid,
               (owner ->> 'account_id')::uuid, owner ->> 'vendor', kind, vendor_device_id,
               ARRAY(SELECT scope FROM jsonb_array_elements_text(owner -> 'scopes') AS scope
                      WHERE scope LIKE kind || ':%%'),
               is_published, %(now)s
          FROM jsonb_to_recordset(%(new)s)
            AS new (device_id uuid, owner jsonb, kind text, vendor_device_id text, is_published boolean)
        """,
        new=Json(new),
        now=now,
    )


async def bring_forward(tx: Transaction, account_ids: Sequence[AccountId], by: timedelta) -> None:
    """The time of these accounts jumps: what is known of devices is that much older. Their visits must be held."""
    await tx.execute(
        """
        UPDATE device_state SET updated_at = device_state.updated_at - %(by)s
          FROM device WHERE device.device_id = device_state.device_id AND account_id = ANY(%(account_ids)s)
        """,
        account_ids=list(account_ids),
        by=by,
    )


async def put_states(tx: Transaction, changes: Sequence[DeviceChange], now: datetime) -> list[Place]:
    """What these devices are now, and where that is; a hidden document leaves what is shown."""
    return await tx.all(
        Place,
        """
        INSERT INTO device_state AS state (device_id, document, hidden, location_id, updated_at)
        SELECT device_id, document, CASE WHEN is_hidden THEN document END, location_of(user_id, document, NULL),
               %(now)s
          FROM jsonb_to_recordset(%(states)s)
            AS changed (device_id uuid, user_id uuid, document jsonb, is_hidden boolean)
            ON CONFLICT (device_id) DO UPDATE
           SET document = CASE WHEN excluded.hidden IS NULL THEN excluded.document ELSE state.document END,
               updated_at = CASE WHEN excluded.hidden IS NULL THEN excluded.updated_at ELSE state.updated_at END,
               location_id = CASE WHEN excluded.hidden IS NULL AND excluded.document ? 'location'
                                  THEN excluded.location_id ELSE state.location_id END,
               hidden = excluded.hidden
        RETURNING device_id, location_id, located_at
        """,
        states=Json(
            [
                {
                    "device_id": change.device_id,
                    "user_id": change.owner.user_id,
                    "document": change.document,
                    "is_hidden": change.is_hidden,
                }
                for change in changes
            ]
        ),
        now=now,
    )


async def count_missed(tx: Transaction, changes: Sequence[DeviceChange]) -> None:
    """In how many visits in a row each of these devices wasn't found."""
    await tx.execute(
        """
        UPDATE device SET missed = counted.missed
          FROM unnest(%(device_ids)s::uuid[], %(missed)s::integer[]) AS counted (device_id, missed)
         WHERE device.device_id = counted.device_id
        """,
        device_ids=[change.device_id for change in changes],
        missed=[change.missed for change in changes],
    )


async def publish(tx: Transaction, account_id: AccountId, kinds: Sequence[Kind], scopes: Sequence[str]) -> None:
    """Show these devices to everybody, with what was read last and what was granted."""
    await tx.execute(
        """
        WITH shown AS (
            UPDATE device SET is_published = true,
                   scopes = ARRAY(SELECT scope FROM unnest(%(scopes)s::text[]) AS scope WHERE scope LIKE kind || ':%%')
             WHERE account_id = %(account_id)s AND kind = ANY(%(kinds)s) RETURNING device_id, user_id
        )
        UPDATE device_state SET document = coalesce(hidden, document), hidden = NULL,
               location_id = location_of(user_id, coalesce(hidden, document), location_id)
          FROM shown WHERE device_state.device_id = shown.device_id
        """,
        account_id=account_id,
        kinds=[kind.value for kind in kinds],
        scopes=list(scopes),
    )


async def mask(tx: Transaction, device_ids: Sequence[DeviceId], documents: Sequence[Document]) -> None:
    """Show these documents, and keep what was read last."""
    await tx.execute(
        """
        UPDATE device_state SET hidden = coalesce(hidden, device_state.document), document = shown.document
          FROM unnest(%(device_ids)s::uuid[], %(documents)s::jsonb[]) AS shown (device_id, document)
         WHERE device_state.device_id = shown.device_id
        """,
        device_ids=list(device_ids),
        documents=[Json(document) for document in documents],
    )


async def unmask(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """Show what was read last of the published devices of these accounts."""
    await tx.execute(
        """
        UPDATE device_state SET document = hidden, hidden = NULL,
               location_id = location_of(user_id, hidden, location_id)
          FROM device
         WHERE device.device_id = device_state.device_id AND account_id = ANY(%(account_ids)s)
           AND is_published AND hidden IS NOT NULL
        """,
        account_ids=list(account_ids),
    )


async def set_scopes(tx: Transaction, account_id: AccountId, kinds: Sequence[Kind], scopes: Sequence[str]) -> None:
    """What is granted now for these kinds of devices."""
    await tx.execute(
        """
        UPDATE device
           SET scopes = ARRAY(SELECT scope FROM unnest(%(scopes)s::text[]) AS scope WHERE scope LIKE kind || ':%%')
         WHERE account_id = %(account_id)s AND kind = ANY(%(kinds)s)
        """,
        account_id=account_id,
        kinds=[kind.value for kind in kinds],
        scopes=list(scopes),
    )


async def forget_unpublished(tx: Transaction, account_id: AccountId, kinds: Sequence[Kind]) -> None:
    """Remove what of these kinds nobody has seen yet."""
    await tx.execute(
        """
        WITH unseen AS (
            DELETE FROM device
             WHERE account_id = %(account_id)s AND kind = ANY(%(kinds)s) AND NOT is_published
        )
        UPDATE device_state SET hidden = NULL
          FROM device
         WHERE device.device_id = device_state.device_id
           AND account_id = %(account_id)s AND kind = ANY(%(kinds)s) AND is_published AND hidden IS NOT NULL
        """,
        account_id=account_id,
        kinds=[kind.value for kind in kinds],
    )


async def delete(tx: Transaction, device_ids: Sequence[DeviceId]) -> list[Place]:
    """Remove devices with their states; where they were."""
    return await tx.all(
        Place,
        """
        DELETE FROM device USING device_state
         WHERE device.device_id = device_state.device_id AND device.device_id = ANY(%(device_ids)s)
        RETURNING device.device_id, location_id, located_at
        """,
        device_ids=list(device_ids),
    )


async def published_of_user(reader: Reader, user_id: UserId) -> list[Device]:
    """Every published device of a user, oldest first."""
    return await reader.all(
        Device,
        _DEVICE + " WHERE device.user_id = %(user_id)s AND is_published ORDER BY device.created_at, device_id",
        user_id=user_id,
    )


async def delete_of_user(tx: Transaction, user_id: UserId) -> None:
    """Remove every device of a user."""
    await tx.execute(
        "DELETE FROM device WHERE account_id IN (SELECT account_id FROM account WHERE user_id = %(user_id)s)",
        user_id=user_id,
    )


async def published_of_accounts(
    reader: Reader, account_ids: Sequence[AccountId], kinds: Collection[Kind] | None
) -> list[Device]:
    """The published devices that these accounts have of these kinds (None: of all), oldest first."""
    return await reader.all(
        Device,
        _DEVICE
        + """
         WHERE is_published AND account_id = ANY(%(account_ids)s)
           AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
         ORDER BY device.created_at, device_id
        """,
        account_ids=list(account_ids),
        kinds=_values(kinds),
    )


async def delete_of_accounts(tx: Transaction, account_ids: Sequence[AccountId], kinds: Collection[Kind] | None) -> None:
    """Remove the devices that these accounts have of these kinds (None: of all)."""
    await tx.execute(
        """
        DELETE FROM device WHERE account_id = ANY(%(account_ids)s)
           AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
        """,
        account_ids=list(account_ids),
        kinds=_values(kinds),
    )


def _values(kinds: Collection[Kind] | None) -> list[str] | None:
    return None if kinds is None else [kind.value for kind in kinds]
