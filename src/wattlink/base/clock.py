"""The time of day, as a dependency: tests hold it still, sandboxes shift it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def moment_of(value: Any) -> datetime | None:
    """What an ISO 8601 text with an offset says, in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def rfc3339(moment: datetime) -> str:
    """`2026-11-21T08:30:00.000Z`: UTC with milliseconds, the form of every API answer."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"
