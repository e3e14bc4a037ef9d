"""SQL on account and pending_kind. Who locks rows of several tables locks visits first, then accounts."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.db.database import Reader, Transaction
from wattlink.domain.access.ids import AccountId, ApplicationId, RegistrationId, SessionId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.accounts.model import Account, AccountState, LinkedVendor, VisitedAccount
from wattlink.domain.errors import NotFound

_ACCOUNT = """
    SELECT account_id, application_id, user_id, registration_id, vendor, subject, state, kinds, scopes,
           asked_scopes,
           ARRAY(SELECT DISTINCT kind FROM pending_kind WHERE pending_kind.account_id = account.account_id) AS pending,
           ARRAY(SELECT DISTINCT kind FROM device WHERE device.account_id = account.account_id) AS found
      FROM account
"""


class PendingKind(msgspec.Struct, frozen=True):
    """A kind of devices that a link session adds to an account."""

    account_id: AccountId
    kind: Kind


async def id_of_login(
    reader: Reader, user_id: UserId, registration_id: RegistrationId, subject: str
) -> AccountId | None:
    """The user's account with this login, if there is one."""
    return await reader.one_or_none(
        AccountId,
        """
        SELECT account_id FROM account
         WHERE user_id = %(user_id)s AND registration_id = %(registration_id)s AND subject = %(subject)s
        """,
        user_id=user_id,
        registration_id=registration_id,
        subject=subject,
    )


async def lock(tx: Transaction, account_id: AccountId) -> Account | None:
    """The account, held until the end of the transaction. Its visit must be held already."""
    return await tx.one_or_none(
        Account, _ACCOUNT + " WHERE account_id = %(account_id)s FOR UPDATE OF account", account_id=account_id
    )


async def lock_of_user(tx: Transaction, access: Access, user_id: UserId) -> list[Account]:
    """Every account of a user, held until the end of the transaction. Their visits must be held already."""
    return await tx.all(
        Account,
        _ACCOUNT
        + """
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
         ORDER BY account_id FOR UPDATE OF account
        """,
        user_id=user_id,
        applications=list(access.applications),
    )


async def ids_of_user(reader: Reader, access: Access, user_id: UserId, vendor: str | None = None) -> list[AccountId]:
    """The accounts of a user, perhaps at one vendor only."""
    return await reader.all(
        AccountId,
        """
        SELECT account_id FROM account
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
           AND (%(vendor)s::text IS NULL OR vendor = %(vendor)s)
         ORDER BY account_id
        """,
        user_id=user_id,
        applications=list(access.applications),
        vendor=vendor,
    )


async def insert(tx: Transaction, account: Account, *, label: str | None, now: datetime) -> None:
    """A new account."""
    await tx.execute(
        """
        INSERT INTO account (account_id, application_id, user_id, registration_id, vendor, subject, label, state,
                             kinds, scopes, asked_scopes, created_at)
        VALUES (%(account_id)s, %(application_id)s, %(user_id)s, %(registration_id)s, %(vendor)s, %(subject)s,
                %(label)s, %(state)s, %(kinds)s, %(scopes)s, %(asked_scopes)s, %(now)s)
        """,
        account_id=account.account_id,
        application_id=account.application_id,
        user_id=account.user_id,
        registration_id=account.registration_id,
        vendor=account.vendor,
        subject=account.subject,
        label=label,
        state=account.state.value,
        kinds=_values(account.kinds),
        scopes=list(account.scopes),
        asked_scopes=list(account.asked_scopes),
        now=now,
    )


async def sign_in_again(
    tx: Transaction, account_id: AccountId, *, scopes: Sequence[str], asked_scopes: Sequence[str], label: str | None
) -> None:
    """A known login was signed in to once more: whatever was wrong with its credential is mended."""
    await tx.execute(
        """
        UPDATE account
           SET state = CASE state WHEN 'provisional' THEN state ELSE 'good' END,
               scopes = %(scopes)s, asked_scopes = %(asked_scopes)s, label = coalesce(%(label)s, label),
               first_refused_at = NULL, refused_generation = NULL, broken_at = NULL
         WHERE account_id = %(account_id)s
        """,
        account_id=account_id,
        scopes=list(scopes),
        asked_scopes=list(asked_scopes),
        label=label,
    )


async def set_reach(
    tx: Transaction, account_id: AccountId, *, state: AccountState, kinds: Collection[Kind], scopes: Sequence[str]
) -> None:
    """What was granted and published changes, and how the account stands."""
    await tx.execute(
        """
        UPDATE account SET state = %(state)s, kinds = %(kinds)s, scopes = %(scopes)s
         WHERE account_id = %(account_id)s
        """,
        account_id=account_id,
        state=state.value,
        kinds=_values(kinds),
        scopes=list(scopes),
    )


