"""Make an operator's token."""

from datetime import datetime

from wattlink.base.ids import digest, new_id, new_secret
from wattlink.db.database import Transaction
from wattlink.domain.access.ids import OperatorTokenId, OrganizationId
from wattlink.domain.organizations.model import NewOperatorToken, OperatorToken
from wattlink.domain.organizations.names import checked_name
from wattlink.domain.organizations.operators import store

PREFIX = "wlo_"  # lets secret scanners recognise one, and us whose it is


def new_operator_token() -> str:
    """A fresh token."""
    return PREFIX + new_secret()


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
