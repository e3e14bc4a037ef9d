"""SQL that reads account with all that tells how it does, as far as the caller reaches."""

from collections.abc import Sequence
from typing import LiteralString

import msgspec

from wattlink.db.database import Reader
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.access.model import Access
from wattlink.domain.access.paging import PageRequest
from wattlink.domain.access.store import across
from wattlink.domain.accounts.listing.model import ListedAccount, WantedAccounts
from wattlink.domain.errors import NotFound

_SELECT: LiteralString = """
    SELECT account.account_id, app_user.external_id AS "user", account.vendor, label, account.state, account.kinds,
           account.scopes, account.created_at, first_refused_at, broken_at, refusal, visit.ended_at AS visited_at,
           succeeded_at, visit.error, circuit.open_since AS down_since, incident_since,
           ARRAY(SELECT device_id FROM device WHERE device.account_id = account.account_id AND is_published
                  ORDER BY kind, device_id) AS device_ids
      FROM account
      JOIN app_user USING (user_id)
      LEFT JOIN visit USING (account_id)
      LEFT JOIN circuit ON circuit.registration_id = account.registration_id
     WHERE account.application_id = ANY(%(applications)s) AND account.state <> 'provisional'
       AND (%(only_user)s::uuid IS NULL OR account.user_id = %(only_user)s)
"""
_OF_USER: LiteralString = """
    AND account.user_id = (SELECT user_id FROM app_user
                            WHERE application_id = ANY(%(applications)s) AND external_id = %(user)s)
"""
_AT_VENDOR: LiteralString = " AND account.vendor = %(vendor)s "
_IN_STATE: LiteralString = " AND account.state = %(state)s "
_OLDER: LiteralString = " AND (account.created_at, account.account_id) < (%(edge_at)s::timestamptz, %(edge_id)s)"
_NEWER: LiteralString = " AND (account.created_at, account.account_id) > (%(edge_at)s::timestamptz, %(edge_id)s)"
_DOWN: LiteralString = " ORDER BY created_at DESC, account_id DESC LIMIT %(limit)s"
_UP: LiteralString = " ORDER BY created_at, account_id LIMIT %(limit)s"


async def get(reader: Reader, access: Access, account_id: AccountId) -> ListedAccount:
    """The account, if this caller may see it."""
    found = await reader.one_or_none(
        ListedAccount,
        _SELECT + " AND account.account_id = %(account_id)s",
        applications=list(access.applications),
        only_user=access.only_user,
        account_id=account_id,
    )
    if found is None:
        raise NotFound("account", account_id)
    return found


async def page(reader: Reader, access: Access, wanted: WantedAccounts, page: PageRequest) -> list[ListedAccount]:
    """The accounts that are wanted, newest first; with `before` the page that ends just before it."""
    sql = _SELECT
    if wanted.user is not None:
        sql = sql + _OF_USER
    if wanted.vendor is not None:
        sql = sql + _AT_VENDOR
    if wanted.state is not None:
        sql = sql + _IN_STATE
    found = await reader.all(
        ListedAccount,
        across(sql + _NEWER, _UP) if page.is_backwards else across(sql + _OLDER, _DOWN),
        applications=list(access.applications),
        only_user=access.only_user,
        user=wanted.user,
        vendor=wanted.vendor,
        state=wanted.state,
        **page.params(),
    )
    return found[::-1] if page.is_backwards else found


class _Crowded(msgspec.Struct, frozen=True):
    registration_id: RegistrationId


async def crowded(reader: Reader, registration_ids: Sequence[RegistrationId], *, least: int) -> set[RegistrationId]:
    """Those of these registrations through which at least so many accounts are linked.

    The order has no meaning but that of the index: without it a registration with few accounts costs the whole table.
    """
    found = await reader.all(
        _Crowded,
        """
        SELECT wanted.registration_id
          FROM unnest(%(registration_ids)s::uuid[]) AS wanted (registration_id)
         CROSS JOIN LATERAL (SELECT count(*) AS accounts
                               FROM (SELECT FROM account
                                      WHERE account.registration_id = wanted.registration_id
                                        AND state IN ('good', 'suspect', 'broken')
                                      ORDER BY state LIMIT %(least)s) AS known) AS counted
         WHERE counted.accounts >= %(least)s
        """,
        registration_ids=registration_ids,
        least=least,
    )
    return {row.registration_id for row in found}
