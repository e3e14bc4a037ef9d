"""What a user may act by: the own share and what others gave, each with its key."""

from wattlink.base.vault import Vault
from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.organizations.keys.access import issue
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.sharing.own.open import Opened
from wattlink.domain.sharing.shares import store


async def held(reader: Reader, access: Access, *, vault: Vault) -> list[Opened]:
    """The caller's shares, the own one first, with the key that asks; the keys of others are as they were given.

    A lent key tells none: whoever has it would have the user's own key too.
    """
    if access.caller is None or access.is_lent:
        raise NotPermitted("only a user's own key tells by what the user may act")
    shares = await store.of_actor(reader, access.caller)
    found = await access_keys.newest_of_shares(reader, [share.share_id for share in shares], asking=access.actor)
    keys = {key.share_id: key for key in found}
    return [Opened(share, issue.opened(keys[share.share_id], vault)) for share in shares if share.share_id in keys]
