"""Tesla over its Fleet API: sign-in by redirect, rotating refresh tokens, cars that may sleep.

Tesla takes no password from us. Its simulator does, by an authentication API of the sandbox's only.
"""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from wattlink.connectors.commands import Command, SetMaxCurrent, SetOperationMode, StartCharging, StopCharging
from wattlink.connectors.contract import Connector, Credential, DeviceReading, Grant, SignInAnswer, SignInRequest
from wattlink.connectors.devices import Document, Kind
from wattlink.connectors.errors import (
    CommandRefusal,
    CommandRefused,
    ConnectorError,
    CredentialsRejected,
    Refusal,
    UnexpectedAnswer,
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
from wattlink.connectors.several import read_several
from wattlink.connectors.vendors.tesla.capabilities import Inquiry, Rights
from wattlink.connectors.vendors.tesla.cars import reading as cars
from wattlink.connectors.vendors.tesla.cars.commands import tell_car
from wattlink.connectors.vendors.tesla.energy import reading as energy
from wattlink.connectors.vendors.tesla.energy.commands import set_operation_mode
from wattlink.connectors.vendors.tesla.energy.site import KINDS as ENERGY_KINDS
from wattlink.connectors.vendors.tesla.fleet import REGIONS, Fleet, error_text, raise_error

_SIGN_IN_SCOPES = ("openid", "offline_access")  # who it is, and a refresh token
_DEAD = {"login_required", "invalid_grant", "invalid_auth_code", "invalid_token"}
_TOKEN, _SANDBOX_SIGN_IN = ("token", "/oauth2/v3/token"), ("auth", "/sandbox/sign-in")  # host and path


class TeslaConnector(Connector):
    """One registration at Tesla."""

    def sign_in_address(self, request: SignInRequest) -> str:
        """Tesla's sign-in page, which asks again for what was left out another time."""
        query = authorization_query(
            self.registration.client_id,
            request,
            " ".join([*_SIGN_IN_SCOPES, *_vendor_scopes(request.scopes)]),
            prompt="login",
            prompt_missing_scopes="true",
            locale=request.language,
        )
        return self.door.address("auth", "/oauth2/v3/authorize", query)

    async def exchange(self, answer: SignInAnswer) -> Grant:
        """Trade the code for tokens, and find the region that keeps the account."""
        form = code_form(
            self.registration.client_id,
            answer,
            client_secret=self.registration.client_secret,
            audience=self.door.address("api_na", "/").rstrip("/"),
        )
        return await self._grant(await self._tokens(form), answer.scopes)

    async def sign_in(self, username: str, password: str, scopes: frozenset[str]) -> Grant:
        """Sign in at the simulator; the real vendor has nothing at this address."""
        form = {
            "client_id": self.registration.client_id,
            "client_secret": self.registration.client_secret,
            "username": username,
            "password": password,
            "scope": " ".join([*_SIGN_IN_SCOPES, *_vendor_scopes(scopes)]),
        }
        return await self._grant(await self._tokens(form, at=_SANDBOX_SIGN_IN), scopes)

    async def _grant(self, tokens: Mapping[str, Any], scopes: frozenset[str]) -> Grant:
        credential = credential_of(tokens, self.door.now())
        claims = claims_of(credential.access_token)
        if not isinstance(claims.get("sub"), str):
            with contextlib.suppress(ConnectorError):
                await self.revoke(credential)
            raise UnexpectedAnswer("an access token that doesn't say whose it is")
        extra = {"asked": " ".join(sorted(scopes)), **await self._region(credential)}
        return Grant(
            credential=msgspec.structs.replace(credential, extra=extra),
            subject=claims["sub"],
            scopes=_granted(scopes, claims),
        )

    async def refresh(self, credential: Credential) -> Credential:
        """Trade the single-use refresh token for the next one."""
        tokens = await self._tokens(refresh_form(self.registration.client_id, credential))
        fresh = credential_of(tokens, self.door.now(), before=credential)
        region = str(claims_of(fresh.access_token).get("ou_code", "")).lower()
        return msgspec.structs.replace(fresh, extra={**fresh.extra, "region": region}) if region in REGIONS else fresh

    async def read(
        self, credential: Credential, kinds: frozenset[Kind], scopes: frozenset[str], last: Mapping[str, Document]
    ) -> Sequence[DeviceReading]:
        """The account's cars, and its homes with their batteries, inverters and meters: each is asked by itself."""
        if not kinds & {Kind.VEHICLE, *ENERGY_KINDS}:
            return ()
        asked = frozenset(credential.extra.get("asked", "").split()) or scopes
        rights = Rights(asked=asked, granted=_granted(scopes, claims_of(credential.access_token)))
        inquiry = Inquiry(kinds=kinds, rights=rights, last=last, now=self.door.now())
        fleet = Fleet(self.door, credential.access_token, credential.extra.get("region"))
        products = await fleet.products()
        homes = energy.subjects(fleet, products, inquiry)
        return await read_several([*await cars.subjects(fleet, products, inquiry), *homes])

    async def send(self, credential: Credential, vendor_device_id: str, command: Command, document: Document) -> None:  # noqa: ARG002
        """Tell a battery what to aim at, or a car to charge or not."""
        fleet = Fleet(self.door, credential.access_token, credential.extra.get("region"))
        match command:
            case SetOperationMode():
                await set_operation_mode(fleet, vendor_device_id, command)
            case StartCharging() | StopCharging() | SetMaxCurrent():
                await tell_car(fleet, vendor_device_id, command)
            case _:
                raise CommandRefused(CommandRefusal.PRECONDITION, f"{type(command).__name__} can't be sent")

    async def revoke(self, credential: Credential) -> None:
        """Withdraw the grant with its refresh token."""
        form = revocation_form(self.registration.client_id, credential, client_secret=self.registration.client_secret)
        answer = await self.door.send("POST", "auth", "/oauth2/v3/revoke", form=form)
        dead_already = answer.status in (400, 401) and error_text(answer) in _DEAD
        if answer.status != 200 and not dead_already:
            raise_error(answer)

    def pairing_address(self, vendor_device_id: str) -> str | None:  # noqa: ARG002
        """The page that opens the Tesla app to add our key; Tesla asks there which car."""
        domain = self.registration.options.get("domain")
        return self.door.address("www", f"/_ak/{quote(domain, safe='')}") if domain else None

    async def _tokens(self, form: Mapping[str, str], *, at: tuple[str, str] = _TOKEN) -> Mapping[str, Any]:
        answer = await self.door.send("POST", *at, form=form)
        if answer.status == 429 or answer.status >= 500:
            raise_error(answer)  # whatever its body says, the token may be good
        try:
            return tokens_of(answer)
        except TokenRefused as refused:
            if at == _SANDBOX_SIGN_IN and refused.error == "invalid_credentials":
                raise CredentialsRejected(Refusal.WRONG_CREDENTIALS, str(refused)) from None
            if refused.error in _DEAD:
                raise CredentialsRejected(Refusal.REVOKED, str(refused)) from None
            if answer.status == 423:
                raise CredentialsRejected(Refusal.ACCOUNT_LOCKED, str(refused)) from None
            raise_error(answer)

    async def _region(self, credential: Credential) -> dict[str, str]:
        # Reading finds the region too, so a fresh grant isn't thrown away when the vendor can't tell it now.
        with contextlib.suppress(ConnectorError):
            return {"region": await Fleet(self.door, credential.access_token, None).region()}
        return {}


def _vendor_scopes(scopes: frozenset[str]) -> list[str]:
    offered = manifests()["tesla"].scopes
    return list(dict.fromkeys(theirs for ours, group in offered.items() if ours in scopes for theirs in group))


def _granted(scopes: frozenset[str], claims: Mapping[str, Any]) -> frozenset[str]:
    """Those of our scopes that an access token carries; all of them where it doesn't say."""
    offered = manifests()["tesla"].scopes
    carried = claims.get("scp")
    return frozenset(
        scope
        for scope in scopes & set(offered)
        if not isinstance(carried, list) or all(theirs in carried for theirs in offered[scope])
    )
