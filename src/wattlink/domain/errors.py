"""What can go wrong in the domain, as far as a caller should hear of it. Edges translate each in one table."""

import math
from collections.abc import Sequence


class DomainError(Exception):
    """The base of all errors that an edge shows to its caller."""


class NotFound(DomainError):
    """There is no such row within the caller's reach; another application's row looks exactly the same."""

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"no {what} {key}")
        self.what = what
        self.key = str(key)


class InvalidInput(DomainError):
    """A value that can't be used. `field` names it as the domain knows it, `allowed` says what may stand there."""

    def __init__(self, field: str, problem: str, *, allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
        self.allowed = tuple(allowed)


class NotAuthenticated(DomainError):
    """No, a wrong or an ended key."""


class NotPermitted(DomainError):
    """The caller is known, but may not do this."""


class SignInRefused(DomainError):
    """The service that a person signs in with doesn't vouch for them to this application."""


class SignInUnavailable(DomainError):
    """The service that a person signs in with gives no usable answer at the moment; nothing was made."""


class StillInUse(DomainError):
    """The row can't go: others hang on it, which the text names."""


class AlreadyExists(DomainError):
    """A row with the same natural key is there."""


class AlreadyLinked(DomainError):
    """Nothing about this device can be mended by linking."""


class ConnectionsLimitReached(DomainError):
    """The application may link no further accounts."""


class LinkSessionNotUsable(DomainError):
    """The link session is over, expired, or belongs to another browser; `cause` is of the Link UI's closed list."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"the link session can't be used: {cause}")
        self.cause = cause


class WrongLinkCode(DomainError):
    """The code or the secret that an app confirms a link session with isn't the one."""


class WrongUser(DomainError):
    """The link session was gone through for another user than the one who came back from it; it has been ended."""


class BoostNotPossible(DomainError):
    """The car can't be told to charge now: why, and where its boost stands, each of a closed list."""

    def __init__(self, reason: str, state: str) -> None:
        super().__init__(f"the car can't be boosted: {reason}")
        self.reason = reason
        self.state = state


class CommandNotPossible(DomainError):
    """The device can't do this as it is; `interventions` (ids of the catalogue) say what would change that."""

    def __init__(self, problem: str, interventions: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.interventions = tuple(interventions)


class NotASandbox(DomainError):
    """Only of an application that is marked as a sandbox may this be asked."""

    def __init__(self) -> None:
        super().__init__("the application isn't a sandbox")


class CursorTooOld(DomainError):
    """Events behind this cursor were dropped after their 30 days."""


class Overloaded(DomainError):
    """Too many of these at once; in `retry_after` seconds one more may go."""

    def __init__(self, problem: str, *, retry_after: float = 5.0) -> None:
        super().__init__(problem)
        self.retry_after = max(1, math.ceil(retry_after))


class TooManyAttempts(Overloaded):
    """Passwords or codes were tried too often."""

    def __init__(self, problem: str, *, retry_after: float = 60.0) -> None:
        super().__init__(problem, retry_after=retry_after)


class WrongPassword(DomainError):
    """Somebody who logs in knows another password, or the user has none."""
