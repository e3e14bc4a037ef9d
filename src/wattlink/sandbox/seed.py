"""Puts the simulators' fleets on the shelf, so that a demonstration has somebody to sign in as."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulation import FleetAccount
from wattlink.sandbox.accounts import Shelf


async def seed(shelf: Shelf, now: datetime, *, owner: str | None = None) -> Sequence[tuple[str, FleetAccount]]:
    """Save the virtual accounts that aren't there yet, as this application's; the whole fleet, by vendor."""
    there = {(vendor, username) for vendor, username, _ in await shelf.load_all()}
    fleet = [(vendor, account) for vendor in clouds() for account in simulator(vendor).fleet(now)]
    for vendor, account in fleet:
        if (vendor, account.username) not in there:
            state = account.state if owner is None else {**account.state, "application": owner}
            await shelf.save(vendor, account.username, state)
    return fleet
