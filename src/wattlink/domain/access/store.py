"""The SQL that statements about what is within reach have in common."""

from typing import Any, LiteralString

from wattlink.domain.access.model import Access

_WITHIN: LiteralString = " = ANY(%(applications)s)"
_IN_ONE: LiteralString = " = %(application_id)s"
_EACH: LiteralString = """
    FROM unnest(%(applications)s::uuid[]) AS reach (application_id) CROSS JOIN LATERAL (
"""


def across(statement: LiteralString, order: LiteralString, shown: LiteralString = "found.*") -> LiteralString:
    """A page of `statement`, which says `application_id = ANY(%(applications)s)`; `order` is by columns that it gives.

    `shown` is what is told of each row, which is called `found`.

    Each application's part is read on its own, so that its index gives the order and nothing is sorted but the page:
    PostgreSQL takes one application in an array for many, and would read and sort them all.
    """
    return (
        "SELECT "
        + shown
        + _EACH
        + statement.replace(_WITHIN, " = reach.application_id")
        + order
        + ") AS found "
        + order
    )


def within(statement: LiteralString, access: Access) -> tuple[LiteralString, dict[str, Any]]:
    """`statement`, which says `application_id = ANY(%(applications)s)`, and the parameters of what is within reach.

    PostgreSQL takes an array for ten applications, and where it is one plans such a statement anew each time, which
    costs several times as much as running it.
    """
    if len(access.applications) == 1:
        return statement.replace(_WITHIN, _IN_ONE), {"application_id": access.application_id}
    return statement, {"applications": list(access.applications)}
