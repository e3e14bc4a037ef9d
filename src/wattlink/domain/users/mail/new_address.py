"""Where codes are mailed, one proves the address that it was mailed to, and no other."""

from datetime import datetime

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.users.logins import codes, store
from wattlink.domain.users.mail.write import write_activation
from wattlink.domain.users.model import AppUser, Login


async def tell_new_address(
    tx: Transaction, access: Access, before: AppUser, user: AppUser, *, vault: Vault, now: datetime
) -> bool:
    """Mail a new code to an inactive user whose address was changed; the one that went elsewhere is dead."""
    if user.login is not Login.INACTIVE or user.email == before.email:
        return False
    code = codes.new_code()
    await store.set_activation_code(tx, user.user_id, codes.seal(code, user.user_id, vault))
    await write_activation(tx, access, user, code, vault=vault, now=now)
    return True
