"""Take due visits, and load what a whole batch of them needs at once: no statement per visit."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wattlink.db.database import Database
from wattlink.domain.access.ids import AccountId, RegistrationId
from wattlink.domain.accounts import store
from wattlink.domain.accounts.revocations import store as revocations
from wattlink.domain.accounts.talking.talk import Prepared
from wattlink.domain.commands import store as commands
from wattlink.domain.commands.model import DeviceCommand
from wattlink.domain.devices import store as devices
from wattlink.domain.devices.model import KnownDevice
from wattlink.domain.vendors.circuits import store as circuits
from wattlink.domain.vendors.circuits.watch import PROBE_EVERY
from wattlink.domain.vendors.connectors import Connectors
from wattlink.domain.visits import store as visits
from wattlink.domain.visits.model import Visit
from wattlink.domain.visits.recover import recover
from wattlink.domain.visits.turns import store as turns


async def take_due(db: Database, vendor: str, *, now: datetime, limit: int) -> list[Visit]:
    """Visits that are due at a vendor, and the probes of its open circuits; a circuit that nobody can probe closes."""
    unwanted: list[RegistrationId] = []
    async with db.transaction() as tx:
        taken = await turns.take(tx, vendor, now=now, limit=limit)
        for registration_id in await circuits.claim_probes(tx, vendor, now=now, next_at=now + PROBE_EVERY):
            taken += await turns.take_probe(tx, registration_id, now=now)
            if not await visits.is_wanted(tx, registration_id):
                unwanted.append(registration_id)
    for registration_id in unwanted:
        await recover(db, registration_id, now)
    return taken


async def prepare(db: Database, connectors: Connectors, taken: Sequence[Visit]) -> list[Prepared]:
    """What these visits need; missing are those whose account has just left or whose registration can't be opened."""
    account_ids = [visit.account_id for visit in taken]
    async with db.read() as reader:
        accounts = {account.account_id: account for account in await store.load(reader, account_ids)}
        known: dict[AccountId, list[KnownDevice]] = defaultdict(list)
        for device in await devices.known(reader, account_ids):
            known[device.account_id].append(device)
        told: dict[AccountId, list[DeviceCommand]] = defaultdict(list)
        for command in await commands.open_of_accounts(reader, account_ids):
            told[command.account_id].append(command)
        registrations = await connectors.open_all(reader, {visit.registration_id for visit in taken})
    await _let_go(db, [visit for visit in taken if visit.account_id not in accounts])
    return [
        Prepared(
            visit=visit,
            account=accounts[visit.account_id],
            known=known[visit.account_id],
            registration=registrations[visit.registration_id],
            commands=told[visit.account_id],
        )
        for visit in taken
        if visit.account_id in accounts and visit.registration_id in registrations
    ]


async def _let_go(db: Database, never_made: Sequence[Visit]) -> None:
    if never_made:
        async with db.transaction() as tx:
            await revocations.let_go(tx, never_made)
