"""SQL on dial_in. Several rows are locked in the order of their accounts, and before anything else of these."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from wattlink.connectors.dial_in import Introduction
from wattlink.db.database import Json, Reader, Transaction
from wattlink.domain.access.ids import AccountId
from wattlink.domain.devices.dial_in.model import Admitted, Caller, Held, Kept, Known, Lines, Turn

_HELD = """
    SELECT account_id, dial_in.device_id, account.application_id, account.user_id, external_id AS "user",
           dial_in.vendor, scopes, kinds, dial_in.seen_at, silence
      FROM dial_in JOIN account USING (account_id) JOIN app_user ON app_user.user_id = account.user_id
"""


async def find(reader: Reader, vendor: str, password_digest: bytes) -> Known | None:
    """Whose password this is."""
    return await reader.one_or_none(
        Known,
        """
        SELECT account_id, identity FROM dial_in
         WHERE password_digest = %(password_digest)s AND vendor = %(vendor)s
        """,
        password_digest=password_digest,
        vendor=vendor,
    )


async def take(tx: Transaction, account_id: AccountId, process: UUID, now: datetime) -> Caller | None:
    """The device is on a line of this process now; None: it may not dial in any more."""
    return await tx.one_or_none(
        Caller,
        """
        UPDATE dial_in SET process = %(process)s, turn = turn + 1, seen_at = %(now)s
          FROM account
         WHERE dial_in.account_id = %(account_id)s AND account.account_id = dial_in.account_id
        RETURNING dial_in.account_id, device_id, dial_in.vendor, turn, scopes, introduction, memory
        """,
        account_id=account_id,
        process=process,
        now=now,
    )


async def admit(tx: Transaction, admitted: Admitted, now: datetime) -> Caller:
    """The device may dial in with this password; with another one it might before."""
    return await tx.one(
        Caller,
        """
        WITH admitted AS (
            INSERT INTO dial_in (account_id, device_id, vendor, identity, password_digest, process, turn, seen_at,
                                 introduction, memory)
            VALUES (%(account_id)s, %(device_id)s, %(vendor)s, %(identity)s, %(password_digest)s, %(process)s, 1,
                    %(now)s, %(introduction)s, %(memory)s)
                ON CONFLICT (account_id) DO UPDATE
               SET identity = excluded.identity, password_digest = excluded.password_digest, silence = 0,
                   process = excluded.process, turn = dial_in.turn + 1, seen_at = excluded.seen_at,
                   introduction = excluded.introduction, memory = excluded.memory
            RETURNING *
        )
        SELECT account_id, device_id, admitted.vendor, turn, scopes, introduction, memory
          FROM admitted JOIN account USING (account_id)
        """,
        account_id=admitted.account_id,
        device_id=admitted.device_id,
        vendor=admitted.vendor,
        identity=admitted.identity,
        password_digest=admitted.password_digest,
        process=admitted.process,
        introduction=Json(admitted.introduction),
        memory=Json(admitted.memory),
        now=now,
    )


async def introduce(tx: Transaction, account_id: AccountId, turn: int, introduction: Introduction) -> None:
    """What a device says of itself now."""
    await tx.execute(
        """
        UPDATE dial_in SET introduction = %(introduction)s
         WHERE account_id = %(account_id)s AND turn = %(turn)s AND introduction <> %(introduction)s
        """,
        account_id=account_id,
        turn=turn,
        introduction=Json(introduction),
    )


async def hold(tx: Transaction, account_ids: Sequence[AccountId], turns: Sequence[int]) -> list[Held]:
    """Lock those devices whose lines these still are."""
    return await tx.all(
        Held,
        _HELD
        + """
          JOIN unnest(%(account_ids)s::uuid[], %(turns)s::bigint[]) AS line (account_id, turn) USING (account_id, turn)
         ORDER BY account_id FOR NO KEY UPDATE OF dial_in
        """,
        account_ids=list(account_ids),
        turns=list(turns),
    )


async def hold_silent(tx: Transaction, silence: int, before: datetime, *, limit: int) -> list[Held]:
    """Lock devices of this silence that weren't seen since."""
    return await tx.all(
        Held,
        _HELD
        + """
         WHERE silence = %(silence)s AND silence < 2 AND dial_in.seen_at < %(before)s
         ORDER BY dial_in.seen_at LIMIT %(limit)s FOR NO KEY UPDATE OF dial_in SKIP LOCKED
        """,
        silence=silence,
        before=before,
        limit=limit,
    )


async def keep(tx: Transaction, kept: Sequence[Kept], now: datetime) -> None:
    """What must be known again of devices that `hold` has locked, which were heard of now."""
    await tx.execute(
        """
        UPDATE dial_in SET memory = kept.memory, seen_at = %(now)s, silence = 0
          FROM jsonb_to_recordset(%(kept)s) AS kept (account_id uuid, memory jsonb)
         WHERE dial_in.account_id = kept.account_id
        """,
        kept=Json([{"account_id": one.account_id, "memory": one.memory} for one in kept]),
        now=now,
    )


async def set_silence(tx: Transaction, account_ids: Sequence[AccountId], silence: int) -> None:
    """How long nothing was heard of devices that `hold_silent` has locked."""
    await tx.execute(
        "UPDATE dial_in SET silence = %(silence)s WHERE account_id = ANY(%(account_ids)s)",
        account_ids=list(account_ids),
        silence=silence,
    )


async def touch(tx: Transaction, process: UUID, account_ids: Sequence[AccountId], now: datetime) -> None:
    """These devices are still on lines of this process."""
    await tx.execute(
        """
        UPDATE dial_in SET seen_at = %(now)s
         WHERE account_id IN (SELECT account_id FROM dial_in
                               WHERE process = %(process)s AND account_id = ANY(%(account_ids)s)
                               ORDER BY account_id FOR NO KEY UPDATE)
        """,
        process=process,
        account_ids=list(account_ids),
        now=now,
    )


async def lines(reader: Reader, process: UUID) -> Lines:
    """What a process's lines come to."""
    return await reader.one(
        Lines,
        """
        SELECT count(*) AS lines, coalesce(sum(turn), 0)::bigint AS turns FROM dial_in WHERE process = %(process)s
        """,
        process=process,
    )


async def turns(reader: Reader, process: UUID) -> list[Turn]:
    """The lines of a process that count."""
    return await reader.all(Turn, "SELECT account_id, turn FROM dial_in WHERE process = %(process)s", process=process)


async def lock(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """Hold what these accounts' lines bring until the end of the transaction."""
    await tx.execute(
        "SELECT FROM dial_in WHERE account_id = ANY(%(account_ids)s) ORDER BY account_id FOR UPDATE",
        account_ids=list(account_ids),
    )


async def is_admitted(tx: Transaction, account_id: AccountId) -> bool:
    """Whether the account's device may dial in, and goes on to until the end of the transaction."""
    held = await tx.one_or_none(
        AccountId,
        "SELECT account_id FROM dial_in WHERE account_id = %(account_id)s FOR NO KEY UPDATE",
        account_id=account_id,
    )
    return held is not None


async def end(tx: Transaction, account_ids: Sequence[AccountId]) -> None:
    """These accounts' devices may not dial in any more: their lines end, their passwords are none."""
    await tx.execute(
        """
        DELETE FROM dial_in WHERE account_id IN (SELECT account_id FROM dial_in
                                                  WHERE account_id = ANY(%(account_ids)s)
                                                  ORDER BY account_id FOR UPDATE)
        """,
        account_ids=list(account_ids),
    )
