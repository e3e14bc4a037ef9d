"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Call it for the time; it is half past six on an evening in March at first."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Move on, by what timedelta takes: `forward(minutes=5)`."""
        self.now += timedelta(**time)


YEAR = 31_536_000
"""Seconds: of tokens in stories whose clock is moved on; that theirs end is a story of its own."""
