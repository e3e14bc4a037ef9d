"""The device of an event in the shape of `GET`, as it was in the moment that the event tells of.

But for secrets: what is sent may lie about for days, so the address of an action stands there without its secret of an
hour, which `GET` gives.
"""

import msgspec

from wattlink.dialects.podero.devices import documents
from wattlink.dialects.podero.devices.cues import address_of, is_needed
from wattlink.dialects.podero.devices.rendering import Seen, rendered
from wattlink.domain.accounts.model import AccountState
from wattlink.domain.commands.boosts.model import Boost
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import Event, Notes, Payload
from wattlink.domain.premises.preferences.model import Kept
from wattlink.domain.users.people.model import Address, Person, Rank


def device_in(event: Event, payload: Payload, public_url: str) -> documents.Device:
    """The device, from what the event holds alone."""
    shown = rendered(_seen(event, payload, public_url))
    actions = [_without_secret(action) for action in shown.actions]
    return msgspec.structs.replace(shown, authorization_url=None, actions=actions)


def _without_secret(action: documents.Action) -> documents.Action:
    link = action.resolution_link
    needs = documents.ResolutionLink(url=link.url, required_parameters=["secret", *link.required_parameters])
    return documents.Action(code=action.code, resolution_link=needs)


def _seen(event: Event, payload: Payload, public_url: str) -> Seen:
    notes = payload.notes or Notes(created_at=event.occurred_at, updated_at=event.occurred_at)
    device = _device(event, payload, notes)
    kept = Kept(
        device_id=device.device_id,
        state=AccountState(notes.state),
        quiet_until=notes.quiet_until,
        building_id=notes.building_id,
        document=notes.preferences,
        changed_at=notes.changed_at,
        policy_changed_at=notes.policy_changed_at,
    )
    resolution = address_of(public_url, device) if is_needed(device, kept, now=event.occurred_at) else None
    boost = None if notes.boost is None else msgspec.convert(notes.boost, Boost, strict=False)
    return Seen(device, _owner(event, payload, notes), kept, resolution, boost)


def _device(event: Event, payload: Payload, notes: Notes) -> Device:
    assert event.device_id is not None
    assert event.user_id is not None
    assert event.account_id is not None
    assert payload.kind is not None
    assert payload.document is not None
    return Device(
        device_id=event.device_id,
        application_id=event.application_id,
        user_id=event.user_id,
        user=payload.user,
        account_id=event.account_id,
        vendor=payload.vendor,
        kind=payload.kind,
        scopes=payload.scopes,
        document=payload.document,
        created_at=notes.created_at,
        updated_at=notes.updated_at,
    )


def _owner(event: Event, payload: Payload, notes: Notes) -> Person:
    assert event.user_id is not None
    return Person(
        user_id=event.user_id,
        application_id=event.application_id,
        external_id=payload.user,
        rank=Rank.USER,
        email=notes.email,
        first_name=notes.first_name,
        last_name=notes.last_name,
        address=Address(),
        created_at=notes.created_at,
    )
