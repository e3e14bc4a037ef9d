"""What a grant gives a session: the kinds that may be read, and what accounts must know of who brings it."""

from wattlink.connectors.contract import Grant
from wattlink.connectors.devices import Kind
from wattlink.domain.accounts.model import LinkedBy
from wattlink.domain.linking.model import LinkSession


def granted_kinds(session: LinkSession, grant: Grant) -> tuple[Kind, ...]:
    """The kinds of those asked for that the person lets us read."""
    return tuple(kind for kind in session.kinds if f"{kind}:read:data" in grant.scopes)


def linked_by(session: LinkSession, grant: Grant) -> LinkedBy:
    """What accounts must know of the session that brings a grant."""
    assert session.user_id is not None
    assert session.vendor is not None
    assert session.registration_id is not None
    kinds = granted_kinds(session, grant)
    return LinkedBy(
        session_id=session.session_id,
        application_id=session.application_id,
        user_id=session.user_id,
        registration_id=session.registration_id,
        vendor=session.vendor,
        kinds=kinds,
        scopes=tuple(scope for scope in session.scopes if scope.partition(":")[0] in kinds),
        relink_account_id=session.relink_account_id,
    )
