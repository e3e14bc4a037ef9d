"""The simulated vendors: what their devices can be told to be, what can go wrong, and what they were asked."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import FromQuery, JSONBody, QueryParameter

from wattlink.base.clock import rfc3339
from wattlink.connectors.devices import Kind
from wattlink.connectors.registry import clouds, simulator
from wattlink.connectors.simulated_words import MEANINGS, Word
from wattlink.connectors.simulation import Fault
from wattlink.sandbox.api.accounts import keeper_of, vendor_meant
from wattlink.sandbox.api.wire import Answer, FaultName, Payload, Timestamp
from wattlink.web.call import Call


class WordResponse(Answer):
    """What a word of a device's state means and takes."""

    meaning: str
    type: str
    minimum: float | None
    maximum: float | None
    choices: list[str]


class VendorResponse(Answer):
    """A simulated vendor: how its users sign in, and the words of its devices by their kind."""

    vendor: str
    name: str
    sign_in: str
    kinds: dict[Kind, dict[str, WordResponse]]
    faults: list[str]


class VendorList(Answer):
    data: list[VendorResponse]


class VendorFaults(Payload):
    """The faults of the application's accounts at the vendor, beside their own; a whole list."""

    faults: list[FaultName]


class FaultsResponse(Answer):
    vendor: str
    faults: list[str]


class RequestResponse(Answer):
    """What a simulated vendor was asked for one of the application's accounts. Holds no secret."""

    number: int
    at: Timestamp
    vendor: str
    host: str
    method: str
    path: str
    username: str | None
    status: int


class RequestList(Answer):
    data: list[RequestResponse]


class _Seen(msgspec.Struct, frozen=True):
    number: int
    at: datetime
    vendor: str
    host: str
    method: str
    path: str
    account: str | None
    status: int


After = Annotated[int, QueryParameter(name="after", ge=0, description="Only requests with a higher number.")]


async def list_vendors(request: Call) -> VendorList:  # noqa: ARG001 - it depends on nothing but what is installed
    """The simulated vendors."""
    return VendorList(data=[_vendor(vendor) for vendor in clouds()])


async def set_vendor_faults(request: Call, data: JSONBody[VendorFaults]) -> FaultsResponse:
    """Make something go wrong for every account of the application's at one vendor, until told otherwise."""
    vendor = vendor_meant(request.path_params["vendor"])
    await keeper_of(request).set_vendor_faults(vendor, data.faults)
    return FaultsResponse(vendor=vendor, faults=data.faults)


async def list_requests(request: Call, vendor: FromQuery[str | None] = None, after: After = 0) -> RequestList:
    """What the simulated vendors were asked lately, oldest first."""
    meant = None if vendor is None else vendor_meant(vendor)
    found = msgspec.convert(await keeper_of(request).requests(after, meant), list[_Seen])
    return RequestList(
        data=[
            RequestResponse(
                number=one.number,
                at=rfc3339(one.at),
                vendor=one.vendor,
                host=one.host,
                method=one.method,
                path=one.path,
                username=one.account,
                status=one.status,
            )
            for one in found
        ]
    )


def _vendor(vendor: str) -> VendorResponse:
    manifest = clouds()[vendor]
    return VendorResponse(
        vendor=vendor,
        name=manifest.name,
        sign_in=manifest.sign_in.way,
        kinds={
            kind: {name: _word(name, word) for name, word in words.items()}
            for kind, words in simulator(vendor).WORDS.items()
        },
        faults=[fault.value for fault in Fault],
    )


def _word(name: str, word: Word) -> WordResponse:
    return WordResponse(
        meaning=MEANINGS[name],
        type=word.type,
        minimum=word.minimum,
        maximum=word.maximum,
        choices=list(word.choices),
    )
