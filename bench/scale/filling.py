"""A database with any number of accounts, made by PostgreSQL itself: rows in every table that grows with accounts.

Half of the accounts are the first application's, the others are spread. The first thousand have devices because visits
found them; the others have copies of these, and take turns with the same thousand logins at the simulated vendor. Some
thousand accounts, spread over all, have a credential that it knows: they are the ones to visit.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

import psycopg

from bench.simulated import VENDOR, Login
from wattlink.base.vault import Vault
from wattlink.connectors.contract import Credential
from wattlink.domain.access.ids import AccountId, ApplicationId, CredentialId, DeviceId, RegistrationId, SubscriptionId
from wattlink.domain.accounts.credentials.sealing import seal

LOGINS = 1_000
GROUPS = 4
"""Of `LOGINS` accounts each that can be visited."""


@dataclass(frozen=True, kw_only=True)
class Owners:
    """Whose accounts they are."""

    applications: Sequence[ApplicationId]
    subscriptions: Sequence[SubscriptionId]
    registration_id: RegistrationId


@dataclass(frozen=True)
class Known:
    """An account that can be visited."""

    number: int
    account_id: AccountId
    device_id: DeviceId | None


class Filling:
    """Fills in accounts by their numbers, on a connection without limits of time."""

    def __init__(self, dsn: str, owners: Owners) -> None:
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._params = {
            "applications": list(owners.applications),
            "subscriptions": list(owners.subscriptions),
            "registration_id": owners.registration_id,
            "vendor": VENDOR,
            "logins": LOGINS,
        }
        self._connection.execute("SET log_statement = 'none'")
        self._connection.execute(_FILLED)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def fill(self, accounts: range) -> None:
        """Accounts of these numbers with all that hangs on them, and statistics as autovacuum would make them."""
        params = {**self._params, "first": accounts.start, "last": accounts.stop - 1}
        for statement in _STATEMENTS:
            self._connection.execute(statement, params)
        self._connection.execute("VACUUM (FREEZE, ANALYZE)")
        self._connection.execute("CHECKPOINT")

    def known(self, stored: int, logins: Sequence[Login], *, vault: Vault, expires_at: datetime) -> list[list[Known]]:
        """Groups of accounts that can be visited, spread over all that are stored."""
        thousands, groups = stored // LOGINS, []
        for group in range(min(GROUPS, thousands)):
            numbers = [(group + GROUPS * at) % thousands * LOGINS + at for at in range(LOGINS)]
            groups.append(self._connection.execute(_FIND, {"numbers": numbers}).fetchall())
        for number, credential_id, *_ in itertools.chain(*groups):
            login = logins[number % LOGINS].ours
            credential = Credential(
                access_token=login.access_token, refresh_token=login.refresh_token, expires_at=expires_at
            )
            sealed = seal(credential, CredentialId(credential_id), vault)
            self._connection.execute(_SEAL, {"sealed": sealed, "credential_id": credential_id})
        return [[Known(number, account_id, device_id) for number, _, account_id, device_id in rows] for rows in groups]


_FIND = """
    SELECT number, credential_id, filled.account_id, device.device_id
      FROM filled LEFT JOIN device USING (account_id) WHERE number = ANY(%(numbers)s) ORDER BY number %% 1000
"""
_SEAL = "UPDATE credential SET sealed = %(sealed)s, saved_at = now() WHERE credential_id = %(credential_id)s"
_FILLED = """
    CREATE TABLE filled (
        number integer PRIMARY KEY, application_id uuid NOT NULL, user_id uuid NOT NULL, account_id uuid NOT NULL,
        credential_id uuid NOT NULL, device_id uuid NOT NULL, created_at timestamptz NOT NULL
    )
