"""Who is calling: client credentials become tokens, tokens become a reach.

A process keeps a verified token for at most a second, so an ended key is dead everywhere within that time, and at
once in a process that is told to `forget`.
"""

import hmac
import time
from datetime import timedelta
from uuid import UUID

from wattlink.base.clock import Clock
from wattlink.base.ids import digest, new_secret
from wattlink.db.database import Database
from wattlink.domain.access.ids import KeyId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.organizations import store
from wattlink.domain.organizations.model import IssuedToken

_TOKEN_LIFE = timedelta(hours=1)
_KEPT_SECONDS = 1.0
_KEPT_AT_MOST = 10_000


class Authenticator:
    """Issues and verifies the bearer tokens of applications."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept: dict[str, tuple[float, Access]] = {}

    async def issue(self, client_id: str, client_secret: str) -> IssuedToken:
        """A token for an application's key; raises NotAuthenticated."""
        try:
            key_id = KeyId(UUID(client_id))
        except ValueError:
            raise NotAuthenticated("unknown client") from None
        async with self._db.read() as reader:
            key = await store.live_key(reader, key_id)
        if key is None or not hmac.compare_digest(key.secret_digest, digest(client_secret)):
            raise NotAuthenticated("unknown client or wrong secret")
        token, expires_at = new_secret(), self._clock() + _TOKEN_LIFE
        async with self._db.transaction() as tx:
            await store.add_token(tx, digest(token), store.TokenRow(key.key_id, key.application_id, expires_at))
        return IssuedToken(token=token, expires_in=int(_TOKEN_LIFE.total_seconds()) - 1)

    async def access_of(self, token: str) -> Access:
        """The reach of a token; raises NotAuthenticated."""
        kept = self._kept.get(token)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        async with self._db.read() as reader:
            row = await store.live_token(reader, digest(token), self._clock())
        if row is None:
            self._kept.pop(token, None)
            raise NotAuthenticated("unknown, expired or ended token")
        access = Access(applications=(row.application_id,), actor=row.key_id)
        if len(self._kept) >= _KEPT_AT_MOST:
            self._kept.clear()
        self._kept[token] = (time.monotonic() + _KEPT_SECONDS, access)
        return access

    def forget(self) -> None:
        """A key ended: verify every token anew."""
        self._kept.clear()
