"""The requests to the Fleet API and what its answers mean, the body read before the status."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, NoReturn
from urllib.parse import quote

from wattlink.base.outbound import Answer
from wattlink.connectors.door import VendorDoor, json_of, retry_after
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable

REGIONS = ("na", "eu", "cn")  # the manifest's hosts are named `api_` and one of these
_PAGE_SIZE = 100
_MOST_PAGES = 50
_OUR_FAULT = {"invalid_client", "unauthorized_client"}
_ONE_DEVICE_ONLY = {"unsupported vehicle", "vehicle is not available", "not_found"}


class Trouble(StrEnum):
    """What keeps one car or home from answering, which says nothing of the account."""

    ASLEEP = "asleep"
    MOBILE_ACCESS_OFF = "mobile_access_off"
    PERMISSION_MISSING = "permission_missing"
    UNREACHABLE = "unreachable"


class Fleet:
    """The Fleet API for one account, during one visit."""

    def __init__(self, door: VendorDoor, access_token: str, region: str | None) -> None:
        self._door = door
        self._headers = {"authorization": f"Bearer {access_token}"}
        self._region = region if region in REGIONS else None

    async def region(self) -> str:
        """The name of the region that keeps this account. The address that an answer also names isn't looked at.

        A region in which our registration isn't known says so (412); the account may be kept in another.
        """
        stranger = None
        for region in REGIONS:
            answer = await self._door.send("GET", f"api_{region}", "/api/1/users/region", headers=self._headers)
            if answer.status in (412, 421):
                stranger = answer if answer.status == 412 else stranger
                continue
            told = response_of(answer)
            name = told.get("region") if isinstance(told, dict) else None
            if name not in REGIONS:
                raise UnexpectedAnswer("the account's region has a name that we don't know")
            return str(name)
        if stranger is not None:
            raise_error(stranger)
        raise UnexpectedAnswer("no region keeps this account")

    async def products(self) -> Sequence[Mapping[str, Any]] | Trouble:
        """Everything in the account, cars and energy sites, without waking anything."""
        entries: list[Mapping[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            query = {"page": str(page), "per_page": str(_PAGE_SIZE)}
            answer = await self._ask("GET", "/api/1/products", query=query)
            if trouble_of(answer) is Trouble.PERMISSION_MISSING:
                return Trouble.PERMISSION_MISSING
            told = response_of(answer)
            if not isinstance(told, list) or not all(isinstance(entry, dict) for entry in told):
                raise UnexpectedAnswer("the list of products isn't a list of objects")
            entries += told
            pagination = json_of(answer).get("pagination")
            if not isinstance(pagination, dict) or not pagination.get("next"):
                return entries
        raise UnexpectedAnswer(f"more than {_MOST_PAGES} pages of products")

    async def vehicle_data(self, vin: str, *, with_location: bool) -> Mapping[str, Any] | Trouble:
        """A car's data; a car that sleeps isn't woken."""
        endpoints = ["charge_state", "drive_state", "vehicle_config", "vehicle_state"]
        endpoints += ["location_data"] if with_location else []
        path = f"/api/1/vehicles/{quote(vin, safe='')}/vehicle_data"
        return _object_in(await self._ask("GET", path, query={"endpoints": ";".join(endpoints)}))

    async def fleet_status(self, vins: Sequence[str]) -> Mapping[str, Any] | Trouble:
        """Which of these cars hold our key, and which need it."""
        return _object_in(await self._ask("POST", "/api/1/vehicles/fleet_status", json={"vins": list(vins)}))

    async def command(self, vin: str, name: str, body: Mapping[str, Any]) -> Answer:
        """Tell a car something; what the answer means is the caller's to say."""
        return await self._ask("POST", f"/api/1/vehicles/{quote(vin, safe='')}/command/{name}", json=dict(body))

    async def wake(self, vin: str) -> Answer:
        """Wake a car, which takes it up to a minute."""
        return await self._ask("POST", f"/api/1/vehicles/{quote(vin, safe='')}/wake_up", json={})

    async def energy_site(self, site_id: str, what: Literal["live_status", "site_info"]) -> Mapping[str, Any] | Trouble:
        """What a home's power does now, or how its devices are set up."""
        return _object_in(await self._ask("GET", f"/api/1/energy_sites/{quote(site_id, safe='')}/{what}"))

    async def set_up_site(self, site_id: str, what: Literal["operation"], settings: Mapping[str, Any]) -> Answer:
        """Change how a home's devices are set up; what the answer means is the caller's to say."""
        return await self._ask("POST", f"/api/1/energy_sites/{quote(site_id, safe='')}/{what}", json=settings)

    async def _ask(self, method: str, path: str, *, query: Mapping[str, str] | None = None, json: Any = None) -> Answer:
        """Ask in the account's region; where the vendor says that it is another one, find that one and ask there."""
        asked_first = self._region or await self.region()
        self._region = asked_first
        answer = await self._door.send(
            method, f"api_{asked_first}", path, query=query, headers=self._headers, json=json
        )
        if answer.status != 421:
            return answer
        self._region = await self.region()
        return await self._door.send(method, f"api_{self._region}", path, query=query, headers=self._headers, json=json)


def error_text(answer: Answer) -> str:
    """The vendor's own words, in lower case; empty where the body isn't its error envelope."""
    try:
        body = json_of(answer)
    except UnexpectedAnswer:
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    return error.lower() if isinstance(error, str) else ""


def trouble_of(answer: Answer) -> Trouble | None:
    """What an answer says of one car or home; None where it speaks of anything else."""
    text = error_text(answer)
    if "mobile_access_disabled" in text:
        return Trouble.MOBILE_ACCESS_OFF
    if "missing scopes" in text or "invalid_scope" in text:
        return Trouble.PERMISSION_MISSING
    if answer.status == 408:
        return Trouble.ASLEEP
    if answer.status == 540 or any(words in text for words in _ONE_DEVICE_ONLY):
        return Trouble.UNREACHABLE
    return None


def response_of(answer: Answer) -> Any:
    """The value inside a good answer's envelope; raises what a bad one means."""
    if answer.status == 401 and error_text(answer) not in _OUR_FAULT:
        raise CredentialsRejected(Refusal.ACCESS_EXPIRED, error_text(answer)[:200])
    if answer.status != 200:
        raise_error(answer)
    body = json_of(answer)
    if not isinstance(body, dict) or body.get("response") is None:
        raise UnexpectedAnswer("an answer without the usual envelope")
    return body["response"]


def _object_in(answer: Answer) -> Mapping[str, Any] | Trouble:
    """The object that a good answer holds, or what keeps one device from answering."""
    trouble = trouble_of(answer)
    if trouble is not None:
        return trouble
    told = response_of(answer)
    if not isinstance(told, dict):
        raise UnexpectedAnswer("an answer that isn't an object")
    return told


def raise_error(answer: Answer) -> NoReturn:
    """Raise what an answer means that neither speaks of one car nor of the user's credentials."""
    text, status = error_text(answer), answer.status
    detail = f"status {status} {text[:200]}"
    if text in _OUR_FAULT or status == 412:
        raise VendorUnavailable(detail, reason="registration")
    if status == 429:
        raise VendorUnavailable(detail, reason="quota", retry_after=retry_after(answer, "ratelimit-reset"))
    if status == 408 or status >= 500:
        raise VendorUnavailable(detail, retry_after=retry_after(answer, "ratelimit-reset"))
    raise UnexpectedAnswer(detail)


def block(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an answer; empty where it is missing or no object."""
    inner = data.get(name)
    return inner if isinstance(inner, dict) else {}