"""
_STATEMENTS: Sequence[LiteralString] = (
    """
    INSERT INTO filled
    SELECT number, (%(applications)s::uuid[])[1 + number %% 2 * (number %% cardinality(%(applications)s::uuid[]))],
           uuidv7(age), uuidv7(age), uuidv7(age), uuidv7(age), now() + age
      FROM (SELECT number, -interval '1 day' - random() * interval '300 days' AS age
              FROM generate_series(%(first)s::integer, %(last)s) AS number) AS numbered
    """,
    """
    INSERT INTO app_user (user_id, application_id, external_id, created_at)
    SELECT user_id, application_id, 'user' || number, created_at FROM filled
     WHERE number BETWEEN %(first)s AND %(last)s
    """,
    """
    INSERT INTO account (account_id, application_id, user_id, registration_id, vendor, subject, label, state, kinds,
                         scopes, asked_scopes, created_at)
    SELECT account_id, application_id, user_id, %(registration_id)s, %(vendor)s, user_id::text, 'user' || number,
           'good', '{charger}', '{charger:read:data}', '{charger:read:data}', created_at
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s
    """,
    """
    INSERT INTO credential (credential_id, account_id, sealed, saved_at)
    SELECT credential_id, account_id, decode(repeat(md5(number::text), 20), 'hex'), created_at
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s
    """,
    """
    INSERT INTO visit (account_id, vendor, registration_id, due_at, ended_at, succeeded_at)
    SELECT account_id, %(vendor)s, %(registration_id)s,
           now() + interval '1 day' + random() * interval '1 hour', now(), now()
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s
    """,
    """
    INSERT INTO device (device_id, application_id, user_id, account_id, vendor, kind, vendor_device_id, scopes,
                        is_published, created_at)
    SELECT filled.device_id, filled.application_id, filled.user_id, filled.account_id, %(vendor)s, kind,
           vendor_device_id, scopes, true, filled.created_at
      FROM filled JOIN filled AS found ON found.number = filled.number %% %(logins)s
      JOIN device ON device.account_id = found.account_id
     WHERE filled.number BETWEEN %(first)s AND %(last)s AND filled.number >= %(logins)s
    """,
    """
    INSERT INTO device_state (device_id, document, updated_at)
    SELECT filled.device_id, document, now()
      FROM filled JOIN filled AS found ON found.number = filled.number %% %(logins)s
      JOIN device ON device.account_id = found.account_id JOIN device_state ON device_state.device_id = device.device_id
     WHERE filled.number BETWEEN %(first)s AND %(last)s AND filled.number >= %(logins)s
    """,
    """
    INSERT INTO location (location_id, application_id, user_id, name, latitude, longitude, timezone, created_at)
    SELECT uuidv7(), application_id, user_id, 'Home', 59 + random(), 10 + random(), 'Europe/Oslo', created_at
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s AND number %% 2 = 0
    """,
    """
    INSERT INTO link_session (session_id, application_id, user_id, token_digest, state, purpose, vendor, kinds, scopes,
                              language, color_scheme, redirect_uri, step_started_at, steps, account_id, created_at,
                              expires_at, ended_at)
    SELECT uuidv7(made_at - now()), application_id, user_id, sha256(number::text::bytea),
           CASE WHEN is_open THEN 'created' ELSE 'completed' END, 'link', %(vendor)s, '{charger}',
           '{charger:read:data}', 'en-US', 'system', 'https://app.example.com/done', made_at,
           link_step('created', made_at, NULL), CASE WHEN NOT is_open THEN account_id END, made_at,
           made_at + interval '1 day', CASE WHEN NOT is_open THEN made_at END
      FROM (SELECT *, number %% 5 = 0 AS is_open, now() - random() * interval '12 hours' AS made_at FROM filled) AS made
     WHERE number BETWEEN %(first)s AND %(last)s AND number %% 10 < 6
    """,
    """
    INSERT INTO command (command_id, application_id, user_id, account_id, device_id, vendor, kind, command, state,
                         created_at, updated_at, sent_at, completed_at, expires_at, ends_at)
    SELECT uuidv7(), application_id, user_id, account_id, device_id, %(vendor)s, 'charger',
           '{"type": "charging", "is_on": true}', 'confirmed', now(), now(), now(), now(), now(), now()
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s AND number %% 5 = 0
    """,
    """
    INSERT INTO event (event_id, application_id, user_id, account_id, device_id, type, occurred_at, payload)
    SELECT uuidv7(), application_id, user_id, account_id, device_id, 'device.updated', now(),
           '{"user": "someone", "vendor": "easee", "kind": "charger", "scopes": ["charger:read:data"]}'
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s AND application_id <> (%(applications)s::uuid[])[2]
    """,
    """
    INSERT INTO delivery (delivery_id, subscription_id, application_id, state, events, event_ids, users,
                          before_epoch, before_xid, before_position, before_recorded_at,
                          last_epoch, last_xid, last_position, last_recorded_at, due_at, created_at, ended_at)
    SELECT uuidv7(), (%(subscriptions)s::uuid[])[1 + number %% cardinality(%(subscriptions)s::uuid[])],
           application_id, 'delivered', 1, ARRAY[device_id], ARRAY[user_id],
           1, '3', 1, now(), 1, '3', 1, now(), now(), now(), now()
      FROM filled WHERE number BETWEEN %(first)s AND %(last)s
    """,
    """
    WITH held AS MATERIALIZED (SELECT subscription_id FROM subscription_cursor ORDER BY subscription_id FOR UPDATE)
    UPDATE subscription_cursor AS place
       SET epoch = current_epoch(), xid = pg_current_xact_id(), position = 0, recorded_at = clock_timestamp()
      FROM held WHERE place.subscription_id = held.subscription_id
    """,
)
