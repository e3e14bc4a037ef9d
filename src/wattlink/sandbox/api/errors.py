"""Every failure as this API tells it: the problems of `/platform`, by a table of our own."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import ExceptionHandlersMap

from wattlink.base.log import get_logger
from wattlink.base.outbound import OutboundError
from wattlink.domain import errors
from wattlink.web.bodies import InvalidBody, NotJson
from wattlink.web.problems import problem_answer

_log = get_logger(__name__)
_TYPES = "urn:wattlink:problem:"

AnyRequest = Request[Any, Any, Any]


class Issue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457; `type` is an URN of ours."""

    type: str
    title: str
    detail: str
    issues: list[Issue] = []


class Told(NamedTuple):
    """How a kind of failure is told."""

    status: int
    slug: str
    title: str


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

_BAD_REQUEST = Told(400, "bad-request", "Bad Request")
_HTTP: Mapping[type[Exception], Told] = {
    NotFoundException: Told(404, "not-found", "Route not found"),
    MethodNotAllowedException: Told(405, "method-not-allowed", "Method not allowed"),
}
_AWAY = Told(503, "service-unavailable", "Service Unavailable")


def _of_domain(request: AnyRequest, error: errors.DomainError) -> Response[bytes]:
    told = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, errors.InvalidInput):
        issue = Issue(field=error.field, message=error.problem, allowed_values=list(error.allowed))
        return problem_answer(request, told.status, _invalid([issue]))
    problem = _problem(told, str(error) or told.title)
    return problem_answer(request, told.status, problem, {"www-authenticate": "Bearer"} if told.status == 401 else None)


def _of_body(request: AnyRequest, error: InvalidBody) -> Response[bytes]:
    issues = [
        Issue(field=issue.field or "body", message=issue.message, allowed_values=list(issue.allowed))
        for issue in error.issues
    ]
    return problem_answer(request, 400, _invalid(issues))


def _of_not_json(request: AnyRequest, error: NotJson) -> Response[bytes]:
    return problem_answer(request, 400, _problem(_BAD_REQUEST, f"The body isn't JSON: {error}"))


def _of_parameters(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """A query that Litestar refused, or a body that isn't there."""
    found = error.extra if isinstance(error.extra, list) else []
    if any(str(one.get("key", "data")) == "data" for one in found):
        return problem_answer(request, 400, _problem(_BAD_REQUEST, "The body isn't JSON: there is none."))
    issues = [Issue(field=str(one["key"]), message=one["message"]) for one in found]
    return problem_answer(request, 400, _invalid(issues))


def _of_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    told = _HTTP.get(type(error), Told(error.status_code, "bad-request", "Bad Request"))
    detail = f"{told.title}: {request.method} {request.scope['path']}" if type(error) in _HTTP else error.detail
    return problem_answer(request, told.status, _problem(told, detail), error.headers)


def _of_what_is_away(request: AnyRequest, error: Exception) -> Response[bytes]:
    what = "sandbox" if isinstance(error, OutboundError) else "database"
    _log.error("something does not answer", what=what, error=str(error))
    problem = _problem(_AWAY, f"The {what} doesn't answer at the moment.")
    return problem_answer(request, 503, problem, {"retry-after": "5"})


def _of_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    _log.error("request failed", exc_info=error)
    told = Told(500, "internal-server-error", "Internal Server Error")
    return problem_answer(request, 500, _problem(told, "Something went wrong on our side."))


def _invalid(issues: Sequence[Issue]) -> Problem:
    return _problem(_BAD_REQUEST, "; ".join(f"{issue.field}: {issue.message}" for issue in issues), issues)


def _problem(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(type=_TYPES + told.slug, title=told.title, detail=detail, issues=list(issues))


HANDLERS: ExceptionHandlersMap = {
    errors.DomainError: _of_domain,
    InvalidBody: _of_body,
    NotJson: _of_not_json,
    ValidationException: _of_parameters,
    HTTPException: _of_http,
    psycopg.OperationalError: _of_what_is_away,
    OutboundError: _of_what_is_away,
    Exception: _of_bug,
}
