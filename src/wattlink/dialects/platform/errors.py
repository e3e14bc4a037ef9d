"""Every failure as this API tells it: one table from domain errors to status and problem."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from wattlink.domain import errors
from wattlink.web.bodies import Issue
from wattlink.web.failures import Failures, Told, invalid, told_of
from wattlink.web.openapi import camel

TYPES = "urn:wattlink:problem:"


class FieldIssue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457; `type` is an URN of ours."""

    type: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    title: str
    detail: str
    issues: list[FieldIssue] = []


STATUS: Mapping[type[errors.DomainError], Told] = {
    errors.NotAuthenticated: Told(401, "unauthorized", "Unauthorized", "No, a wrong or an ended token."),
    errors.NotPermitted: Told(403, "forbidden", "Forbidden"),
    errors.NotFound: Told(404, "not-found", "Not Found", "There is no {what} {key} within your reach."),
    errors.InvalidInput: Told(400, "bad-request", "Bad Request"),
    errors.AlreadyExists: Told(409, "already-exists", "Already there"),
    errors.StillInUse: Told(409, "still-in-use", "Still in use"),
    errors.AlreadyLinked: Told(409, "already-linked", "Already linked"),
    errors.NotASandbox: Told(409, "not-a-sandbox", "Not a sandbox"),
    errors.ConnectionsLimitReached: Told(
        403, "connections-limit-reached", "Connections limit reached", "The application may link no further accounts."
    ),
    errors.LinkSessionNotUsable: Told(410, "link-session-not-usable", "Link session can't be used"),
    errors.WrongLinkCode: Told(
        403, "wrong-link-code", "Wrong link code", "The link code, or the secret of the challenge, isn't the one."
    ),
    errors.WrongUser: Told(
        409,
        "link-user-mismatch",
        "Another user",
        "The session was another user's: it is ended, and its access withdrawn.",
    ),
    errors.CommandNotPossible: Told(409, "command-not-possible", "The device can't do this as it is"),
    errors.BoostNotPossible: Told(409, "command-not-possible", "The device can't do this as it is"),
    errors.CursorTooOld: Told(410, "cursor-too-old", "Cursor too old", "The events behind this cursor were dropped."),
    errors.SignInRefused: Told(403, "forbidden", "Forbidden"),
    errors.SignInUnavailable: Told(503, "service-unavailable", "Service Unavailable"),
    errors.Overloaded: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
    errors.TooManyAttempts: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
    errors.WrongPassword: Told(401, "unauthorized", "Unauthorized", "The password isn't the one."),
}


def problem_of(error: errors.DomainError) -> tuple[int, Problem]:
    """The status and the body for a domain error."""
    told = told_of(STATUS, error)
    if isinstance(error, errors.NotFound):
        return told.status, _tell(told, told.detail.format(what=error.what, key=error.key))
    if isinstance(error, errors.InvalidInput):
        return told.status, invalid(_tell, [Issue(_field(error.field), error.problem, error.allowed)])
    return told.status, _tell(told, told.detail.format(error=error))


def _field(name: str) -> str:
    """As it is sent; the names of a vendor's options and hosts are its own."""
    return name if name.startswith(("options.", "hosts.")) else camel(name)


def _tell(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(
        type=TYPES + told.slug,
        title=told.title,
        detail=detail,
        issues=[
            FieldIssue(field=issue.field, message=issue.message, allowed_values=list(issue.allowed)) for issue in issues
        ],
    )


HANDLERS = Failures(problem_of=problem_of, tell=_tell).handlers
