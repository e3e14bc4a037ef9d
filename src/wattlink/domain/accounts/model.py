"""An account as linking, leaving and visits see it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import Refusal
from wattlink.domain.access.ids import (
    AccountId,
    ApplicationId,
    CredentialId,
    RegistrationId,
    SessionId,
    UserId,
)
from wattlink.domain.commands.model import Verdict
from wattlink.domain.devices.model import Device, DeviceChange, Owner
from wattlink.domain.visits.model import Visit


class WrongAccount(Exception):
    """A relink was signed in to with another login than the one that it is to mend."""


class AccountState(StrEnum):
    """See the drawing in this package's docstring."""

    PROVISIONAL = "provisional"
    GOOD = "good"
    SUSPECT = "suspect"
    BROKEN = "broken"
    DEAUTHORIZED = "deauthorized"


class LinkedBy(msgspec.Struct, frozen=True, kw_only=True):
    """The link session that brings a grant, and what it asked for."""

    session_id: SessionId
    application_id: ApplicationId
    user_id: UserId
    registration_id: RegistrationId
    vendor: str
    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...]
    relink_account_id: AccountId | None = None


class LinkedVendor(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor where a user has an account with this kind of devices; not valid as soon as one needs the user."""

    vendor: str
    kind: Kind
    is_valid: bool


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """How the first visit after a sign-in went.

    `error`: `vendor_down`, `vendor_busy` (the visit is repeated by itself), `withdrawn` (the account is gone), or the
    cause of a refusal.
    """

    finished: bool
    error: str | None
    devices: Sequence[Device]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The row of an account."""

    account_id: AccountId
    application_id: ApplicationId
    user_id: UserId
    registration_id: RegistrationId
    vendor: str
    subject: str
    state: AccountState
    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...]  # granted
    asked_scopes: tuple[str, ...]
    pending: tuple[Kind, ...]  # of all link sessions that aren't over
    found: tuple[Kind, ...] = ()  # of the devices that it has

    @property
    def everything(self) -> frozenset[Kind]:
        """Every kind that there is anything of."""
        return frozenset({*self.kinds, *self.pending, *self.found})


class VisitedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit must know of its account; loaded for a whole batch at once."""

    account_id: AccountId
    application_id: ApplicationId
    user_id: UserId
    user: str
    registration_id: RegistrationId
    vendor: str
    subject: str
    state: AccountState
    kinds: frozenset[Kind]
    pending: frozenset[Kind]
    scopes: tuple[str, ...]
    first_refused_at: datetime | None
    refused_generation: int | None
    credential_id: CredentialId
    generation: int
    sealed: bytes
    must_prove: bool
    saved_at: datetime  # by the application's clock
    clock_ahead: timedelta  # how far that clock was advanced

    @property
    def visited(self) -> frozenset[Kind]:
        """The kinds of devices that are read."""
        return self.kinds | self.pending

    @property
    def owner(self) -> Owner:
        """The same account as its devices know it."""
        return Owner(
            application_id=self.application_id,
            user_id=self.user_id,
            user=self.user,
            account_id=self.account_id,
            vendor=self.vendor,
            scopes=self.scopes,
        )


class VisitError(StrEnum):
    """What a visit failed of, beside a refusal's cause."""

    VENDOR_DOWN = "vendor_down"
    VENDOR_BUSY = "vendor_busy"
    REGISTRATION_REFUSED = "registration_refused"
    UNEXPECTED_ANSWER = "unexpected_answer"
    READING_REFUSED = "reading_refused"
    CUT_OFF = "cut_off"
    INTERRUPTED = "interrupted"
    BUG = "bug"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit brought: what changed in the devices, or an error, or a refusal of the credential.

    A `refusal` is by the endpoint that proves credentials; at `proved_at` it was asked and accepted this one.
    `verdicts` are on commands, `look_again_at` is when those that aren't over need another visit. `is_active`: so much
    happens at the account that the next visit comes sooner; so many `requests` did reading its devices take.
    `retry_after` is in seconds.
    """

    visit: Visit
    account: VisitedAccount
    ended_at: datetime
    changes: Sequence[DeviceChange] = ()
    verdicts: Sequence[Verdict] = ()
    look_again_at: datetime | None = None
    is_active: bool = False
    requests: int = 0
    error: VisitError | None = None
    refusal: Refusal | None = None
    proved_at: datetime | None = None
    retry_after: float | None = None

    @property
    def failed_of(self) -> str | None:
        """What the visit failed of; None after a good one."""
        return self.error or self.refusal
