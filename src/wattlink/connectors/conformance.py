"""What every connector must satisfy. Each check gives the offences that it finds, in words; none is good.

Nothing here knows a vendor. What needs a served simulator (signing in, faults, garbled answers) is checked by
`tests/conformance`, for every vendor's folder that there is.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from io import BytesIO
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import msgspec
from babel.messages.pofile import read_po

from wattlink.base.clock import Clock
from wattlink.base.outbound import Answer, Outbound
from wattlink.connectors.contract import Connector, DeviceReading
from wattlink.connectors.devices import Kind, capabilities_of, decode_document, kind_of
from wattlink.connectors.registry import Manifest, connector_class, manifest_of, simulator
from wattlink.connectors.simulation import SimulatedRequest, Simulator, State, devices_of

SCOPES = frozenset(
    {
        *("vehicle:read:data", "vehicle:read:location", "vehicle:control:charging"),
        *("charger:read:data", "charger:control:charging"),
        *("hvac:read:data", "hvac:control:mode"),
        *("inverter:read:data", "inverter:read:location"),
        *("battery:read:data", "battery:read:location", "battery:control:operation_mode"),
        *("meter:read:data", "meter:read:location"),
    }
)
_COMMON_KNOBS = {"username", "password", "faults", "grace_seconds", "pace", "devices"}
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 7, 45, 200, 720, 1500, 4000))


def manifest_offences(manifest: Manifest) -> Iterator[str]:
    """What contradicts itself in a manifest, or between it and the connector's class."""
    for sign_in in filter(None, (manifest.sign_in, manifest.sandbox_form)):
        if sign_in.host not in manifest.hosts:
            yield f"sign_in.host {sign_in.host} isn't one of the hosts"
    if manifest.sandbox_form is not None and (manifest.sign_in.way, manifest.sandbox_form.way) != ("redirect", "form"):
        yield "the sandbox's form is for a vendor with a page of its own, and is a form"
    for address in (*manifest.hosts.values(), manifest.sign_in.reset, manifest.status_page):
        if address is not None and urlsplit(address).scheme != "https":
            yield f"{address} isn't https"
    for base in manifest.hosts.values():
        if urlsplit(base).path or urlsplit(base).query:
            yield f"the host {base} is more than a host"
    for scope in manifest.scopes.keys() - SCOPES:
        yield f"{scope} isn't a scope of ours"
    for kind in manifest.kinds:
        if f"{kind}:read:data" not in manifest.scopes:
            yield f"{kind} can't be read"
    for dialect, names in manifest.names.items():
        if set(names) != set(manifest.kinds):
            yield f"the names for {dialect} don't name exactly the kinds that there are"
    yield from _intervention_offences(manifest)
    yield from _class_offences(manifest, connector_class(manifest.vendor))


def _intervention_offences(manifest: Manifest) -> Iterator[str]:
    keys = [entry.key for entry in manifest.interventions]
    if len(set(keys)) < len(keys):
        yield "two interventions have one key"
    for entry in manifest.interventions:
        if str(UUID(entry.id)) != entry.id:
            yield f"the id of {entry.key} isn't a UUID as we write them"
        if datetime.fromisoformat(entry.introduced_at).tzinfo is None:
            yield f"{entry.key} was introduced at no certain time"
        if entry.kind is not None and entry.kind not in manifest.kinds:
            yield f"{entry.key} is for a kind that the vendor doesn't have"


def _class_offences(manifest: Manifest, connector: type[Connector]) -> Iterator[str]:
    ways = {"redirect": ("sign_in_address", "exchange"), "form": ("sign_in",)}
    needed = [*ways[manifest.sign_in.way], "refresh", "read", "revoke"]
    if manifest.sandbox_form is not None:
        needed += ways["form"]
    if any(entry.pairing for entry in manifest.interventions):
        needed.append("pairing_address")
    if any(":control:" in scope for scope in manifest.scopes):
        needed.append("send")
    for method in needed:
        if getattr(connector, method) is getattr(Connector, method):
            yield f"{connector.__name__} lacks {method}"


def text_offences(manifest: Manifest, language: str) -> Iterator[str]:
    """The texts of a manifest that lack a translation."""
    catalogue = files(f"wattlink.connectors.vendors.{manifest.vendor}") / "locales" / f"{language}.po"
    if not catalogue.is_file():
        yield f"{language}: no catalogue"
        return
    messages = read_po(BytesIO(catalogue.read_bytes()), locale=language)
    for entry in manifest.interventions:
        for text in (entry.title, entry.description):
            message = messages.get(text)
            if message is None or message.fuzzy or not message.string:
                yield f"{language}: {text[:60]}"


def simulator_offences(vendor: str, now: datetime) -> Iterator[str]:
    """What a simulator does that a pure one doesn't, and what its accounts lack."""
    simulated = simulator(vendor)
    fleet = simulated.fleet(now)
    if len({account.username for account in fleet}) < len(fleet):
        yield "two accounts of the fleet have one user name"
    for account in fleet:
        state = account.state
        if (account.username, account.password) != (state["username"], state["password"]):
            yield f"{account.username} isn't told by its own name and password"
        if tuple(account.devices) != devices_of(state):
            yield f"{account.username} is told with other devices than it has"
        yield from _state_offences(simulated, state, now)
    plain = simulated.new_account("new@example.com", "right", now, devices=3)
    if len(plain["devices"]) != 3:
        yield "a new account hasn't the devices that were asked for"
    yield from _state_offences(simulated, plain, now)
    yield from _trade_offences(simulated, plain, now)
    for kind in manifest_of(vendor).kinds:
        yield from _kind_offences(simulated, kind, now)


