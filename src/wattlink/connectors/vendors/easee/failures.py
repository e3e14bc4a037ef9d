"""Which of the four errors an answer of Easee's is. The body speaks first, then the status.

The envelope is `{"errorCode", "errorCodeName", "title", "status", "detail"}`; the names of the codes aren't
documented, so its words decide.
"""

import msgspec

from wattlink.base.outbound import Answer
from wattlink.connectors.door import retry_after
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)

_QUOTA_WORDS = ("too many", "rate limit", "quota", "throttl")
_LOCK_WORDS = ("locked", "lockout", "too many attempts", "too many failed")
_CREDENTIAL_WORDS = ("token", "credential", "password", "unauthor", "session", "log in", "login")
_OFFLINE_WORDS = ("offline", "isn't connected", "not connected", "unreachable")
_OUR_FAULT_WORDS = ("validation", "is required", "unsupported media")


class Gone(UnexpectedAnswer):
    """The charger isn't there any more."""


class NoAccess(UnexpectedAnswer):
    """The login may not do this."""


class _Envelope(msgspec.Struct, rename="camel"):
    error_code: int | str | None = None
    error_code_name: str | None = None
    title: str | None = None
    detail: str | None = None

    def words(self) -> str:
        """All that it says, in lower case."""
        return " ".join(filter(None, (self.error_code_name, self.title, self.detail))).lower()


def at_login(answer: Answer) -> ConnectorError:
    """What a refused sign-in means."""
    envelope = _envelope(answer)
    words = envelope.words() if envelope else ""
    if any(word in words for word in _LOCK_WORDS):
        return CredentialsRejected(Refusal.ACCOUNT_LOCKED)
    if answer.status in (400, 401) and envelope is not None and not _is_quota(answer, words):
        return CredentialsRejected(Refusal.WRONG_CREDENTIALS)
    return _otherwise(answer, words)


def at_refresh(answer: Answer) -> ConnectorError:
    """What a refused refresh means: only the vendor's own words about credentials end a link."""
    envelope = _envelope(answer)
    words = envelope.words() if envelope else ""
    blames_us = any(word in words for word in _OUR_FAULT_WORDS)
    speaks_of_credentials = any(word in words for word in _CREDENTIAL_WORDS) and not blames_us
    is_bare_401 = answer.status == 401 and envelope is not None and not words
    refuses = answer.status in (400, 401, 403) and not _is_quota(answer, words)
    if refuses and (speaks_of_credentials or is_bare_401):
        return CredentialsRejected(Refusal.REVOKED)
    return _otherwise(answer, words)


def at_data(answer: Answer) -> ConnectorError:
    """What a refused read means; it never proves anything about the login."""
    envelope = _envelope(answer)
    words = envelope.words() if envelope else ""
    if answer.status == 401 and envelope is not None:
        return CredentialsRejected(Refusal.ACCESS_EXPIRED)
    if answer.status == 403 and envelope is not None and not _is_quota(answer, words):
        return NoAccess("403: this login may not do that")
    if answer.status == 404 and envelope is not None:
        return Gone("404: not there")
    return _otherwise(answer, words)


def at_command(answer: Answer) -> ConnectorError:
    """What a refused command means: with the vendor's own words the charger certainly didn't hear of it."""
    envelope = _envelope(answer)
    words = envelope.words() if envelope else ""
    if envelope is None or _is_quota(answer, words):
        return _otherwise(answer, words)
    if answer.status == 403:
        return CommandRefused(CommandRefusal.PERMISSION, "This Easee login may not control the charger.")
    if answer.status == 404:
        return CommandRefused(CommandRefusal.NOT_FOUND, "The charger left the Easee account.")
    if answer.status in (400, 409):
        if any(word in words for word in _OFFLINE_WORDS):
            return CommandRefused(CommandRefusal.UNREACHABLE, "The charger isn't connected.")
        return CommandRefused(CommandRefusal.PRECONDITION, "Easee says that the charger can't do this now.")
    return at_data(answer)


def _otherwise(answer: Answer, words: str) -> ConnectorError:
    if _is_quota(answer, words):
        return VendorUnavailable("too many requests", reason="quota", retry_after=retry_after(answer))
    if answer.status >= 500 or answer.status == 408:
        return VendorUnavailable(f"status {answer.status}", retry_after=retry_after(answer))
    return UnexpectedAnswer(f"status {answer.status}")


def _is_quota(answer: Answer, words: str) -> bool:
    return answer.status == 429 or (answer.status in (400, 403) and any(word in words for word in _QUOTA_WORDS))


def _envelope(answer: Answer) -> _Envelope | None:
    """The envelope, an empty one for an empty body, None for a body that isn't the vendor's own (a gateway's page)."""
    if not answer.body.strip():
        return _Envelope()
    try:
        return msgspec.json.decode(answer.body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
