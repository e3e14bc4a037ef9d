"""The four ways in which a connector fails."""

from enum import StrEnum
from typing import Literal


class ConnectorError(Exception):
    """One of the four failures below; the text is for operators and holds no secret."""


class Refusal(StrEnum):
    """Why a vendor refused credentials; the Link UI has a page for each."""

    WRONG_CREDENTIALS = "wrong_credentials"
    ACCOUNT_LOCKED = "account_locked"
    CONSENT_REFUSED = "consent_refused"
    PERMISSION_MISSING = "permission_missing"
    REVOKED = "revoked"
    ACCESS_EXPIRED = "access_expired"


class CredentialsRejected(ConnectorError):
    """The vendor doesn't accept these credentials.

    Said by an endpoint that proves a credential (token, login) it may break the account; said while reading
    (`ACCESS_EXPIRED`) it only means: refresh and try again.
    """

    def __init__(self, cause: Refusal, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause


class VendorUnavailable(ConnectorError):
    """The vendor can't answer now: an outage, a used-up quota, our registration refused. Says nothing of the user."""

    def __init__(
        self,
        detail: str,
        *,
        reason: Literal["outage", "quota", "registration"] = "outage",
        retry_after: float | None = None,
    ) -> None:
        """`retry_after` in seconds, as the vendor asked for it."""
        super().__init__(detail)
        self.reason = reason
        self.retry_after = retry_after


class CommandRefusal(StrEnum):
    """Why a device didn't do what it was told."""

    PRECONDITION = "precondition"  # unplugged, full, switched off, out of its range
    UNNECESSARY = "unnecessary"  # it does so already
    CONFLICT = "conflict"  # somebody else's schedule or app rules it
    NOT_FOUND = "not_found"  # the device left the account
    PERMISSION = "permission"  # the user didn't allow it, or a key or right is missing
    UNREACHABLE = "unreachable"  # asleep or offline: worth another try before the command expires


class CommandRefused(ConnectorError):
    """The vendor understood a command and the device certainly didn't do it. Apps are shown `detail`."""

    def __init__(self, cause: CommandRefusal, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class UnexpectedAnswer(ConnectorError):
    """An answer that makes no sense: garbage, a wrong shape, a status that the vendor doesn't document."""
