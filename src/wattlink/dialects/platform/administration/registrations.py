"""Registrations: our clients at the vendors, as made in their developer portals; what is secret is never shown."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from litestar.params import FromPath, JSONBody
from msgspec import Meta, field

from wattlink.connectors.contract import Registration
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import Manifest, manifests
from wattlink.dialects.platform.admission import of_application
from wattlink.dialects.platform.wire import Answer, Payload, Uuid
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.domain.leaving.remove_registration import remove_registration
from wattlink.domain.linking.signing_in.leave_for_vendor import callback_address
from wattlink.domain.organizations.installation import check_installation
from wattlink.domain.vendors import store
from wattlink.domain.vendors.activation.activate import activate, deactivate, inactive, require_activation
from wattlink.domain.vendors.model import VendorRegistration
from wattlink.domain.vendors.register import register
from wattlink.web.call import Call
from wattlink.wiring import Hub

Text = Annotated[str, Meta(max_length=4096)]


class RegistrationPayload(Payload):
    """What the vendor's developer portal gave; the list of vendors says what each needs. Replaces what was there.

    `needsActivation` says whether an application must be allowed to use it; null: where the brand is known to be young,
    limited or unreliable.
    """

    client_id: Text = ""
    client_secret: Text = ""
    options: dict[str, Text] = field(default_factory=dict)
    hosts: dict[str, Text] = field(default_factory=dict)
    needs_activation: bool | None = None


class RegistrationResponse(Answer):
    """A registration, without its secrets. Without `applicationId` it is for all applications.

    `callbackUrl` is to be entered in the vendor's developer portal; null where the vendor has no sign-in page.
    `hosts` are the base URLs that differ from the usual ones.
    """

    id: Uuid
    vendor: str
    application_id: Uuid | None
    callback_url: str | None
    hosts: dict[str, str]
    is_sandbox: bool


class RegistrationList(Answer):
    data: list[RegistrationResponse]


class VendorResponse(Answer):
    """A vendor. Without `registration` its brand isn't on offer; `needs` says what one takes.

    Nor is it on offer, and shows no `registration`, while it `awaitsActivation`.
    """

    vendor: str
    name: str
    kinds: list[Kind]
    sign_in: Literal["redirect", "form", "dial_in"]
    needs: list[str]
    awaits_activation: bool
    registration: RegistrationResponse | None


class VendorList(Answer):
    data: list[VendorResponse]


async def list_registrations(request: Call) -> RegistrationList:
    """The registrations of the organization's applications, and those for all; alphabetical by vendor."""
    async with request.hub.db.read() as reader:
        found = await store.within(reader, request.access)
    return RegistrationList(data=[_shown(request, one) for one in found])


async def list_vendors(request: Call, application_id: FromPath[str]) -> VendorList:
    """Every vendor, with the registration that the application uses there: its own, else the one for all."""
    access = of_application(request, application_id)
    async with request.hub.db.read() as reader:
        used = {one.vendor: one for one in await store.usable(reader, access)}
        waiting = await inactive(reader, access)
    shown = [
        _vendor(request, manifest, used.get(vendor), waits=vendor in waiting)
        for vendor, manifest in manifests().items()
    ]
    return VendorList(data=shown)


async def activate_vendor(request: Call, application_id: FromPath[str], vendor: FromPath[str]) -> None:
    """Let an application use a vendor that awaits activation."""
    async with request.hub.db.transaction() as tx:
        await activate(tx, of_application(request, application_id), vendor)


async def deactivate_vendor(request: Call, application_id: FromPath[str], vendor: FromPath[str]) -> None:
    """Switch it off again; what is linked already goes on."""
    async with request.hub.db.transaction() as tx:
        await deactivate(tx, of_application(request, application_id), vendor)


async def put_registration(
    request: Call, vendor: FromPath[str], data: JSONBody[RegistrationPayload]
) -> RegistrationResponse:
    """Register at a vendor for all applications; linked accounts stay. Only the oldest organization's operators may."""
    return await _put(request, vendor, None, data)


async def put_own_registration(
    request: Call, application_id: FromPath[str], vendor: FromPath[str], data: JSONBody[RegistrationPayload]
) -> RegistrationResponse:
    """Register at a vendor for one application; accounts that it linked there stay."""
    return await _put(request, vendor, of_application(request, application_id).application_id, data)


async def delete_registration(request: Call, vendor: FromPath[str]) -> None:
    """Give up the registration for all applications; refused while accounts need it."""
    await _delete(request, vendor, None)


async def delete_own_registration(request: Call, application_id: FromPath[str], vendor: FromPath[str]) -> None:
    """Give up an application's registration; refused while accounts need it."""
    await _delete(request, vendor, of_application(request, application_id).application_id)


async def _put(
    request: Call, vendor: str, application_id: ApplicationId | None, sent: RegistrationPayload
) -> RegistrationResponse:
    hub = request.hub
    if vendor not in manifests():
        raise NotFound("vendor", vendor)
    _check_tls(hub, sent.hosts)
    async with hub.db.transaction() as tx:
        if application_id is None:
            await check_installation(tx, request.access)
        registration_id = await register(
            tx,
            vendor=vendor,
            application_id=application_id,
            registration=Registration(client_id=sent.client_id, client_secret=sent.client_secret, options=sent.options),
            hosts=sent.hosts,
            is_sandbox=False,
            vault=hub.vault,
        )
        await require_activation(tx, vendor, application_id, required=sent.needs_activation)
        stored = await store.get(tx, registration_id)
    hub.connectors.forget()
    return _shown(request, stored)


def _check_tls(hub: Hub, hosts: Mapping[str, str]) -> None:
    """Our client's secret and people's credentials go there."""
    for name, base in hosts.items():
        scheme, _, rest = base.partition("://")
        if scheme.lower() == "http" and not hub.outbound.allows_http(urlsplit(f"//{rest}").hostname or ""):
            raise InvalidInput("hosts", f"{name}: must begin with https://", allowed=["https://..."])


async def _delete(request: Call, vendor: str, application_id: ApplicationId | None) -> None:
    async with request.hub.db.transaction() as tx:
        if application_id is None:
            await check_installation(tx, request.access)
        await remove_registration(tx, vendor, application_id)
    request.hub.connectors.forget()


def _vendor(
    request: Call, manifest: Manifest, registration: VendorRegistration | None, *, waits: bool
) -> VendorResponse:
    return VendorResponse(
        vendor=manifest.vendor,
        name=manifest.name,
        kinds=list(manifest.kinds),
        sign_in=manifest.sign_in.way,
        needs=[_camel_need(name) for name in manifest.registration],
        awaits_activation=waits,
        registration=None if registration is None else _shown(request, registration),
    )


def _camel_need(name: str) -> str:
    return {"client_id": "clientId", "client_secret": "clientSecret"}.get(name, f"options.{name}")


def _shown(request: Call, registration: VendorRegistration) -> RegistrationResponse:
    has_page = manifests()[registration.vendor].sign_in.way == "redirect"
    address = callback_address(request.hub.settings.public_url, registration.registration_id)
    return RegistrationResponse(
        id=str(registration.registration_id),
        vendor=registration.vendor,
        application_id=None if registration.application_id is None else str(registration.application_id),
        callback_url=address if has_page else None,
        hosts=dict(registration.hosts),
        is_sandbox=registration.is_sandbox,
    )
