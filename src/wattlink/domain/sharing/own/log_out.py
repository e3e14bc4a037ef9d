"""A log-out ends every key of the user's own share; those that others were given, or gave, live on."""

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.organizations.keys.access import store as access_keys
from wattlink.domain.sharing.shares import store as shares


async def log_out(tx: Transaction, access: Access) -> None:
    """The user who acts logs out; with a lent key nobody is logged out. The caller tells its process to forget."""
    if access.caller is None or access.is_lent:
        raise NotPermitted("only a user's own key logs out")
    await access_keys.end_of_share(tx, (await shares.own(tx, access.caller)).share_id)
