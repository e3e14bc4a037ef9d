"""When a vendor wants to be asked again, in the ways in which it may be said."""

import pytest

from wattlink.base.outbound import Answer
from wattlink.connectors.door import retry_after

_DATE = {"date": "Mon, 02 Mar 2026 18:30:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "37"}, 37),
        ({"retry-after": " 37 "}, 37),
        ({"ratelimit-reset": "12"}, 12),
        ({"retry-after": "soon", "ratelimit-reset": "12"}, 12),
        (_DATE | {"retry-after": "Mon, 02 Mar 2026 18:31:30 GMT"}, 90),
        (_DATE | {"retry-after": "Mon, 02 Mar 2026 18:00:00 GMT"}, 0),
        (_DATE | {"retry-after": "Mon, 02 Mar 2026 18:31:30"}, None),  # of no zone
        ({"retry-after": "Mon, 02 Mar 2026 18:31:30 GMT"}, None),
        (_DATE | {"retry-after": "-5"}, None),
        (_DATE, None),
    ],
)
def test_when_a_vendor_wants_to_be_asked_again(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(Answer(429, headers, b""), "ratelimit-reset") == seconds
