"""What a step leaves for the next one, sealed and bound to its session's row."""

import msgspec

from wattlink.base.vault import Vault
from wattlink.domain.access.ids import SessionId
from wattlink.domain.linking.model import LinkSession, TypedStep


def seal(step: TypedStep, session_id: SessionId, *, vault: Vault) -> bytes:
    """Seal what a step leaves."""
    return vault.seal(msgspec.json.encode(step), context=_context(session_id))


def unseal(session: LinkSession, *, vault: Vault) -> TypedStep:
    """What the last step left."""
    if session.sealed_step is None:
        return TypedStep()
    return msgspec.json.decode(vault.open(session.sealed_step, context=_context(session.session_id)), type=TypedStep)


def _context(session_id: SessionId) -> str:
    return f"link_session.sealed_step.{session_id}"
