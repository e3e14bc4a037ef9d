"""The facts that are recorded of devices."""

from wattlink.connectors.devices import Document
from wattlink.domain.devices.model import Device
from wattlink.domain.events.model import AccessChange, EventType, Fact, Payload


def fact_of(
    event_type: EventType,
    device: Device,
    document: Document | None,
    updated_fields: tuple[str, ...] = (),
    access: AccessChange | None = None,
) -> Fact:
    """What happened to a device; `document` is what it shows, None where only ids may still be told."""
    return Fact(
        type=event_type,
        application_id=device.application_id,
        user_id=device.user_id,
        account_id=device.account_id,
        device_id=device.device_id,
        payload=Payload(
            user=device.user,
            vendor=device.vendor,
            kind=device.kind,
            scopes=device.scopes,
            document=document,
            location_id=None if document is None else device.location_id,
            located_at=None if document is None else device.located_at,
            updated_fields=updated_fields,
            access=access,
        ),
    )
