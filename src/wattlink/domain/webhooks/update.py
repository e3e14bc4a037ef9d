"""Change a subscription, which also brings an inactive one back to life."""

from datetime import datetime

from msgspec import UNSET
from msgspec.structs import replace

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.model import Subscription, SubscriptionChanges
from wattlink.domain.webhooks.rules import AllowsHttp, check_header, check_secret, check_url, never
from wattlink.domain.webhooks.secrets import seal_header, seal_secret


async def update(
    tx: Transaction,
    access: Access,
    subscription_id: SubscriptionId,
    changes: SubscriptionChanges,
    *,
    vault: Vault,
    now: datetime,
    allows_http: AllowsHttp = never,
) -> Subscription:
    """Apply `changes` and deliver at once what waits; what is frozen keeps its bytes. Raises as `create` does."""
    address = await store.lock(tx, access, subscription_id)
    changed = _changed(address, changes, vault, allows_http)
    await store.change(tx, changed, None if changes.event_types is UNSET else changes.event_types)
    await store.activate(tx, subscription_id, now)
    return await store.get(tx, access, subscription_id)


def _changed(
    address: store.Address, changes: SubscriptionChanges, vault: Vault, allows_http: AllowsHttp
) -> store.Address:
    if changes.url is not UNSET:
        check_url(changes.url, allows_http)
        address = replace(address, url=changes.url)
    if changes.secret is not UNSET:
        check_secret(changes.secret)
        address = replace(address, sealed_secret=seal_secret(vault, address.subscription_id, changes.secret))
    if changes.api_version is not UNSET:
        address = replace(address, api_version=changes.api_version)
    if changes.header is None:
        address = replace(address, header_name=None, sealed_header=None)
    elif changes.header is not UNSET:
        header = check_header(changes.header, address.dialect)
        sealed = seal_header(vault, address.subscription_id, header.value)
        address = replace(address, header_name=header.name, sealed_header=sealed)
    return address
