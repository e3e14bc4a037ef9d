"""Reads what an account has, a few requests at a time, so that what fails for one device doesn't fail the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from wattlink.base.log import get_logger
from wattlink.connectors.contract import DeviceReading
from wattlink.connectors.errors import UnexpectedAnswer, VendorUnavailable

Failure = VendorUnavailable | UnexpectedAnswer

_log = get_logger(__name__)


class Subject(NamedTuple):
    """What a vendor is asked about by itself: a car, or a home with all its devices."""

    ask: Callable[[], Awaitable[Sequence[DeviceReading]]] | None  # None: it is known that it tells nothing now
    silent: Callable[[], Sequence[DeviceReading]]  # its devices while it tells nothing: as they were


async def read_several(subjects: Sequence[Subject], *, at_once: int = 4) -> list[DeviceReading]:
    """The readings of all subjects, in their order.

    A subject that fails is silent: the vendor does answer, since it told what the account has. Where several were
    asked and every one fails, or the only one gets an answer without sense, the vendor fails. So it does where it
    speaks of the account or of us: a quota, a registration, a credential.
    """
    gate = asyncio.Semaphore(at_once)
    try:
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(_asked(subject, gate)) for subject in subjects]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    told = [one.result() for one in asking]
    _raise_if_all_failed([answer for subject, answer in zip(subjects, told, strict=True) if subject.ask is not None])
    answers = (
        subject.silent() if isinstance(answer, Failure) else answer
        for subject, answer in zip(subjects, told, strict=True)
    )
    return [reading for answer in answers for reading in answer]


async def _asked(subject: Subject, gate: asyncio.Semaphore) -> Sequence[DeviceReading] | Failure:
    if subject.ask is None:
        return subject.silent()
    async with gate:
        try:
            return await subject.ask()
        except VendorUnavailable as failure:
            if failure.reason != "outage":
                raise
            return failure
        except UnexpectedAnswer as failure:
            return failure


def _raise_if_all_failed(told: Sequence[Sequence[DeviceReading] | Failure]) -> None:
    failures = [answer for answer in told if isinstance(answer, Failure)]
    if failures and len(failures) == len(told) and (len(told) > 1 or isinstance(failures[0], UnexpectedAnswer)):
        raise failures[0]
    for failure in failures:
        _log.warning("a device can't be read", error=str(failure))
