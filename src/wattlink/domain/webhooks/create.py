"""Subscribe to an application's events."""

from datetime import datetime, timedelta

from wattlink.base.ids import new_id
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import SubscriptionId
from wattlink.domain.access.model import Access
from wattlink.domain.webhooks import store
from wattlink.domain.webhooks.model import NewSubscription, Subscription
from wattlink.domain.webhooks.rules import AllowsHttp, check_header, check_secret, check_url, never
from wattlink.domain.webhooks.secrets import seal_header, seal_secret


async def create(
    tx: Transaction,
    access: Access,
    new: NewSubscription,
    *,
    vault: Vault,
    now: datetime,
    heartbeat_every: timedelta,
    allows_http: AllowsHttp = never,
) -> Subscription:
    """A new subscription: events that are recorded from now on, and heartbeats after the first while without trouble.

    Raises InvalidInput, AlreadyExists.
    """
    check_url(new.url, allows_http)
    check_secret(new.secret)
    header = check_header(new.header, new.dialect) if new.header else None
    subscription_id = SubscriptionId(new_id())
    subscription = Subscription(
        subscription_id=subscription_id,
        application_id=access.application_id,
        dialect=new.dialect,
        url=new.url,
        event_types=new.event_types,
        api_version=new.api_version,
        header_name=header.name if header else None,
        is_active=True,
        inactive_since=None,
        inactive_reason=None,
        last_success_at=now,
        created_at=now,
    )
    sealed = store.Sealed(
        secret=seal_secret(vault, subscription_id, new.secret),
        header=seal_header(vault, subscription_id, header.value) if header else None,
    )
    await store.insert(tx, subscription, sealed, first_heartbeat_at=now + heartbeat_every)
    return subscription
