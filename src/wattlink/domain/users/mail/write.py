"""Write a mail: it is sealed beside what it tells of, in the same transaction, and sent afterwards."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from wattlink.base.ids import new_id
from wattlink.base.languages import ENGLISH, translations
from wattlink.base.vault import Vault
from wattlink.db.database import Transaction
from wattlink.domain.access.model import Access
from wattlink.domain.organizations.projects import store as projects
from wattlink.domain.users.mail import store
from wattlink.domain.users.model import AppUser

_PACKAGE = "wattlink.domain.users.mail"
_MOST_LETTERS = 64  # of a name
_IN_NAMES = " .,'’·-"  # beside letters, the marks on them, and numbers
_DOT_INSIDE = re.compile(r"\.[^ .,]")  # of which mail programs make links


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it is kept."""

    to: str
    sender_name: str
    subject: str
    text: str


class Say(Protocol):
    """Says a message in somebody's language, its `%(name)s` filled in."""

    def __call__(self, message: str, **values: str) -> str: ...


async def write_activation(
    tx: Transaction, access: Access, user: AppUser, code: str, *, vault: Vault, now: datetime
) -> None:
    """The code that activates a user."""
    app, say = await _app(tx, access, user), _speaker(user)
    lines = [
        say("Your code for %(app)s is %(code)s.", app=app, code=code),
        say("Enter it in the app to finish signing up."),
        say("If you did not sign up, there is nothing you need to do."),
    ]
    await _write(tx, user, app, say("Your code for %(app)s", app=app), lines, vault=vault, now=now)


async def write_address_code(
    tx: Transaction, access: Access, user: AppUser, code: str, *, vault: Vault, now: datetime
) -> None:
    """The code that proves another address of a user, which `user` has here already."""
    app, say = await _app(tx, access, user), _speaker(user)
    lines = [
        say("Your code for %(app)s is %(code)s.", app=app, code=code),
        say("Enter it in the app to confirm this address."),
        say("If you did not sign up, there is nothing you need to do."),
    ]
    await _write(tx, user, app, say("Your code for %(app)s", app=app), lines, vault=vault, now=now)


async def write_share(
    tx: Transaction, access: Access, user: AppUser, giver: AppUser, *, vault: Vault, now: datetime
) -> None:
    """Somebody shares with this user."""
    app, say = await _app(tx, access, user), _speaker(user)
    name = _name_of(giver) or giver.email or app
    subject = say("%(name)s shares with you in %(app)s", name=name, app=app)
    lines = [
        say("%(name)s shares with you in %(app)s.", name=name, app=app),
        say("Sign in to the app to see it."),
        say("If you do not know who this is, there is nothing you need to do."),
    ]
    await _write(tx, user, app, subject, lines, vault=vault, now=now)


def _name_of(user: AppUser) -> str:
    """What the user says the name is, unless that is rather a text or an address: it goes to somebody else."""
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    is_one = all(letter in _IN_NAMES or unicodedata.category(letter)[0] in "LMN" for letter in name)
    return name if is_one and len(name) <= _MOST_LETTERS and not _DOT_INSIDE.search(name) else ""


def opened(sealed: bytes, mail_id: UUID, vault: Vault) -> Written:
    """A mail that is about to be sent."""
    return msgspec.json.decode(vault.open(sealed, context=_context(mail_id)), type=Written)


async def _write(
    tx: Transaction, user: AppUser, app: str, subject: str, lines: Sequence[str], *, vault: Vault, now: datetime
) -> None:
    if user.email is None:
        return
    mail_id = new_id()
    written = Written(to=user.email, sender_name=app, subject=subject, text="\n\n".join(lines) + "\n")
    sealed = vault.seal(msgspec.json.encode(written), context=_context(mail_id))
    await store.add(tx, mail_id, user.user_id, sealed, now=now)


async def _app(tx: Transaction, access: Access, user: AppUser) -> str:
    return (await projects.application(tx, access, user.application_id)).name


def _speaker(user: AppUser) -> Say:
    """In the language of the user's locale, if the user or the app said one."""
    texts = translations(_PACKAGE, str(user.profile.get("locale") or ENGLISH))

    def say(message: str, **values: str) -> str:
        return texts.gettext(message) % values

    return say


def _context(mail_id: UUID) -> str:
    return f"mail.sealed:{mail_id}"
