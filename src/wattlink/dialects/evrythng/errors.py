"""Every failure as EVRYTHNG tells it: one table from domain errors to status."""

from collections.abc import Mapping, Sequence

import msgspec

from wattlink.domain import errors
from wattlink.web.bodies import Issue
from wattlink.web.failures import Failures, Manners, Told, invalid, told_of
from wattlink.web.openapi import camel
from wattlink.web.problems import json_answer

MORE_INFO = "https://developers.evrythng.com"


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A failure; `errors` says in words what is wrong."""

    status: int
    errors: list[str]
    more_info: str = MORE_INFO


STATUS: Mapping[type[errors.DomainError], Told] = {
    errors.NotAuthenticated: Told(401, detail="No API key was sent."),
    errors.NotPermitted: Told(403, detail="Access was denied! {error}"),
    errors.NotFound: Told(404, detail="The requested resource was not found."),
    errors.InvalidInput: Told(400),
    errors.AlreadyExists: Told(409),
    errors.StillInUse: Told(409),
    errors.AlreadyLinked: Told(409),
    errors.NotASandbox: Told(409),
    errors.ConnectionsLimitReached: Told(
        403, detail="Access was denied! The application may link no further accounts."
    ),
    errors.LinkSessionNotUsable: Told(410),
    errors.WrongLinkCode: Told(403),
    errors.WrongUser: Told(409),
    errors.CommandNotPossible: Told(409),
    errors.BoostNotPossible: Told(409),
    errors.CursorTooOld: Told(410),
    errors.SignInRefused: Told(403, detail="Access was denied! {error}"),
    errors.SignInUnavailable: Told(503),
    errors.Overloaded: Told(429, detail="Too many of these: please try again later."),
    errors.TooManyAttempts: Told(429, detail="Too many of these: please try again later."),
    errors.WrongPassword: Told(401, detail="The credentials are invalid."),
}


def problem_of(error: errors.DomainError) -> tuple[int, Problem]:
    """The status and the body for a domain error."""
    told = told_of(STATUS, error)
    if isinstance(error, errors.InvalidInput):
        issue = Issue(camel(error.field), error.problem, error.allowed)
        return told.status, invalid(_tell, [issue])
    return told.status, _tell(told, told.detail.format(error=error))


def _tell(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(status=told.status, errors=[_said(issue) for issue in issues] or [detail])


def _said(issue: Issue) -> str:
    allowed = f"; allowed: {', '.join(issue.allowed)}" if issue.allowed else ""
    between = " " if issue.message.startswith("cannot") else ": "  # EVRYTHNG says: thng.name cannot be blank
    return f"{issue.field}{between}{issue.message}{allowed}"


HANDLERS = Failures(problem_of=problem_of, tell=_tell, manners=Manners(answer=json_answer)).handlers
