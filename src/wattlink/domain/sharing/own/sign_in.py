"""A log-in by another proof than a password: a service vouched for the person."""

from wattlink.base.clock import Clock
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.access.model import Access
from wattlink.domain.sharing.own.log_in import LoggedIn
from wattlink.domain.sharing.own.open import LoginKey, open_own
from wattlink.domain.users.elsewhere.model import Person
from wattlink.domain.users.elsewhere.recognise import NameOf, user_of
from wattlink.domain.users.logins import store as logins


async def sign_in(
    db: Database,
    access: Access,
    person: Person,
    *,
    name_of: NameOf,
    which: LoginKey,
    vault: Vault,
    clock: Clock,
) -> LoggedIn:
    """The person's user, made the first time, with a key; raises AlreadyExists where another has the address."""
    async with db.transaction() as tx:
        user_id = await user_of(tx, access, person, name_of=name_of, now=clock())
        user = await logins.lock(tx, access, user_id)
        return LoggedIn(user, await open_own(tx, access, user, which=which, vault=vault, now=clock()))
