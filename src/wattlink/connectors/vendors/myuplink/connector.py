"""myUplink: sign-in by redirect with an optional right to change settings, heat pumps read by points and zones."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from wattlink.connectors.commands import Command
from wattlink.connectors.contract import Connector, Credential, DeviceReading, Grant, SignInAnswer, SignInRequest
from wattlink.connectors.devices import Document, Hvac, Kind
from wattlink.connectors.door import json_of
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
    VendorUnavailable,
)
from wattlink.connectors.oauth2 import (
    TokenRefused,
    authorization_query,
    claims_of,
    code_form,
    credential_of,
    refresh_form,
    revocation_form,
    tokens_of,
)
from wattlink.connectors.registry import manifests
from wattlink.connectors.several import Subject, read_several
from wattlink.connectors.vendors.myuplink.capabilities import CONTROL, Permits, granted, rights_of, was_unpaid
from wattlink.connectors.vendors.myuplink.cloud import HOST, Cloud, Listed, failure
from wattlink.connectors.vendors.myuplink.mapping import heat_pump, silent_pump
from wattlink.connectors.vendors.myuplink.points import Points
from wattlink.connectors.vendors.myuplink.thermostat import may_have_zones, thermostat_of, zone_of

_DISCOVERY = "/.well-known/openid-configuration"
_DEAD = {"invalid_grant"}
_OUR_FAULT = {"invalid_client", "unauthorized_client"}


class MyUplinkConnector(Connector):
    """One registration at myUplink."""

    def sign_in_address(self, request: SignInRequest) -> str:
        """myUplink's sign-in page, on which the right to change settings may be left out."""
        query = authorization_query(self.registration.client_id, request, _vendor_scopes(request.scopes))
        return self.door.address(HOST, "/oauth/authorize", query)

    async def exchange(self, answer: SignInAnswer) -> Grant:
        """Trade the code for tokens; the answer says what the user granted."""
        form = code_form(self.registration.client_id, answer, client_secret=self.registration.client_secret)
        tokens = await self._tokens(form)
        credential = credential_of(tokens, self.door.now())
        subject = claims_of(credential.access_token).get("sub")
        if not isinstance(subject, str) or not subject:
            with contextlib.suppress(ConnectorError):
                await self.revoke(credential)
            raise UnexpectedAnswer("an access token that doesn't say whose it is")
        extra = {"asked": " ".join(sorted(answer.scopes)), **_told_scopes(tokens)}
        return Grant(
            credential=msgspec.structs.replace(credential, extra=extra),
            subject=subject,
            scopes=granted(answer.scopes, extra.get("granted")),
        )

    async def refresh(self, credential: Credential) -> Credential:
        """Trade the refresh token for fresh tokens; where the answer brings no new one, the old one is kept."""
        form = refresh_form(self.registration.client_id, credential, client_secret=self.registration.client_secret)
        tokens = await self._tokens(form)
        fresh = credential_of(tokens, self.door.now(), before=credential)
        return msgspec.structs.replace(fresh, extra={**fresh.extra, **_told_scopes(tokens)})

    async def read(
        self, credential: Credential, kinds: frozenset[Kind], scopes: frozenset[str], last: Mapping[str, Document]
    ) -> Sequence[DeviceReading]:
        """The account's heat pumps; devices that heat nothing but water are passed over."""
        if Kind.HVAC not in kinds:
            return ()
        cloud, rights = Cloud(self.door, credential.access_token), rights_of(credential, scopes)
        subjects: dict[str, Subject] = {}
        for system in await cloud.systems():
            may_manage = await cloud.may_manage(system.system_id) if CONTROL in rights.granted else None
            for listed in system.devices:
                known = last.get(listed.device_id)
                before = known if isinstance(known, Hvac) else None
                unpaid = may_manage is None and before is not None and was_unpaid(before.capabilities)
                permits = Permits(rights, False if unpaid else may_manage)
                subjects[listed.device_id] = self._subject(cloud, listed, before, permits, is_first=not last)
        return await read_several(list(subjects.values()))

    async def send(self, credential: Credential, vendor_device_id: str, command: Command, document: Document) -> None:  # noqa: ARG002
        """Change the zone, or the points, after a look at which of them the device has."""
        cloud = Cloud(self.door, credential.access_token)
        points = await cloud.points(vendor_device_id)
        if points is None:
            raise CommandRefused(CommandRefusal.NOT_FOUND, "The heat pump left the myUplink account.")
        zone = zone_of(await _zones(cloud, vendor_device_id, points))
        thermostat = thermostat_of(points, zone, has_room_sensor=True)
        if thermostat is None:
            raise CommandRefused(CommandRefusal.PRECONDITION, "The heat pump has no temperature that can be set.")
        if thermostat.zone_id is None:
            await cloud.change_points(vendor_device_id, thermostat.point_changes(command))
        else:
            await cloud.change_zone(vendor_device_id, thermostat.zone_id, thermostat.zone_changes(command))

    async def revoke(self, credential: Credential) -> None:
        """Withdraw the refresh token, if the vendor's description of its endpoints names one for that."""
        path = await self._revocation_path()
        if path is None:
            return
        form = revocation_form(self.registration.client_id, credential, client_secret=self.registration.client_secret)
        answer = await self.door.send("POST", HOST, path, form=form)
        if answer.status != 200:
            raise _refused(answer.status, "") if answer.status in (400, 401) else failure(answer)

    async def _revocation_path(self) -> str | None:
        answer = await self.door.send("GET", HOST, _DISCOVERY)
        if answer.status != 200:
            raise failure(answer)
        told = json_of(answer)
        if not isinstance(told, dict) or not isinstance(told.get("token_endpoint"), str):
            raise UnexpectedAnswer("a description of endpoints without the token endpoint")
        endpoint = told.get("revocation_endpoint")
        if endpoint is None:
            return None
        base = self.door.address(HOST, "/")
        if not isinstance(endpoint, str) or not endpoint.startswith(base):
            raise UnexpectedAnswer("an endpoint for revocations on another host")
        return "/" + urlsplit(endpoint.removeprefix(base)).path.lstrip("/")

    async def _tokens(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        answer = await self.door.send("POST", HOST, "/oauth/token", form=form)
        if answer.status == 429 or answer.status >= 500:
            raise failure(answer)  # whatever its body says, the token may be good
        try:
            return tokens_of(answer)
        except TokenRefused as refused:
            if refused.error in _DEAD:
                raise CredentialsRejected(Refusal.REVOKED, str(refused)) from None
            raise _refused(answer.status, refused.error) from None

    def _subject(
        self, cloud: Cloud, listed: Listed, before: Hvac | None, permits: Permits, *, is_first: bool
    ) -> Subject:
        async def ask() -> Sequence[DeviceReading]:
            points = await cloud.points(listed.device_id)
            zone = zone_of(await _zones(cloud, listed.device_id, points)) if points is not None else None
            pump = heat_pump(listed, points, zone, permits, self.door.now()) if points is not None else None
            return [_reading(listed, pump)] if pump is not None else silent(before)

        def silent(known: Hvac | None) -> Sequence[DeviceReading]:
            return [_reading(listed, silent_pump(known, permits))] if known is not None else []

        def failed() -> Sequence[DeviceReading]:
            if is_first:  # whether there is a heat pump isn't known yet, and "none" would be wrong
                raise VendorUnavailable("a device that nobody saw yet can't be read")
            return silent(before)

        return Subject(ask=None if before is not None and not listed.is_connected else ask, silent=failed)


def _reading(listed: Listed, pump: Hvac) -> DeviceReading:
    return DeviceReading(vendor_device_id=listed.device_id, document=pump)


async def _zones(cloud: Cloud, device_id: str, points: Points) -> Sequence[Mapping[str, Any]]:
    return await cloud.zones(device_id) if may_have_zones(points) else ()


def _refused(status: int, error: str) -> ConnectorError:
    if error in _OUR_FAULT or status == 401:
        return VendorUnavailable(f"status {status} {error[:100]}", reason="registration")
    return UnexpectedAnswer(f"status {status} {error[:100]}")


def _vendor_scopes(scopes: frozenset[str]) -> str:
    offered = manifests()["myuplink"].scopes
    asked = dict.fromkeys(theirs for ours, group in offered.items() if ours in scopes for theirs in group)
    return " ".join([*asked, "offline_access"])


def _told_scopes(tokens: Mapping[str, Any]) -> dict[str, str]:
    """What the vendor says that was granted, to be kept; nothing where it doesn't say."""
    told = tokens.get("scope")
    if isinstance(told, str):
        return {"granted": told}
    if isinstance(told, list) and all(isinstance(scope, str) for scope in told):
        return {"granted": " ".join(told)}
    return {}
