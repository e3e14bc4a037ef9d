"""Change an application."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput
from wattlink.domain.organizations import store
from wattlink.domain.organizations.framing import check_frame_origins
from wattlink.domain.organizations.looks.branding import check_branding
from wattlink.domain.organizations.model import LinkBinding, StoredApplication
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.redirects import check_list

MOST_CONNECTIONS = 2**31 - 1


class ApplicationChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different; `branding` holds the fields that change, None for those that end."""

    name: str | UnsetType = UNSET
    redirect_uris: tuple[str, ...] | UnsetType = UNSET
    frame_origins: tuple[str, ...] | UnsetType = UNSET
    branding: dict[str, Any] | UnsetType = UNSET
    connections_limit: int | UnsetType | None = UNSET
    link_binding: LinkBinding | UnsetType = UNSET


async def change_application(tx: Transaction, access: Access, changes: ApplicationChanges) -> StoredApplication:
    """The application as it is from now on; raises InvalidInput."""
    before = await store.lock_application(tx, access)
    given = {field: value for field, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    if "branding" in given:
        given["branding"] = msgspec.structs.replace(before.branding, **given["branding"])
    after = msgspec.structs.replace(before, **given)
    _check(after, given)
    after = msgspec.structs.replace(after, name=checked_name(after.name))
    await store.put_application(tx, after)
    return after


def _check(application: StoredApplication, given: dict[str, Any]) -> None:
    """What is new must be usable; what was there before stays, whatever was allowed then."""
    if "redirect_uris" in given:
        check_list(application.redirect_uris)
    if "frame_origins" in given:
        check_frame_origins(application.frame_origins)
    if "branding" in given:
        check_branding(application.branding)
    limit = application.connections_limit
    if limit is not None and not 0 <= limit <= MOST_CONNECTIONS:
        raise InvalidInput("connections_limit", f"must be 0 to {MOST_CONNECTIONS}, or null for any number")
