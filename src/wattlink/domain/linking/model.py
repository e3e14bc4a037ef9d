"""A link session and the steps that it may take.

    created --> bound --+--> at_vendor -----------+--> exchanging --> discovering --+--------------+--> completed
                        +--> asking_credentials --+                                 +--> pairing --+
                        +--> awaiting_device ------------> discovering              +--------------+--> awaiting_app

    at_vendor, asking_credentials, awaiting_device --> bound      another brand, or the same once more
    awaiting_device, or any before it --> discovering             a device dialled in with the session's token
    exchanging, discovering --> bound            a cause that another try mends
    exchanging --> asking_credentials            a wrong password
    bound --> pairing                            a relink of a valid account whose device lacks its pairing
    exchanging, discovering --> failed           a cause that no try mends; bound --> failed: nothing to relink
    exchanging --> awaiting_app                  a login that was linked before: see `confirming`
    awaiting_app --> completed, discovering      the app confirmed
    awaiting_app --> failed, expired             another user confirmed, or nobody did
    any open state --> cancelled | expired       by the person, or withdrawn from outside | after a day

`bound` ties the session to one browser, by a click. Each arrow is one UPDATE in `store.py` that names the state it
starts from, so of two that come at once the second finds nothing to do.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wattlink.base.ids import digest
from wattlink.connectors.devices import Kind
from wattlink.connectors.errors import (
    ConnectorError,
    CredentialsRejected,
    Refusal,
    VendorUnavailable,
)
from wattlink.domain.access.ids import AccountId, ApplicationId, DeviceId, RegistrationId, SessionId, UserId
from wattlink.domain.organizations.model import LinkBinding

LIFE = timedelta(hours=24)
CONFIRMED_WITHIN = timedelta(minutes=10)
MOST_FAILURES = 10  # refused sign-ins in a row: nobody guesses passwords through us
MOST_SIGN_INS = 30  # in all, since another brand, and a login that works, begin a new row


class State(StrEnum):
    """Where a session stands."""

    CREATED = "created"
    BOUND = "bound"
    AT_VENDOR = "at_vendor"
    ASKING_CREDENTIALS = "asking_credentials"
    AWAITING_DEVICE = "awaiting_device"
    EXCHANGING = "exchanging"
    DISCOVERING = "discovering"
    PAIRING = "pairing"
    AWAITING_APP = "awaiting_app"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ENDED = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED, State.EXPIRED})


class Cause(StrEnum):
    """Why a try, or the whole session, led to nothing. The closed list that people, apps and operators see."""

    WRONG_CREDENTIALS = "wrong_credentials"
    ACCOUNT_LOCKED = "account_locked"
    CODE_WRONG = "code_wrong"
    CODE_EXPIRED = "code_expired"
    CONSENT_REFUSED = "consent_refused"
    PERMISSION_MISSING = "permission_missing"
    NO_DEVICES = "no_devices"
    WRONG_KIND_OF_DEVICE = "wrong_kind_of_device"
    ALREADY_LINKED = "already_linked"
    WRONG_ACCOUNT = "wrong_account"
    VENDOR_DOWN = "vendor_down"
    VENDOR_BUSY = "vendor_busy"
    VENDOR_REFUSED = "vendor_refused"
    NOT_SUPPORTED = "not_supported"
    SESSION_EXPIRED = "session_expired"
    SESSION_USED = "session_used"
    WRONG_BROWSER = "wrong_browser"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    INTERRUPTED = "interrupted"
    NOT_CONFIRMED = "not_confirmed"
    INTERNAL = "internal"


FINAL = frozenset({Cause.NOT_SUPPORTED, Cause.ALREADY_LINKED, Cause.INTERNAL})
"""The causes that another try doesn't mend."""

_OF_REFUSAL: Mapping[Refusal, Cause] = {
    Refusal.WRONG_CREDENTIALS: Cause.WRONG_CREDENTIALS,
    Refusal.ACCOUNT_LOCKED: Cause.ACCOUNT_LOCKED,
    Refusal.CONSENT_REFUSED: Cause.CONSENT_REFUSED,
    Refusal.PERMISSION_MISSING: Cause.PERMISSION_MISSING,
    Refusal.REVOKED: Cause.INTERRUPTED,
    Refusal.ACCESS_EXPIRED: Cause.INTERRUPTED,
}
_OF_REASON = {"outage": Cause.VENDOR_DOWN, "quota": Cause.VENDOR_BUSY, "registration": Cause.VENDOR_REFUSED}


def cause_of_refusal(refusal: Refusal) -> Cause:
    """What a vendor's no means to the person who signs in."""
    return _OF_REFUSAL[refusal]


