"""What the platform and a connector say to each other. A connector translates, and fails in one of four ways.

A connector is made for one registration (our client at the vendor) and holds no state of its own: credentials come in
and go out as values, every request leaves through its `VendorDoor`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from wattlink.connectors.commands import Command
from wattlink.connectors.devices import Document, Kind
from wattlink.connectors.door import VendorDoor


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Our client at a vendor, opened: made by the operator in the vendor's developer portal."""

    client_id: str = ""
    client_secret: str = ""
    options: Mapping[str, str] = {}  # what a manifest's [registration] names beyond the two

    def __repr__(self) -> str:
        return f"Registration(client_id={self.client_id!r})"


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What lets us act for a user at a vendor. Stored sealed, never logged."""

    access_token: str
    expires_at: datetime  # of the access token
    refresh_token: str | None = None
    extra: Mapping[str, str] = {}  # the connector's own, such as a region

    def __repr__(self) -> str:
        return "Credential(***)"


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Whose account it is at a vendor, and what may be done with it."""

    subject: str  # the vendor's stable id of this login: the same login gives the same subject
    label: str | None = None  # for people: a masked e-mail address or the like
    scopes: frozenset[str] = frozenset()  # of ours (`vehicle:read:data`), as far as the user granted them


class Grant(Login, frozen=True, kw_only=True):
    """What a completed sign-in gives."""

    credential: Credential


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to send a browser to the vendor's own sign-in page."""

    redirect_uri: str
    state: str
    scopes: frozenset[str]
    language: str = "en"
    code_challenge: str | None = None  # S256; None where the manifest says `pkce = false`


class SignInAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser brought back."""

    code: str
    redirect_uri: str
    scopes: frozenset[str]  # those asked for
    code_verifier: str | None = None

    def __repr__(self) -> str:
        return "SignInAnswer(***)"


class DeviceReading(msgspec.Struct, frozen=True, kw_only=True):
    """One device of an account, as the vendor tells it now."""

    vendor_device_id: str  # stable within the account
    document: Document


class Connector:
    """One vendor's cloud. Every method may raise the four of `errors.py` and nothing else."""

    def __init__(self, *, door: VendorDoor, registration: Registration) -> None:
        self.door = door
        self.registration = registration

    def sign_in_address(self, request: SignInRequest) -> str:
        """Where the browser goes to sign in (manifest `sign_in.way = "redirect"`)."""
        raise NotImplementedError

    async def exchange(self, answer: SignInAnswer) -> Grant:
        """Trade what came back with the browser for credentials (`redirect`)."""
        raise NotImplementedError

    async def sign_in(self, username: str, password: str, scopes: frozenset[str]) -> Grant:
        """Sign in with what the user typed into our form (`way = "form"`, `sandbox_form`). The password isn't kept."""
        raise NotImplementedError

    async def refresh(self, credential: Credential) -> Credential:
        """A new credential for the old one. This endpoint proves the credential: its refusal may break the account."""
        raise NotImplementedError

    async def read(
        self, credential: Credential, kinds: frozenset[Kind], scopes: frozenset[str], last: Mapping[str, Document]
    ) -> Sequence[DeviceReading]:
        """Every device of these kinds that the account has now.

        `last` holds the stored documents by vendor device id. A device that can't be read at the moment (asleep) is
        returned all the same, with the parts of its last document that still hold; one that isn't returned is gone.
        """
        raise NotImplementedError

    async def send(self, credential: Credential, vendor_device_id: str, command: Command, document: Document) -> None:
        """Tell a device what to do, `document` being its stored state. Returns when the vendor accepted it.

        Whether it was done is seen when the device is read. It certainly wasn't after CommandRefused, after
        CredentialsRejected(ACCESS_EXPIRED), and after VendorUnavailable for a quota or a refused registration; after
        every other failure it may have been.
        """
        raise NotImplementedError

    async def revoke(self, credential: Credential) -> None:
        """Withdraw our access at the vendor.

        Returns when it is withdrawn or was dead already, and where the vendor knows no way to withdraw it: the
        credential is destroyed then.
        """
        raise NotImplementedError

    def pairing_address(self, vendor_device_id: str) -> str | None:  # noqa: ARG002 - for those that override it
        """The vendor's page where the user completes what the intervention with `pairing = true` asks for."""
        return None
