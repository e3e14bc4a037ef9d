"""The app fetches whom the service vouched for, with the code that the browser brought and its own secret."""

import hmac
from datetime import datetime

import msgspec

from wattlink.base.ids import digest
from wattlink.base.vault import Vault
from wattlink.db.database import Database
from wattlink.domain.errors import SignInRefused
from wattlink.domain.users.elsewhere.model import IdentityService, Person, person_context
from wattlink.domain.users.elsewhere.redirecting import store


async def fetch(
    db: Database, service: IdentityService, code: str, secret: str, *, vault: Vault, now: datetime
) -> Person:
    """The person, once; a wrong secret ends the code too, since it was taken from where it belongs."""
    async with db.transaction() as tx:
        vouched = await store.fetch(tx, service.service_id, digest(code), now=now)
    if vouched is None or not hmac.compare_digest(digest(secret), vouched.secret_digest):
        raise SignInRefused("the code, or the secret of the sign-in, isn't the one, or not any more")
    told = vault.open(vouched.sealed_person, context=person_context(vouched.sign_in_id))
    return msgspec.json.decode(told, type=Person)
