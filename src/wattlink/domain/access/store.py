"""The SQL that every paged list has in common."""

from typing import LiteralString

_WITHIN: LiteralString = " = ANY(%(applications)s)"
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
