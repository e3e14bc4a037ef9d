"""Virtual accounts and their devices."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from wattlink.base.ids import new_secret
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds
from wattlink.domain.errors import InvalidInput
from wattlink.sandbox.api.admission import reach_of, sandbox_application
from wattlink.sandbox.api.keeper import Keeper, KeptAccount, KeptDevice
from wattlink.sandbox.api.wire import Answer, FaultName, Name, Payload, Seconds, Vendor, Words
from wattlink.sandbox.control import MOST_DEVICES
from wattlink.web.call import Call


class NewDevice(Payload):
    """A device of a kind, and its state: a healthy one where nothing is said."""

    kind: Kind | None = None  # None: the first that the vendor has
    state: Words = msgspec.field(default_factory=dict)


class NewAccount(Payload):
    """An account; without a user name or a password one is made up."""

    vendor: Vendor
    username: Name | None = None
    password: Name | None = None
    devices: Annotated[list[NewDevice], msgspec.Meta(max_length=MOST_DEVICES)] | None = None  # None: one
    faults: list[FaultName] = msgspec.field(default_factory=list)
    latency_seconds: Seconds = 0


class AccountChange(Payload):
    """What is given is changed; faults as a whole list. `withdraw` ends all access that its user gave so far."""

    password: Name | UnsetType = UNSET
    faults: list[FaultName] | UnsetType = UNSET
    latency_seconds: Seconds | UnsetType = UNSET
    withdraw: bool = False


class DeviceResponse(Answer):
    """A device, and its state in the words of its kind (`listVendors`)."""

    id: str  # the vendor's own
    kind: Kind
    state: Words


class AccountResponse(Answer):
    """A virtual account. Sign in with its user name and password, in a browser or by `linkAccount`."""

    vendor: str
    username: str
    password: str
    faults: list[str]
    latency_seconds: float
    devices: list[DeviceResponse]


class AccountList(Answer):
    data: list[AccountResponse]


def keeper_of(call: Call) -> Keeper:
    """The control API, for what this caller reaches."""
    hub = call.hub
    settings = hub.settings
    return Keeper(hub.outbound, url=settings.sandbox_url, key=settings.sandbox_key, reach=reach_of(call.access))


async def create_account(request: Call, data: JSONBody[NewAccount]) -> AccountResponse:
    """A new virtual account of the application's. User names are those of all applications, as at the real vendors."""
    application_id = await sandbox_application(request)
    wanted = [NewDevice()] if data.devices is None else data.devices
    for number, device in enumerate(wanted):
        _check_kind(f"devices[{number}].kind", data.vendor, device.kind)
    account = await keeper_of(request).open(
        {
            "vendor": data.vendor,
            "username": data.username or f"{new_secret()[:12].lower()}@sandbox.example.com",
            "password": data.password or new_secret()[:16],
            "application": str(application_id),
            "devices": 0,
            "new_devices": [{"kind": device.kind, "words": device.state} for device in wanted],
            "faults": data.faults,
            "latency_seconds": data.latency_seconds,
        }
    )
    return _shown(account)


async def list_accounts(request: Call, vendor: FromQuery[str | None] = None) -> AccountList:
    """The application's virtual accounts; an operator's list holds those of the demonstration too."""
    meant = None if vendor is None else vendor_meant(vendor)
    return AccountList(data=[_shown(account) for account in await keeper_of(request).accounts(meant)])


async def get_account(request: Call) -> AccountResponse:
    """A virtual account as it is now."""
    return _shown(await keeper_of(request).account(*key_of(request)))


async def change_account(request: Call, data: JSONBody[AccountChange]) -> AccountResponse:
    """Change a virtual account: another password, faults, access withdrawn."""
    given = {
        name: value
        for name in ("password", "faults", "latency_seconds", "withdraw")
        if (value := getattr(data, name)) is not UNSET
    }
    return await _changed(request, **given)


async def delete_account(request: Call) -> None:
    """Close a virtual account: whoever signs in afterwards, or asks with its tokens, is refused."""
    await keeper_of(request).close(*key_of(request))


async def add_device(request: Call, data: JSONBody[NewDevice]) -> DeviceResponse:
    """A further device in a virtual account."""
    vendor, username = key_of(request)
    _check_kind("kind", vendor, data.kind)
    device = {"kind": data.kind, "words": data.state}
    try:
        changed = await keeper_of(request).change(vendor, username, new_devices=[device])
    except InvalidInput as error:
        raise InvalidInput(error.field.removeprefix("devices[0]."), error.problem, allowed=error.allowed) from None
    return _device(changed.devices[-1])


async def change_device(request: Call, data: JSONBody[Words]) -> DeviceResponse:
    """Set a device's state, by any of the words of its kind."""
    device_id = request.path_params["device_id"]
    changed = await _changed(request, words={device_id: data})
    return next(device for device in changed.devices if device.id == device_id)


async def delete_device(request: Call) -> None:
    """The device was sold, and is in the account no longer."""
    await _changed(request, remove_devices=[request.path_params["device_id"]])


async def _changed(request: Call, **change: Any) -> AccountResponse:
    return _shown(await keeper_of(request).change(*key_of(request), **change))


def key_of(request: Call) -> tuple[str, str]:
    """Vendor and user name of a path; raises InvalidInput for a vendor that nobody knows."""
    return vendor_meant(request.path_params["vendor"]), request.path_params["username"]


def vendor_meant(name: str) -> str:
    """A simulated vendor, who may be written as any API of ours writes it; raises InvalidInput."""
    for vendor, manifest in clouds().items():
        outside = (written for of_kinds in manifest.names.values() for written in of_kinds.values())
        if name.lower() in (vendor, *(written.lower() for written in outside)):
            return vendor
    raise InvalidInput("vendor", "is not simulated here", allowed=tuple(clouds()))


def _check_kind(field: str, vendor: str, kind: Kind | None) -> None:
    if kind is not None and vendor in clouds() and kind not in clouds()[vendor].kinds:
        allowed: Sequence[str] = [known.value for known in clouds()[vendor].kinds]
        raise InvalidInput(field, f"{vendor} has no devices of this kind", allowed=allowed)


def _shown(account: KeptAccount) -> AccountResponse:
    return AccountResponse(
        vendor=account.vendor,
        username=account.username,
        password=account.password,
        faults=account.faults,
        latency_seconds=account.latency_seconds,
        devices=[_device(device) for device in account.devices],
    )


def _device(device: KeptDevice) -> DeviceResponse:
    return DeviceResponse(id=device.vendor_device_id, kind=device.kind, state=device.words)