def cause_of_error(error: ConnectorError) -> Cause:
    """What a connector's failure means to the person who signs in; an answer that nobody understands is no yes."""
    if isinstance(error, CredentialsRejected):
        return cause_of_refusal(error.cause)
    if isinstance(error, VendorUnavailable):
        return _OF_REASON[error.reason]
    return Cause.VENDOR_REFUSED


class Purpose(StrEnum):
    """Whether a session adds an account or mends one."""

    LINK = "link"
    RELINK = "relink"


class Step(msgspec.Struct, frozen=True):
    """A step of the funnel, reached at a time; with a cause where it led to nothing."""

    step: str
    at: datetime
    cause: Cause | None = None


class LinkSession(msgspec.Struct, frozen=True, kw_only=True):
    """One person's way from the app to a vendor and back. Never holds a typed value in the open."""

    session_id: SessionId
    application_id: ApplicationId
    user_id: UserId | None  # None: deleted meanwhile
    user: str | None = None  # the app's own id of the user
    state: State
    cause: Cause | None = None
    purpose: Purpose
    relink_account_id: AccountId | None = None
    relink_device_id: DeviceId | None = None
    vendor: str | None = None
    vendor_is_fixed: bool = False
    registration_id: RegistrationId | None = None
    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...]
    language: str  # a language tag, or `browser`
    color_scheme: str  # system, light or dark
    redirect_uri: str
    cancel_uri: str | None = None  # where an early exit leads; with it, success brings the device's id along
    prefers_form: bool = False  # of ours, to the vendor's own page, where there is a choice: see `steps.way`
    is_sandbox: bool = False  # the vendor is a simulated one
    binding: LinkBinding = LinkBinding.BROWSER
    challenge: bytes | None = None
    code_digest: bytes | None = None
    confirmed_at: datetime | None = None
    browser_digest: bytes | None = None
    sealed_step: bytes | None = None
    turn: int = 0
    step_started_at: datetime
    account_id: AccountId | None = None
    discover_from: datetime | None = None
    is_picking: bool = False  # several devices were found, and the person has to say which one it is about
    steps: tuple[Step, ...] = ()
    failures: int = 0
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can happen in it."""
        return self.state in ENDED

    @property
    def is_onboarding(self) -> bool:
        """Whether a partner asked for one device, whichever way that comes in."""
        return self.cancel_uri is not None and self.purpose is Purpose.LINK

    @property
    def is_checking(self) -> bool:
        """Whether the vendor is being asked if the pairing arrived."""
        return self.state is State.PAIRING and self.discover_from is not None

    @property
    def waits_for_app(self) -> bool:
        """Whether what a sign-in gives is usable only after the app has said yes."""
        return self.binding is LinkBinding.CONFIRM and self.confirmed_at is None and self.turn > 0

    def is_over(self, now: datetime) -> bool:
        """Whether its day has passed without an end; the pump that writes this down may come a little later."""
        return not self.has_ended and now >= self.expires_at

    def belongs_to(self, browser: str | None) -> bool:
        """Whether this is the secret of the browser that the session is bound to."""
        return (
            browser is not None
            and self.browser_digest is not None
            and hmac.compare_digest(self.browser_digest, digest(browser))
        )


class NewLinkSession(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks for when its user shall link something; `challenge` is the SHA-256 of its own secret."""

    kinds: tuple[Kind, ...]
    scopes: tuple[str, ...]
    vendor: str | None = None
    language: str
    color_scheme: str = "system"
    redirect_uri: str
    binding: LinkBinding | None = None  # None: the application's default
    challenge: bytes | None = None


class NewRelink(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks for when its user shall mend the link of a device."""

    language: str
    color_scheme: str = "system"
    redirect_uri: str
    cancel_uri: str | None = None  # where an early exit leads; with it, success brings the device's id along
    prefers_form: bool = False
    binding: LinkBinding | None = None
    challenge: bytes | None = None
    seed: bytes | None = None  # that only we can make: whoever asks with the same one is led to the same open session


class CreatedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A new session; `token` is shown once, as the last part of the link URL."""

    session_id: SessionId
    token: str
    redirect_uri: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"CreatedSession({self.session_id})"


class TypedStep(msgspec.Struct, frozen=True):
    """What a step leaves for the next one, sealed on the row."""

    verifier: str | None = None  # of PKCE
    redirect_uri: str = ""  # the callback that the vendor was told
    username: str | None = None
    code: str | None = None  # that the browser brings back to the app
    claim_token: str | None = None  # that is entered into a device

    def __repr__(self) -> str:
        return "TypedStep(***)"
