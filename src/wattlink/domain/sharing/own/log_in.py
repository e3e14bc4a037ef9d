"""An own log-in: by an address or an id, and the password."""

import msgspec

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.sharing.own.open import LoginKey, Opened, open_own
from wattlink.domain.users.logins import store as logins
from wattlink.domain.users.logins.gate import Gate, Given
from wattlink.domain.users.model import AppUser


class LoggedIn(msgspec.Struct, frozen=True):
    """Who came in, and the key."""

    user: AppUser
    opened: Opened


async def log_in(
    db: Database, access: Access, given: Given, *, gate: Gate, which: LoginKey, vault: Vault, clock: Clock
) -> LoggedIn:
    """Raises what `Gate.prove` raises; nothing is held while the password is judged."""
    proof = await gate.prove(db, access, given)
    async with db.transaction() as tx:
        await gate.accept(tx, access, proof)
        user = await logins.get(tx, access, proof.user_id)
        return LoggedIn(user, await open_own(tx, access, user, which=which, vault=vault, now=clock()))
