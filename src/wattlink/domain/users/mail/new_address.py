"""Where codes are mailed, an address is proved by the code that went there, and by no other."""

from datetime import datetime

import msgspec

from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.errors import AlreadyExists
from wattlink.domain.users.logins import codes, store
from wattlink.domain.users.mail.write import write_activation, write_address_code
from wattlink.domain.users.model import AppUser, Login
from wattlink.domain.users.store import find_by_email


async def ask_to_prove(
    tx: Transaction, access: Access, user: AppUser, address: str, *, vault: Vault, now: datetime
) -> None:
    """Mail a code to the address that a user wants instead of its own; raises AlreadyExists where it is another's."""
    if await find_by_email(tx, user.application_id, address) is not None:
        raise AlreadyExists("email: another user has this address")
    code = codes.new_code()
    await store.set_activation_code(tx, user.user_id, codes.seal(code, user.user_id, vault, address=address))
    await write_address_code(tx, access, msgspec.structs.replace(user, email=address), code, vault=vault, now=now)


async def tell_new_address(
    tx: Transaction, access: Access, before: AppUser, user: AppUser, *, vault: Vault, now: datetime
) -> None:
    """After an operator changed an address: the code that went elsewhere is dead, who is inactive is mailed another."""
    if user.email == before.email:
        return
    code = codes.new_code() if user.login is Login.INACTIVE else None
    sealed = None if code is None else codes.seal(code, user.user_id, vault)
    await store.set_activation_code(tx, user.user_id, sealed)
    if code is not None:
        await write_activation(tx, access, user, code, vault=vault, now=now)
