"""Every failure as this API tells it: the problems of `/platform`, by a table of our own."""

from collections.abc import Mapping, Sequence

import msgspec
from litestar.types import ExceptionHandlersMap

from wattlink.base.outbound import OutboundError
from wattlink.domain import errors
from wattlink.web.bodies import Issue
from wattlink.web.failures import Failures, Told, invalid, told_of

_TYPES = "urn:wattlink:problem:"


class FieldIssue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457; `type` is an URN of ours."""

    type: str
    title: str
    detail: str
    issues: list[FieldIssue] = []


STATUS: Mapping[type[errors.DomainError], Told] = {
    errors.NotAuthenticated: Told(401, "unauthorized", "Unauthorized"),
    errors.NotPermitted: Told(403, "forbidden", "Forbidden"),
    errors.ConnectionsLimitReached: Told(403, "connections-limit-reached", "Connections limit reached"),
    errors.NotFound: Told(404, "not-found", "Not Found"),
    errors.InvalidInput: Told(400, "bad-request", "Bad Request"),
    errors.AlreadyExists: Told(409, "already-exists", "Already there"),
    errors.NotASandbox: Told(409, "not-a-sandbox", "Not a sandbox"),
    errors.LinkSessionNotUsable: Told(410, "link-session-not-usable", "Link session can't be used"),
    errors.Overloaded: Told(429, "too-many-requests", "Too Many Requests"),
    errors.DomainError: Told(409, "not-possible", "Not possible"),  # what no verb of ours raises today
}


def problem_of(error: errors.DomainError) -> tuple[int, Problem]:
    """The status and the body for a domain error."""
    told = told_of(STATUS, error)
    if isinstance(error, errors.InvalidInput):
        return told.status, invalid(_tell, [Issue(error.field, error.problem, error.allowed)])
    return told.status, _tell(told, str(error) or told.title)


def _tell(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(
        type=_TYPES + told.slug,
        title=told.title,
        detail=detail,
        issues=[
            FieldIssue(field=issue.field, message=issue.message, allowed_values=list(issue.allowed)) for issue in issues
        ],
    )


_FAILURES = Failures(problem_of=problem_of, tell=_tell)

HANDLERS: ExceptionHandlersMap = {**_FAILURES.handlers, OutboundError: _FAILURES.unavailable("sandbox")}
