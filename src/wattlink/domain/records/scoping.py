"""Where a record is seen: what its maker's kind of key says, or what an operator or an app's server asks for."""

import msgspec
from msgspec import UNSET

from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access, KeyKind
from wattlink.domain.errors import InvalidInput, NotPermitted
from wattlink.domain.records import store
from wattlink.domain.records.model import NewRecord, RecordChanges, RecordKind, Scopes
from wattlink.domain.users import store as users


async def scopes_of_new(tx: Transaction, access: Access, new: NewRecord) -> Scopes:
    """The scopes of a record that a caller makes.

    A user's is the user's own; what an application or an operator makes is for all users of its projects, but an
    action is for none. Raises NotPermitted, InvalidInput.
    """
    own = () if access.project_id is None else (access.project_id,)
    if access.kind is KeyKind.USER and new.scopes is None and new.project_id in (None, access.project_id):
        return Scopes(projects=own, users=(access.only_user,) if access.only_user else ())
    projects = own if new.project_id is None else (new.project_id,)
    asked = new.scopes is not None or new.project_id is not None
    scopes = new.scopes or Scopes(is_for_all_users=new.kind is not RecordKind.ACTION)
    if not scopes.projects or new.project_id is not None:
        scopes = msgspec.structs.replace(scopes, projects=tuple(dict.fromkeys((*scopes.projects, *projects))))
    if asked:
        await _check(tx, access, scopes)
    return scopes


async def scopes_of_changed(tx: Transaction, access: Access, scopes: Scopes, changes: RecordChanges) -> Scopes:
    """The scopes that a record has after changes; those that it has may be sent back by anybody.

    Raises NotPermitted, InvalidInput.
    """
    parts = {name: getattr(changes, name) for name in Scopes.__struct_fields__}
    given = {name: value for name, value in parts.items() if value is not UNSET}
    changed = msgspec.structs.replace(scopes, **given)
    if _in_order(changed) == _in_order(scopes):
        return scopes
    await _check(tx, access, changed)
    return changed


def _in_order(scopes: Scopes) -> Scopes:
    return msgspec.structs.replace(scopes, users=tuple(sorted(scopes.users)), projects=tuple(sorted(scopes.projects)))


async def _check(tx: Transaction, access: Access, scopes: Scopes) -> None:
    if access.kind not in (KeyKind.OPERATOR, KeyKind.TRUSTED):
        raise NotPermitted("scopes are for operators and for an app's server to say")
    if access.kind is KeyKind.TRUSTED and set(scopes.projects) - {access.project_id}:
        raise NotPermitted("an application knows its own project only")
    organization_id = await store.organization_of(tx, access)
    if scopes.projects and not await store.knows_projects(tx, organization_id, scopes.projects):
        raise InvalidInput("scopes.projects", "must be projects of the account")
    if scopes.users and not await users.knows_all(tx, access, scopes.users):
        raise InvalidInput("scopes.users", "must be users within reach, or `all`")
