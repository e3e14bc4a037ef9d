"""Who is calling: client credentials become tokens, tokens become a reach; operators bring long-lived ones.

An application's verified token is kept for at most a second (`access/kept.py`). An operator's is verified every time:
operators call seldom, and what they made through one process must be within their reach in every other.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from wattlink.base.clock import Clock
from wattlink.base.ids import digest, new_secret
from wattlink.db.database import Database
from wattlink.domain.access.ids import KeyId
from wattlink.domain.access.kept import KeptAccess
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.access.uses import Uses
from wattlink.domain.errors import NotAuthenticated
from wattlink.domain.organizations.keys import store as keys
from wattlink.domain.organizations.model import IssuedToken
from wattlink.domain.organizations.operators import store as operators
from wattlink.domain.organizations.operators.create import is_operator_token

_NOTED_EVERY = timedelta(minutes=1)  # when a key or a token was last used


class Authenticator:
    """Issues and verifies the bearer tokens of applications, and verifies those of operators."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._kept = KeptAccess(self._verify)
        self._uses = Uses(db, every=_NOTED_EVERY)

    async def issue(self, client_id: str, client_secret: str, *, seconds: int = 3599) -> IssuedToken:
        """A token for an application's key, which lives a second longer than is told; raises NotAuthenticated."""
        try:
            key_id = KeyId(UUID(client_id))
        except ValueError:
            raise NotAuthenticated("unknown client") from None
        async with self._db.read() as reader:
            key = await keys.live_key(reader, key_id)
        if key is None or not hmac.compare_digest(key.secret_digest, digest(client_secret)):
            raise NotAuthenticated("unknown client or wrong secret")
        token, expires_at = new_secret(), self._clock() + timedelta(seconds=seconds + 1)
        async with self._db.transaction() as tx:
            await keys.add_token(tx, digest(token), keys.TokenRow(key.key_id, key.application_id, expires_at))
        return IssuedToken(token=token, expires_in=seconds)

    async def access_of(self, token: str) -> Access:
        """The reach of an application's token; raises NotAuthenticated, for an operator's too."""
        if is_operator_token(token):
            raise NotAuthenticated("an operator's token")
        return await self._kept.of(token)

    async def access_of_anybody(self, token: str) -> Access:
        """The reach of an application's or an operator's token; raises NotAuthenticated."""
        return await (self.access_of_operator(token) if is_operator_token(token) else self.access_of(token))

    def forget(self) -> None:
        """A key ended: verify every token anew."""
        self._kept.forget()

    async def _verify(self, token: str) -> Access:
        now = self._clock()
        async with self._db.read() as reader:
            found = await keys.live_token(reader, digest(token), now)
        if found is None:
            raise NotAuthenticated("unknown, expired or ended token")
        await self._uses.note(found.last_used_at, now, lambda tx: keys.note_use(tx, found.key_id, now))
        return Access(applications=(found.application_id,), actor=found.key_id)

    async def access_of_operator(self, token: str) -> Access:
        """The reach of an operator's token; raises NotAuthenticated."""
        now = self._clock()
        async with self._db.read() as reader:
            found = await operators.reach(reader, digest(token))
        if found is None:
            raise NotAuthenticated("unknown or ended token")
        await self._uses.note(found.last_used_at, now, lambda tx: operators.note_use(tx, found.token_id, now))
        return Access(
            applications=found.applications,
            kind=KeyKind.OPERATOR,
            actor=found.token_id,
            operates=found.organization_id,
        )
