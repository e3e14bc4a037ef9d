"""Who dials in: a device with its own password, a guest with a token that waits, or nobody we know."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.base.ids import digest
from wattlink.db.database import Database
from wattlink.domain.devices.dial_in import store as dial_in
from wattlink.domain.dial_in import store
from wattlink.domain.dial_in.model import Guest, Resident, Secret


async def who_is(db: Database, vendor: str, secrets: Sequence[Secret], *, now: datetime) -> Resident | Guest | None:
    """Whoever dialled with one of these; a password that another device has made its own admits nobody else."""
    async with db.read() as reader:
        for secret in secrets:
            password_digest = digest(secret.password)
            known = await dial_in.find(reader, vendor, password_digest)
            if known is not None:
                return Resident(account_id=known.account_id) if known.identity == secret.identity else None
            if await store.waiting(reader, password_digest, vendor, now) is not None:
                return Guest(token_digest=password_digest, identity=secret.identity)
    return None
