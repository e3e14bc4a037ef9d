"""Finds the vendor folders: each with its manifest, its connector class, its simulator and its texts."""

import importlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, cast

import msgspec

from wattlink.connectors.contract import Connector
from wattlink.connectors.devices import Kind
from wattlink.connectors.dial_in import Conversation
from wattlink.connectors.simulation import Simulator

T = TypeVar("T")

_VENDORS = "wattlink.connectors.vendors"


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a user signs in at the vendor, and what happens to what is typed."""

    way: Literal["redirect", "form", "dial_in"]  # `dial_in`: nobody signs in, the device calls us
    custody: Literal["never_seen", "used_once", "kept", "key_kept"]  # key_kept: no password, but a key made for it
    host: str = ""  # the name among `hosts` that the user leaves for, or to which the typed password goes
    pkce: bool = True
    username: Literal["email", "phone_or_email", "name", "site_id"] = "email"  # what a form asks for
    steps: tuple[str, ...] = ()  # to where the vendor shows what is to be typed; in English, as the texts below
    reset: str | None = None  # the vendor's page for a forgotten password
    revoking_ends: Literal["token", "grant"] = "token"

    @property
    def asks_for_key(self) -> bool:
        """Whether the form asks for a key instead of a password."""
        return self.custody == "key_kept"


class Polling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Seconds between the visits to one account."""

    active: int = 120  # while something charges or runs
    idle: int = 420


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """At most this many requests in this many seconds."""

    requests: int
    seconds: int


class Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    registration: Window | None = None
    account: Window | None = None


class Commands(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How commands to the vendor's devices behave."""

    idempotent: bool = False  # sent twice they do what they do once: what may have been sent is sent again
    expires_after: int = 900  # seconds in which a command must have been sent


class InterventionEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of the catalogue; texts in English, translated by the vendor's `locales`."""

    id: str
    key: str  # how the connector names it
    kind: Kind | None = None
    introduced_at: str  # RFC 3339
    domain: Literal["Account", "Device"]
    access: Literal["Remote", "Physical"]
    agent: Literal["User", "ThirdParty"] = "User"
    action: Literal["Link"] | None = None
    pairing: bool = False  # completed on the page that `pairing_address` names
    title: str
    description: str  # Markdown


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the platform knows of a vendor without running its connector."""

    vendor: str  # the folder's name
    name: str  # the brand, for people
    names: Mapping[str, Mapping[Kind, str]]  # per dialect and kind: the vendor's name outside
    portal: str | None = None  # the vendor's service or app where one has the login; None: called like the brand
    activation_required: bool = False  # beta, limited or unreliable: each application must be allowed to use it
    regions: tuple[str, ...] = ()  # ISO 3166 countries where the brand is suggested first
    sign_in: SignIn
    sandbox_form: SignIn | None = None  # our form, where the simulator takes what the real vendor doesn't
    hosts: Mapping[str, str] = {}  # base URLs, without a trailing slash
    registration: tuple[str, ...] = ()  # what an operator must fill in: "client_id", "client_secret" or an option
    scopes: Mapping[str, tuple[str, ...]]  # ours -> the vendor's
    polling: Polling = Polling()
    budgets: Budgets = Budgets()
    commands: Commands = Commands()
    status_page: str | None = None
    interventions: tuple[InterventionEntry, ...] = ()

    @property
    def dials_in(self) -> bool:
        """Whether its devices call us, and there is no cloud to visit or to simulate."""
        return self.sign_in.way == "dial_in"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of devices that the vendor has."""
        return tuple(dict.fromkeys(Kind(scope.split(":")[0]) for scope in self.scopes))

    def intervention(self, key: str) -> str:
        """The catalogue's id of an intervention that the connector names by `key`."""
        return next(entry.id for entry in self.interventions if entry.key == key)


def manifest_of(vendor: str) -> Manifest:
    """Read a vendor's manifest; raises msgspec.ValidationError with the offending key."""
    raw = files(f"{_VENDORS}.{vendor}").joinpath("manifest.toml").read_bytes()
    return msgspec.toml.decode(raw, type=Manifest)


@cache
def manifests() -> Mapping[str, Manifest]:
    """Every vendor's manifest, by vendor, in alphabetical order."""
    folders = sorted(entry.name for entry in files(_VENDORS).iterdir() if entry.joinpath("manifest.toml").is_file())
    return {vendor: manifest_of(vendor) for vendor in folders}


@cache
def clouds() -> Mapping[str, Manifest]:
    """Those vendors whose clouds we visit."""
    return {vendor: manifest for vendor, manifest in manifests().items() if not manifest.dials_in}


@cache
def callers() -> Mapping[str, Manifest]:
    """Those vendors whose devices call us."""
    return {vendor: manifest for vendor, manifest in manifests().items() if manifest.dials_in}


def package_of(vendor: str) -> str:
    """The Python package that a vendor's folder is, for its data files."""
    return f"{_VENDORS}.{vendor}"


@cache
def connector_class(vendor: str) -> type[Connector]:
    """The one Connector class that a vendor's `connector.py` defines."""
    return _only(Connector, vendor)


@cache
def conversation_class(vendor: str) -> type[Conversation]:
    """The one Conversation class that the `connector.py` of a vendor defines whose devices dial in."""
    return _only(Conversation, vendor)


def _only(base: type[T], vendor: str) -> type[T]:
    module = importlib.import_module(f"{_VENDORS}.{vendor}.connector")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__name__} must define exactly one {base.__name__}, found {len(found)}")
    return found[0]


def simulator(vendor: str) -> Simulator:
    """The vendor's simulator: its module itself."""
    return cast(Simulator, importlib.import_module(f"{_VENDORS}.{vendor}.simulator"))
