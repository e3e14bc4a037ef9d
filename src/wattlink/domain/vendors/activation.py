"""Vendors that an application can't use before somebody switches them on: beta, limited or unreliable brands.

The manifest says which ones; an operator may say otherwise for a registration. What is linked already goes on, and can
be mended, whatever is switched off later.
"""

from collections.abc import Sequence

from wattlink.connectors.registry import manifests
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import ApplicationId
from wattlink.domain.errors import InvalidInput
from wattlink.domain.vendors import store


async def set_activated(tx: Transaction, application_id: ApplicationId, vendors: Sequence[str]) -> None:
    """Let an application use exactly these of the vendors that need it; raises InvalidInput for an unknown one."""
    for vendor in vendors:
        if vendor not in manifests():
            raise InvalidInput("activated_vendors", f"there is no vendor {vendor!r}", allowed=tuple(manifests()))
    await store.replace_activations(tx, application_id, sorted(set(vendors)))
