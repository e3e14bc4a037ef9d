"""Several devices are asked at a time, but not too many, and the first word about the account ends it."""

import asyncio
from collections.abc import Sequence

import pytest

from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.errors import CredentialsRejected, Refusal, UnexpectedAnswer, VendorUnavailable
from wattlink.connectors.several import Subject, read_several


class _Vendor:
    """Counts how many requests are under way, and holds them until it is told to answer."""

    def __init__(self) -> None:
        self.under_way = self.most = self.asked = 0
        self.began = asyncio.Semaphore(0)
        self.answers = asyncio.Event()

    async def ask(self) -> Sequence[DeviceReading]:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.began.release()
        try:
            await self.answers.wait()
        finally:
            self.under_way -= 1
        return ()


def _failing(error: Exception) -> Subject:
    async def ask() -> Sequence[DeviceReading]:
        raise error

    return Subject(ask, tuple)


async def test_a_few_at_a_time_and_all_in_the_end() -> None:
    vendor = _Vendor()
    reading = asyncio.create_task(read_several([Subject(vendor.ask, tuple)] * 10, at_once=3))
    for _ in range(3):
        await vendor.began.acquire()
    vendor.answers.set()
    assert await reading == []
    assert (vendor.most, vendor.asked, vendor.under_way) == (3, 10, 0)


@pytest.mark.parametrize(
    "error",
    [
        CredentialsRejected(Refusal.ACCESS_EXPIRED),
        VendorUnavailable("", reason="quota"),
        VendorUnavailable("", reason="registration"),
    ],
)
async def test_a_word_about_the_account_ends_the_other_requests(error: Exception) -> None:
    vendor = _Vendor()
    with pytest.raises(type(error)) as raised:
        await read_several([Subject(vendor.ask, tuple), _failing(error), Subject(vendor.ask, tuple)])
    assert raised.value is error
    assert vendor.under_way == 0


async def test_no_sense_in_the_only_answer_is_no_device_out_of_reach() -> None:
    with pytest.raises(UnexpectedAnswer):
        await read_several([_failing(UnexpectedAnswer("")), Subject(None, tuple)])
    assert await read_several([_failing(VendorUnavailable("")), Subject(None, tuple)]) == []


async def test_a_visit_that_is_cut_off_leaves_no_request_behind() -> None:
    vendor = _Vendor()
    reading = asyncio.create_task(read_several([Subject(vendor.ask, tuple)] * 2))
    for _ in range(2):
        await vendor.began.acquire()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert vendor.under_way == 0
