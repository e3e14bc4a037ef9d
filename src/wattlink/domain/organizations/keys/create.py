"""Make a key."""

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import KeyId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import StillInUse
from wattlink.domain.organizations.keys import store
from wattlink.domain.organizations.model import NewKey
from wattlink.domain.organizations.names import checked_name

_PREFIX = "wls_"  # lets secret scanners recognise a secret
_MOST = 50  # of one application


async def create_key(tx: Transaction, access: Access, name: str) -> NewKey:
    """A further key of the application; its secret is shown here and never again."""
    if len(await store.live_keys(tx, access)) >= _MOST:
        raise StillInUse(f"the application has {_MOST} keys, which is the most: revoke one first")
    client_id, client_secret, name = KeyId(new_id()), _PREFIX + new_secret(), checked_name(name)
    row = store.KeyRow(client_id, access.application_id, digest(client_secret))
    made_at = await store.add_key(tx, row, name)
    return NewKey(key_id=client_id, name=name, client_secret=client_secret, created_at=made_at)
