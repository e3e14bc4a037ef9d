"""Attempts at what could be guessed: counted before they are judged, given back when they were right."""

from collections.abc import Mapping

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database, Transaction
from wattlink.domain.access.ids import UserId
from wattlink.domain.errors import TooManyAttempts
from wattlink.domain.users.throttling import store
from wattlink.domain.users.throttling.model import Attempt, Limit, name_of

Counted = Mapping[bytes, Limit]


class Throttle:
    """Counts across processes. Which attempts are right it doesn't know."""

    def __init__(self, *, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def count(self, db: Database, attempt: Attempt, user_id: UserId | None) -> Counted:
        """Count an attempt before it is judged, so that parallel ones can't be too many; raises TooManyAttempts.

        What is refused counts nowhere. `user_id` is who it would be, None if nobody.
        """
        async with db.transaction() as tx:
            limits = attempt.counted(self._vault, is_known=await self._is_known(tx, attempt, user_id))
            await self._use(tx, limits)
        return limits

    async def spend(self, db: Database, limit: Limit, kind: str, *whose: object) -> None:
        """Count something that isn't judged; raises TooManyAttempts."""
        async with db.transaction() as tx:
            await self._use(tx, {name_of(self._vault, kind, *whose): limit})

    async def note_address(self, tx: Transaction, attempt: Attempt, user_id: UserId) -> None:
        """The user is known in the attempt's network from now on."""
        if attempt.network is not None:
            await store.note_address(tx, user_id, attempt.address(self._vault), self._clock())

    async def give_back(self, tx: Transaction, counted: Counted) -> None:
        """The attempt was right: it doesn't count."""
        await store.give_back(tx, counted)

    async def _use(self, tx: Transaction, limits: Counted) -> None:
        now = self._clock()
        if await store.use(tx, limits, now) < len(limits):
            free_at = await store.free_at(tx, limits, now)
            raise TooManyAttempts("too many attempts", retry_after=(free_at - now).total_seconds())

    async def _is_known(self, tx: Transaction, attempt: Attempt, user_id: UserId | None) -> bool:
        if user_id is None or attempt.network is None:
            return False
        return await store.is_known(tx, user_id, attempt.address(self._vault))
