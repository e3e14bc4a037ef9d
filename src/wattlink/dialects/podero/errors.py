"""Every failure as Podero's framework tells it: one table from domain errors to status and detail."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from wattlink.dialects.podero.wire import as_it_is
from wattlink.domain import errors
from wattlink.web.bodies import Issue
from wattlink.web.failures import Failures, Manners, Told, invalid, told_of
from wattlink.web.problems import json_answer

_UNPROCESSABLE = 422


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A failure, in words."""

    detail: str


class BoostRefused(msgspec.Struct, frozen=True, kw_only=True):
    """Why a car can't be boosted, and where its boost stands."""

    state: str
    reason: str


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """A value that can't be used: what kind of fault it is, where it stands, and what is wrong."""

    type: str
    loc: list[str | int]
    msg: str


class ValidationProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Every value that can't be used."""

    detail: list[Unusable]


STATUS: Mapping[type[errors.DomainError], Told] = {
    errors.NotAuthenticated: Told(401, detail="Unauthorized"),
    errors.WrongPassword: Told(401),
    errors.NotPermitted: Told(403),
    errors.NotFound: Told(404, detail="Not Found: there is no such {error.what}."),
    errors.InvalidInput: Told(_UNPROCESSABLE),
    errors.AlreadyExists: Told(409),
    errors.StillInUse: Told(409),
    errors.AlreadyLinked: Told(409, detail="Nothing about this device can be mended by linking it again."),
    errors.NotASandbox: Told(409),
    errors.ConnectionsLimitReached: Told(403, detail="The application may link no further accounts."),
    errors.LinkSessionNotUsable: Told(410, detail="The onboarding session is over."),
    errors.WrongLinkCode: Told(403),
    errors.WrongUser: Told(409, detail="Somebody else than its user came back from the onboarding session."),
    errors.CommandNotPossible: Told(409),
    errors.BoostNotPossible: Told(409),
    errors.CursorTooOld: Told(410, detail="The events behind this cursor were dropped."),
    errors.SignInRefused: Told(403),
    errors.SignInUnavailable: Told(503, detail="Please try again later."),
    errors.Overloaded: Told(429, detail="Please try again later."),
    errors.TooManyAttempts: Told(429, detail="Too many attempts: please try again later."),
}

_FIELDS = {"external_id": "external_user_id", "redirect_uri": "success_url", "cancel_uri": "cancel_url"}
_IN_QUERY = {"after"}
_TYPES = {"missing": "missing", "unknown": "extra_forbidden"}


def problem_of(error: errors.DomainError) -> tuple[int, Problem | ValidationProblem | BoostRefused]:
    """The status and the body for a domain error."""
    told = told_of(STATUS, error)
    if isinstance(error, errors.InvalidInput):
        place: Literal["query", "body"] = "query" if error.field in _IN_QUERY else "body"
        issue = Issue(_FIELDS.get(error.field, error.field), error.problem, error.allowed, place=place)
        return told.status, invalid(_tell, [issue])
    if isinstance(error, errors.BoostNotPossible):
        return told.status, BoostRefused(state=error.state, reason=error.reason)
    return told.status, _tell(told, told.detail.format(error=error))


def _tell(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem | ValidationProblem:  # noqa: ARG001
    if issues:
        return ValidationProblem(detail=[_unusable(issue) for issue in issues])
    return Problem(detail=detail)


def _unusable(issue: Issue) -> Unusable:
    kind = _TYPES.get(issue.kind) or ("literal_error" if issue.allowed else "value_error")
    message = "Field required" if issue.kind == "missing" else issue.message
    if issue.allowed and issue.kind != "missing":
        message += f". Input should be {_choice(issue.allowed)}"
    return Unusable(type=kind, loc=list(_place(issue)), msg=message)


def _place(issue: Issue) -> Sequence[str | int]:
    """`energy_prices[0].price` of the body, as a path of names and numbers; a body's is called `data`."""
    parts = re.findall(r"[^.\[\]]+", issue.field) if issue.field != "body" else []
    steps = [int(part) if part.isdigit() else part for part in parts]
    return [issue.place, *(["data"] if issue.place == "body" else []), *steps]


def _choice(allowed: Sequence[str]) -> str:
    *others, last = [f"'{value}'" for value in allowed]
    return f"{', '.join(others)} or {last}" if others else last


HANDLERS = Failures(
    problem_of=problem_of,
    tell=_tell,
    manners=Manners(invalid=_UNPROCESSABLE, answer=json_answer, name=as_it_is),
).handlers
