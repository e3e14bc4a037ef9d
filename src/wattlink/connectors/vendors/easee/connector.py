"""Easee's cloud API: sign-in with user name and password, rotating tokens, chargers one by one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from wattlink.base.outbound import Answer
from wattlink.connectors.commands import Command, SetMaxCurrent, StartCharging, StopCharging
from wattlink.connectors.contract import Connector, Credential, DeviceReading, Grant
from wattlink.connectors.devices import Charger, Document, Kind
from wattlink.connectors.door import json_of, number
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.oauth2 import life_of, newest_of
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.several import Subject, read_several
from wattlink.connectors.vendors.easee import failures, mapping
from wattlink.connectors.vendors.easee.mapping import ChargerConfig, ChargerState, ListedCharger

T = TypeVar("T")

_HOST = "api"
_LOGOUTS = 3
_MANIFEST = manifest_of("easee")


class _Tokens(msgspec.Struct, rename="camel"):
    access_token: str
    expires_in: Any = None  # whatever it is: the tokens before these are used up
    refresh_token: Any = None


class _Profile(msgspec.Struct, rename="camel"):
    user_id: int | str


class EaseeConnector(Connector):
    """Chargers in a user's Easee account."""

    async def sign_in(self, username: str, password: str, scopes: frozenset[str]) -> Grant:
        """Log in, and ask whose login it is."""
        answer = await self.door.send(
            "POST", _HOST, "/api/accounts/login", json={"userName": username, "password": password}
        )
        credential = self._credential(_accepted(answer, failures.at_login))
        try:
            profile = _shaped(await self._get(credential, "/api/accounts/profile"), _Profile)
        except ConnectorError:
            await self._forget(credential)
            raise
        return Grant(
            credential=credential,
            subject=str(profile.user_id),
            label=_masked(username),
            scopes=scopes & _MANIFEST.scopes.keys(),
        )

    async def refresh(self, credential: Credential) -> Credential:
        """Trade both old tokens for new ones; the old refresh token is used up by it."""
        answer = await self.door.send(
            "POST",
            _HOST,
            "/api/accounts/refresh_token",
            json={"accessToken": credential.access_token, "refreshToken": credential.refresh_token},
        )
        return self._credential(_accepted(answer, failures.at_refresh), before=credential)

    async def read(
        self, credential: Credential, kinds: frozenset[Kind], scopes: frozenset[str], last: Mapping[str, Document]
    ) -> Sequence[DeviceReading]:
        """Every charger of the account; the vendor tells of each by itself."""
        if Kind.CHARGER not in kinds:
            return []
        listed = _shaped(await self._get(credential, "/api/chargers"), list[ListedCharger])
        return await read_several([self._subject(credential, entry, scopes, last.get(entry.id)) for entry in listed])

    async def send(self, credential: Credential, vendor_device_id: str, command: Command, document: Document) -> None:  # noqa: ARG002
        """Hand a command to the cloud, which passes it on to the charger later."""
        path = f"/api/chargers/{quote(vendor_device_id, safe='')}"
        match command:
            case StartCharging():
                name, body = "start_charging", None
            case StopCharging():
                name, body = "stop_charging", None
            case SetMaxCurrent(max_current=amps):
                await self._check_current(credential, path, amps)
                name, body = "set_dynamic_charger_current", {"amps": int(amps), "minutes": 0}
            case _:
                raise CommandRefused(CommandRefusal.PRECONDITION, "A charger can't do this.")
        answer = await self._send(credential, "POST", f"{path}/commands/{name}", body)
        if answer.status not in (200, 202):
            raise failures.at_command(answer)
        if answer.body.strip():
            json_of(answer)

    async def _check_current(self, credential: Credential, path: str, amps: float) -> None:
        """More than the installer allowed would be accepted, and never reached; where that isn't known, it is tried."""
        most = None
        with suppress(ConnectorError):
            config = _shaped(await self._get(credential, f"{path}/config"), ChargerConfig)
            most = number(config.max_charger_current)
        if most is not None and amps > most:
            raise CommandRefused(CommandRefusal.PRECONDITION, f"The charger is limited to {most:g} A.")

    async def revoke(self, credential: Credential) -> None:
        """Log out; an access token that ran out is renewed for it, since the refresh token may outlive it."""
        if await self._logged_out(credential):
            return
        try:
            renewed = await self.refresh(credential)
        except CredentialsRejected:
            return
        for _ in range(_LOGOUTS - 1):  # nobody else will ever hold the renewed tokens
            with suppress(VendorUnavailable):
                await self._logged_out(renewed)
                return
        await self._logged_out(renewed)

    async def _logged_out(self, credential: Credential) -> bool:
        """Whether the vendor took the access token for it."""
        answer = await self._send(credential, "POST", "/api/accounts/logout")
        if answer.status not in (200, 202, 204, 401, 404):
            raise failures.at_data(answer)
        return answer.status != 401

    def _subject(
        self, credential: Credential, listed: ListedCharger, scopes: frozenset[str], last: Document | None
    ) -> Subject:
        before = last if isinstance(last, Charger) else None
        return Subject(
            partial(self._ask, credential, listed, scopes, before),
            lambda: _readings(listed, mapping.silent(listed, before, now=self.door.now())),
        )

    async def _ask(
        self, credential: Credential, listed: ListedCharger, scopes: frozenset[str], before: Charger | None
    ) -> Sequence[DeviceReading]:
        path = f"/api/chargers/{quote(listed.id, safe='')}"
        now = self.door.now()
        try:
            state = _shaped(await self._get(credential, f"{path}/state"), ChargerState)
            config = _shaped(await self._get(credential, f"{path}/config"), ChargerConfig)
        except failures.Gone:
            return ()
        except failures.NoAccess:
            no_access = _MANIFEST.intervention("no_access")
            return _readings(listed, mapping.unreadable(listed, before, no_access=no_access, now=now))
        told = mapping.charger(listed, state, config, scopes=scopes, intervention=_MANIFEST.intervention, now=now)
        return _readings(listed, told)

    async def _get(self, credential: Credential, path: str) -> Any:
        return _accepted(await self._send(credential, "GET", path), failures.at_data)

    async def _send(self, credential: Credential, method: str, path: str, body: Any = None) -> Answer:
        headers = {"authorization": f"Bearer {credential.access_token}"}
        return await self.door.send(method, _HOST, path, headers=headers, json=body)

    async def _forget(self, credential: Credential) -> None:
        """Log out again after a sign-in that led to nothing."""
        with suppress(ConnectorError):
            await self.revoke(credential)

    def _credential(self, answer: Any, before: Credential | None = None) -> Credential:
        tokens = _shaped(answer, _Tokens)
        return Credential(
            access_token=tokens.access_token,
            expires_at=self.door.now() + life_of(tokens.expires_in),
            refresh_token=newest_of(tokens.refresh_token, before),
        )


def _readings(listed: ListedCharger, charger: Charger) -> Sequence[DeviceReading]:
    return [DeviceReading(vendor_device_id=listed.id, document=charger)]


def _accepted(answer: Answer, failure: Callable[[Answer], ConnectorError]) -> Any:
    """The answer's JSON value, or the failure that it is."""
    if answer.status != 200:
        raise failure(answer)
    return json_of(answer)


def _shaped(value: Any, shape: type[T]) -> T:
    try:
        return msgspec.convert(value, type=shape)
    except msgspec.ValidationError as error:
        raise UnexpectedAnswer(f"an answer of another shape: {error}") from None


def _masked(username: str) -> str:
    """Enough of a user name for its owner to know it: `n***@example.com`, `***4567`."""
    name, at, domain = username.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"***{name[-4:]}"