def _state_offences(simulated: Simulator, state: State, now: datetime) -> Iterator[str]:
    name = state["username"]
    if _COMMON_KNOBS - state.keys():
        yield f"{name} lacks {sorted(_COMMON_KNOBS - state.keys())}"
    if msgspec.json.decode(msgspec.json.encode(state)) != state:
        yield f"{name} doesn't survive JSON"
    before = copy.deepcopy(state)
    stepwise = state
    for step in _STEPS:
        stepwise = simulated.advance(stepwise, now + step)
        if stepwise != simulated.advance(state, now + step):
            yield f"{name} lives otherwise in many steps than in one, {step} on"
            break
        if msgspec.json.decode(msgspec.json.encode(stepwise)) != stepwise:
            yield f"{name} doesn't survive JSON, {step} on"
    if state != before:
        yield f"{name} was changed in place by time"


def _trade_offences(simulated: Simulator, state: State, now: datetime) -> Iterator[str]:
    before = copy.deepcopy(state)
    sold = next(iter(state["devices"]))
    traded = simulated.set_devices(state, now, add=2, remove=[sold])
    if sold in traded["devices"] or len(traded["devices"]) != 4:
        yield "buying two devices and selling one doesn't give one more"
    simulated.withdraw(state)
    if state != before:
        yield "an account was changed in place by trading or withdrawing"


def _kind_offences(simulated: Simulator, kind: Kind, now: datetime) -> Iterator[str]:
    alone = simulated.new_account("new@example.com", "right", now, devices=2, kind=kind)
    if [device.kind for device in devices_of(alone)] != [kind, kind]:
        yield f"a new account with two devices of the kind {kind} has others"
    before = simulated.new_account("new@example.com", "right", now)
    after = simulated.set_devices(before, now, add=2, kind=kind)
    if [device.kind for device in devices_of(after)[1:]] != [kind, kind]:
        yield f"buying two devices of the kind {kind} doesn't give them, at the end"
    yield from _state_offences(simulated, after, now)


def reading_offences(manifest: Manifest, kinds: frozenset[Kind], readings: Sequence[DeviceReading]) -> Iterator[str]:
    """What no reading may be, whatever the vendor answered."""
    ids = [reading.vendor_device_id for reading in readings]
    if len(set(ids)) < len(ids) or not all(ids):
        yield "a device is named twice, or not at all"
    catalogue = {entry.id for entry in manifest.interventions}
    for reading in readings:
        document = reading.document
        if kind_of(document) not in kinds:
            yield f"{reading.vendor_device_id} is of a kind that nobody asked for"
        if decode_document(msgspec.json.encode(document)) != document:
            yield f"{reading.vendor_device_id} doesn't survive JSON"
        for name, capability in capabilities_of(document).items():
            if capability.is_capable and capability.interventions:
                yield f"{reading.vendor_device_id} is capable of {name} and yet waits for somebody"
            if set(capability.interventions) - catalogue:
                yield f"{reading.vendor_device_id} names an intervention that isn't in the manifest"


class SimulatedWeb(Outbound):
    """A world in which there is one simulated vendor and one account, at the vendor's own addresses.

    `garble` may change what comes out; it is told the number of the answer, counted from 0.
    """

    def __init__(
        self, manifest: Manifest, state: State, *, clock: Clock, garble: Callable[[int, Answer], Answer] | None = None
    ) -> None:
        super().__init__()
        self.state = state
        self.garble = garble
        self.answers = 0
        self._manifest = manifest
        self._clock = clock

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float = 10.0,  # noqa: ARG002
        max_bytes: int = 0,  # noqa: ARG002
    ) -> Answer:
        """The simulator's answer; raises LookupError for a host of nobody's, TypeError for an impure simulator."""
        host, base = self._host_of(url)
        parts = urlsplit(url[len(base) :])
        request = SimulatedRequest(
            method=method,
            host=host,
            path=unquote(parts.path) or "/",
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=body or b"",
            base=base,
        )
        simulated = simulator(self._manifest.vendor)
        known = simulated.account_of(request) == self.state["username"]
        now = self._clock()
        given = simulated.advance(self.state, now) if known else None
        untouched = copy.deepcopy(given)
        answer, state = simulated.handle(request, given, now)
        if given != untouched or msgspec.json.decode(msgspec.json.encode(state)) != state:
            raise TypeError(f"{method} {parts.path} changes the account in place, or makes it something else than JSON")
        self.state = state if state is not None else self.state
        plain = Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.body)
        self.answers += 1
        return plain if self.garble is None else self.garble(self.answers - 1, plain)

    def _host_of(self, url: str) -> tuple[str, str]:
        for host, base in self._manifest.hosts.items():
            if url == base or url.startswith((f"{base}/", f"{base}?")):
                return host, base
        raise LookupError(f"{urlsplit(url).netloc} isn't a host of {self._manifest.vendor}")