async def delete(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """Remove accounts with their devices and visits; their credentials must have been handed over."""
    await tx.execute("DELETE FROM account WHERE account_id = ANY(%(account_ids)s)", account_ids=list(account_ids))


async def add_pending(tx: Transaction, account_id: AccountId, session_id: SessionId, kinds: Sequence[Kind]) -> None:
    """A link session adds these kinds, once it completes."""
    await tx.execute(
        """
        INSERT INTO pending_kind (account_id, session_id, kind)
        SELECT %(account_id)s, %(session_id)s, unnest(%(kinds)s::text[]) ON CONFLICT DO NOTHING
        """,
        account_id=account_id,
        session_id=session_id,
        kinds=_values(kinds),
    )


async def pending_of_session(reader: Reader, session_id: SessionId) -> list[PendingKind]:
    """What a link session adds."""
    return await reader.all(
        PendingKind,
        "SELECT account_id, kind FROM pending_kind WHERE session_id = %(session_id)s ORDER BY account_id, kind",
        session_id=session_id,
    )


async def drop_pending(
    tx: Transaction,
    account_id: AccountId,
    *,
    kinds: Collection[Kind] | None = None,
    session_id: SessionId | None = None,
) -> None:
    """Nothing is pending any more of these kinds (None: of any), for this session (None: for any)."""
    await tx.execute(
        """
        DELETE FROM pending_kind
         WHERE account_id = %(account_id)s AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
           AND (%(session_id)s::uuid IS NULL OR session_id = %(session_id)s)
        """,
        account_id=account_id,
        kinds=None if kinds is None else _values(kinds),
        session_id=session_id,
    )


async def simulated(reader: Reader, application_id: ApplicationId) -> list[AccountId]:
    """An application's accounts at vendors that are simulated."""
    return await reader.all(
        AccountId,
        """
        SELECT account_id FROM account JOIN registration USING (registration_id)
         WHERE account.application_id = %(application_id)s AND is_sandbox
        """,
        application_id=application_id,
    )


async def load(reader: Reader, account_ids: Sequence[AccountId]) -> list[VisitedAccount]:
    """What visits must know of these accounts."""
    return await reader.all(
        VisitedAccount,
        """
        SELECT account_id, account.application_id, account.user_id, external_id AS "user", account.registration_id,
               account.vendor, subject, state, kinds, scopes, first_refused_at, refused_generation,
               ARRAY(SELECT DISTINCT kind FROM pending_kind
                      WHERE pending_kind.account_id = account.account_id) AS pending,
               credential_id, generation, credential.sealed, must_prove, saved_at,
               CASE WHEN registration.is_sandbox THEN clock_ahead ELSE interval '0' END AS clock_ahead
          FROM account JOIN credential USING (account_id) JOIN app_user ON app_user.user_id = account.user_id
          JOIN application ON application.application_id = account.application_id
          JOIN registration ON registration.registration_id = account.registration_id
         WHERE account_id = ANY(%(account_ids)s)
        """,
        account_ids=list(account_ids),
    )


async def linked_vendors(reader: Reader, access: Access, user_id: UserId) -> list[LinkedVendor]:
    """What a user has linked and published, by vendor and kind."""
    return await reader.all(
        LinkedVendor,
        """
        SELECT vendor, kind, bool_and(state <> 'broken') AS is_valid
          FROM account CROSS JOIN LATERAL unnest(kinds) AS kind
         WHERE user_id = %(user_id)s AND application_id = ANY(%(applications)s)
           AND (%(only_user)s::uuid IS NULL OR user_id = %(only_user)s)
         GROUP BY vendor, kind ORDER BY vendor, kind
        """,
        user_id=user_id,
        applications=list(access.applications),
        only_user=access.only_user,
    )


async def lock_limit(tx: Transaction, application_id: ApplicationId) -> int | None:
    """How many accounts an application may link, held until the end of the transaction; None: any number."""
    return await tx.one_or_none(
        int,
        """
        SELECT connections_limit FROM application
         WHERE application_id = %(application_id)s AND connections_limit IS NOT NULL FOR NO KEY UPDATE
        """,
        application_id=application_id,
    )


async def count_live(reader: Reader, application_id: ApplicationId) -> int:
    """How many accounts an application has linked."""
    return await reader.one(
        int,
        "SELECT count(*) FROM account WHERE application_id = %(application_id)s AND state <> 'deauthorized'",
        application_id=application_id,
    )


async def get(reader: Reader, account_id: AccountId) -> Account:
    """The account."""
    found = await reader.one_or_none(Account, _ACCOUNT + " WHERE account_id = %(account_id)s", account_id=account_id)
    if found is None:
        raise NotFound("account", account_id)
    return found


def _values(kinds: Collection[Kind]) -> list[str]:
    return [kind.value for kind in kinds]
