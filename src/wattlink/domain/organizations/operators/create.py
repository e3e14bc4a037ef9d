"""Make an operator's token."""

from datetime import datetime

from wattlink.base.ids import KEY_LENGTH, digest, new_id, new_key
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import OperatorTokenId, OrganizationId
from wattlink.domain.organizations.model import NewOperatorToken, OperatorToken
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.operators import store

PREFIX = "wlo"  # lets secret scanners recognise one, and us whose it is

_OLD_PREFIX = "wlo_"  # of those that were made before tokens were letters and digits alone


def new_operator_token() -> str:
    """A fresh token."""
    return new_key(PREFIX)


def is_operator_token(text: str) -> bool:
    """Whether this can be an operator's token; an application's looks different."""
    return text.startswith(_OLD_PREFIX) or (len(text) == KEY_LENGTH and text.startswith(PREFIX))


async def create_operator_token(
    tx: Transaction, organization_id: OrganizationId, name: str, *, now: datetime, token: str | None = None
) -> NewOperatorToken:
    """A token for a person or a machine of the organization, shown here and never again; `token` is a given one."""
    secret = token or new_operator_token()
    made = OperatorToken(
        token_id=OperatorTokenId(new_id()),
        organization_id=organization_id,
        name=checked_name(name),
        created_at=now,
        last_used_at=None,
    )
    await store.add(tx, made, digest(secret))
    return NewOperatorToken(token_id=made.token_id, name=made.name, token=secret, created_at=now)
