"""Stories of linking: what a sign-in brings is seen when its session completes, and only then."""

from tests.support.accounts import World
from wattlink.connectors.devices import Kind
from wattlink.domain.accounts.link import discovery
from wattlink.domain.accounts.model import AccountState


async def test_a_new_account_is_provisional_until_its_session_completes(world: World) -> None:
    await world.sandbox.open("easee", "ada@example.com", devices=2)
    by = await world.linked_by("easee", "ada")
    saved = await world.save(by, await world.grant("easee", "ada@example.com"))
    assert not saved.subject_known
    assert (await world.account(saved.account_id)).state is AccountState.PROVISIONAL

    assert await world.visit_due() == 1
    async with world.hub.db.read() as reader:
        found = await discovery(reader, saved.account_id, world.clock())
    assert found.finished
    assert len(found.devices) == 2
    assert await world.devices(Kind.CHARGER) == []
    assert await world.events() == []

    published = await world.publish(by)
    assert [device.device_id for device in await world.devices(Kind.CHARGER)] == published[::-1]
    assert await world.events() == [("device.discovered", ())] * 2
    assert (await world.account(saved.account_id)).kinds == (Kind.CHARGER,)
