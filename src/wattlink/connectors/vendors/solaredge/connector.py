"""SolarEdge's monitoring API: a site's ID and an API key, inverters one by one. There is nothing to control."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from wattlink.base.outbound import Answer
from wattlink.connectors.contract import Connector, Credential, DeviceReading, Grant
from wattlink.connectors.devices import Document, Inverter, Kind
from wattlink.connectors.door import json_of
from wattlink.connectors.errors import ConnectorError, CredentialsRejected, Refusal, UnexpectedAnswer
from wattlink.connectors.registry import manifest_of
from wattlink.connectors.several import Subject, read_several
from wattlink.connectors.vendors.solaredge import failures, mapping
from wattlink.connectors.vendors.solaredge.mapping import Listed, Site

_HOST = "api"
_AT_ONCE = 3  # more are refused
_LOOK_BACK = timedelta(days=1)
_ASKED_AGAIN = timedelta(days=1)  # whether the key is still good; a key has no end of its own
_MANIFEST = manifest_of("solaredge")


class SolarEdgeConnector(Connector):
    """Inverters of a site."""

    async def sign_in(self, username: str, password: str, scopes: frozenset[str]) -> Grant:
        """Look at the site with the key; the site is the login."""
        site_id, key = username.strip(), password.strip()
        if not site_id.strip("."):  # a step up in the path, and nobody's site
            raise CredentialsRejected(Refusal.WRONG_CREDENTIALS)
        return Grant(
            credential=await self._looked_at(site_id, key, failures.at_sign_in),
            subject=site_id,
            label=f"***{site_id[-4:]}",
            scopes=scopes & _MANIFEST.scopes.keys(),
        )

    async def refresh(self, credential: Credential) -> Credential:
        """The same key, with what the site says of itself now; its refusal is the end of the key."""
        return await self._looked_at(credential.extra["site"], credential.access_token, failures.at_renewal)

    async def read(
        self, credential: Credential, kinds: frozenset[Kind], scopes: frozenset[str], last: Mapping[str, Document]
    ) -> Sequence[DeviceReading]:
        """Every inverter of the site."""
        if Kind.INVERTER not in kinds or "inverter:read:data" not in scopes:
            return []
        path = f"/site/{_quoted(credential.extra['site'])}/inventory"
        listed = mapping.listed_of(await self._get(credential.access_token, path, failures.at_data), last)
        return await read_several(
            [self._subject(credential, entry, last.get(entry.serial)) for entry in listed], at_once=_AT_ONCE
        )

    async def revoke(self, credential: Credential) -> None:
        """SolarEdge knows no way to give a key back: it is destroyed here, and its owner may delete it there."""

    def _subject(self, credential: Credential, listed: Listed, last: Document | None) -> Subject:
        before = last if isinstance(last, Inverter) else None
        site = _site_in(credential)
        return Subject(
            partial(self._ask, credential, listed, before),
            lambda: [_reading(listed, mapping.silent(listed, site, before, now=self.door.now()))],
        )

    async def _ask(self, credential: Credential, listed: Listed, before: Inverter | None) -> Sequence[DeviceReading]:
        site, now = _site_in(credential), self.door.now()
        zone = mapping.zone_of(site.zone)
        path = f"/equipment/{_quoted(credential.extra['site'])}/{_quoted(listed.serial)}/data"
        query = {"startTime": mapping.written(now - _LOOK_BACK, zone), "endTime": mapping.written(now, zone)}
        told = await self._get(credential.access_token, path, failures.at_data, query)
        latest = mapping.latest_of(told, zone)
        if latest is None:
            return [_reading(listed, mapping.silent(listed, site, before, now=now))]
        return [_reading(listed, mapping.inverter(listed, site, latest, before, now=now))]

    async def _looked_at(self, site_id: str, key: str, failure: Callable[[Answer], ConnectorError]) -> Credential:
        site = mapping.site_of(await self._get(key, f"/site/{_quoted(site_id)}/details", failure))
        known = {"site": site_id, "name": site.name, "zone": site.zone or "", "installed": site.installed}
        return Credential(access_token=key, expires_at=self.door.now() + _ASKED_AGAIN, extra=known)

    async def _get(
        self,
        key: str,
        path: str,
        failure: Callable[[Answer], ConnectorError],
        query: Mapping[str, str] | None = None,
    ) -> Any:
        answer = await self.door.send("GET", _HOST, path, query={**(query or {}), "api_key": key})
        if answer.status != 200:
            raise failure(answer)
        return json_of(answer)


def _site_in(credential: Credential) -> Site:
    try:
        return msgspec.convert({**credential.extra, "zone": credential.extra["zone"] or None}, type=Site)
    except (KeyError, msgspec.ValidationError):
        raise UnexpectedAnswer("a credential of another shape") from None


def _reading(listed: Listed, document: Inverter) -> DeviceReading:
    return DeviceReading(vendor_device_id=listed.serial, document=document)


def _quoted(part: str) -> str:
    """An ID that a user typed, or the vendor told, as one part of a path."""
    return quote(part, safe="")
