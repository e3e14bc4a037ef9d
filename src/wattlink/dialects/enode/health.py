"""Whether we are ready, how the vendors do that an application can use, and what can be linked with them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.params import QueryParameter

from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import Manifest, manifests
from wattlink.dialects.enode.users.linking import Scope
from wattlink.dialects.enode.vendors import VendorName, names_by_kind
from wattlink.dialects.enode.wire import Answer
from wattlink.domain.vendors.health.look import look
from wattlink.domain.vendors.health.model import Health
from wattlink.web.bodies import InvalidBody, Issue
from wattlink.web.call import Call

Status = Literal["READY", "ELEVATED_ERROR_RATE", "OUTAGE"]

_STATUS: Mapping[Health, Status] = {
    Health.READY: "READY",
    Health.ELEVATED_ERROR_RATE: "ELEVATED_ERROR_RATE",
    Health.OUTAGE: "OUTAGE",
}
_EVERY_KIND = ",".join(Kind)
_OF_KINDS = rf"^({'|'.join(Kind)})(,({'|'.join(Kind)}))*$"

AssetTypes = Annotated[
    str,
    QueryParameter(
        name="assetTypes",
        schema_extra={"pattern": _OF_KINDS, "default": _EVERY_KIND},
        description="Which types are of interest, separated by commas.",
    ),
]


class VendorHealth(Answer):
    """`status` is about the devices' data, `linkingStatus` about linking: the Link UI warns of the one, and blocks the
    other. `portalName` is where people have their login.
    """

    vendor: VendorName
    display_name: str
    status: Status
    portal_name: str
    linking_status: Status


class Integration(Answer):
    """A vendor with what can be linked of it."""

    vendor: VendorName
    display_name: str
    asset_types: list[Kind]
    scopes: list[Scope]
    status: Status
    portal_name: str
    linking_status: Status


async def ready(request: Call) -> Response[None]:
    """204 while the database answers, else 503."""
    return Response(None, status_code=204 if await request.hub.db.answers() else 503)


def health_of(kind: Kind) -> Callable[[Call], Awaitable[list[VendorHealth]]]:
    """The view of the vendors of a kind."""

    async def vendors_health(request: Call) -> list[VendorHealth]:
        """How the vendors of this type do."""
        return [
            VendorHealth(
                vendor=found.vendor,
                display_name=found.display_name,
                status=found.status,
                portal_name=found.portal_name,
                linking_status=found.linking_status,
            )
            for found in await _found(request, {kind})
        ]

    return vendors_health


async def list_integrations(request: Call, asset_types: AssetTypes = _EVERY_KIND) -> list[Integration]:
    """The vendors that can be linked, of these types."""
    asked = asset_types.split(",")
    if unknown := [name for name in asked if name not in set(Kind)]:
        raise InvalidBody([Issue("assetTypes", f"{unknown[0]!r} isn't one of the allowed values", tuple(Kind))])
    return await _found(request, {Kind(name) for name in asked})


async def _found(request: Call, kinds: set[Kind]) -> list[Integration]:
    async with request.hub.db.read() as reader:
        found = await look(reader, request.access, now=request.hub.clock())
    shown = []
    for health in found:
        manifest = manifests()[health.vendor]
        for name, named in names_by_kind(health.vendor).items():
            if its_kinds := [kind for kind in manifest.kinds if kind in kinds and kind in named]:
                shown.append(
                    Integration(
                        vendor=name,
                        display_name=manifest.name,
                        asset_types=its_kinds,
                        scopes=_scopes(manifest, its_kinds),
                        status=_STATUS[health.reading],
                        portal_name=manifest.portal or manifest.name,
                        linking_status=_STATUS[health.linking],
                    )
                )
    return shown


def _scopes(manifest: Manifest, kinds: list[Kind]) -> list[Scope]:
    return [msgspec.convert(scope, Scope) for scope in manifest.scopes if Kind(scope.partition(":")[0]) in kinds]
