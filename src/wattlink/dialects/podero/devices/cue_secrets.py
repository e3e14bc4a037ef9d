"""What opens a cue for an hour: whose device it is of and until when, signed. Nothing of it is stored."""

import base64
import binascii
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from wattlink.base.vault import Vault
from wattlink.domain.access.ids import ApplicationId, DeviceId, UserId
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted

LIFE = timedelta(hours=1)
_ID_BYTES, _TIME_BYTES, _MAC_BYTES = 16, 8, 16
_SIGNED_BYTES = 2 * _ID_BYTES + _TIME_BYTES


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user of an application."""

    application_id: ApplicationId
    user_id: UserId

    @property
    def access(self) -> Access:
        """What the holder of a secret reaches: this user's data."""
        return Access(applications=(self.application_id,), only_user=self.user_id)


def mint(vault: Vault, device_id: DeviceId, member: Member, *, now: datetime) -> str:
    """A secret of the device's cue, in letters that a URL may hold."""
    until = int((now + LIFE).timestamp()).to_bytes(_TIME_BYTES)
    signed = member.application_id.bytes + member.user_id.bytes + until
    return _letters(signed + _mac(vault, device_id, signed))


def member_of(vault: Vault, device_id: DeviceId, secret: str, *, now: datetime) -> Member:
    """Whom the secret is of; raises NotPermitted for one that was made up, is another cue's, or is over."""
    try:
        raw = base64.urlsafe_b64decode(secret.encode("ascii") + b"=" * (-len(secret) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    signed, mac = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
    is_ours = len(signed) == _SIGNED_BYTES and hmac.compare_digest(mac, _mac(vault, device_id, signed))
    if not is_ours or _letters(raw) != secret:  # one spelling: another would count as another secret
        raise NotPermitted("the secret isn't one of this cue")
    if datetime.fromtimestamp(int.from_bytes(signed[-_TIME_BYTES:]), UTC) <= now:
        raise NotPermitted("the secret is over: read the device again for a new one")
    return Member(
        application_id=ApplicationId(UUID(bytes=signed[:_ID_BYTES])),
        user_id=UserId(UUID(bytes=signed[_ID_BYTES : 2 * _ID_BYTES])),
    )


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def seed_of(vault: Vault, secret: str, *said: str) -> bytes:
    """From what the sessions follow to which the secret leads whoever says the same."""
    return vault.keyed_hash("\0".join([secret, *said]), context="cue session")


def _mac(vault: Vault, device_id: DeviceId, signed: bytes) -> bytes:
    return vault.keyed_hash(signed.hex(), context=f"cue:{device_id}")[:_MAC_BYTES]
