"""Every failure as this API tells it: one table from domain errors to status and problem."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import ExceptionHandlersMap

from wattlink.base.log import get_logger
from wattlink.dialects.platform.wire import camel
from wattlink.domain import errors
from wattlink.web.bodies import InvalidBody, NotJson, allowed_in
from wattlink.web.problems import problem_answer

_log = get_logger(__name__)
TYPES = "urn:wattlink:problem:"

AnyRequest = Request[Any, Any, Any]


class Issue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457; `type` is an URN of ours."""

    type: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    title: str
    detail: str
    issues: list[Issue] = []


class Told(NamedTuple):
    """How a kind of failure is told: `detail` may hold `{error}`."""

    status: int
    slug: str
    title: str
    detail: str = "{error}"


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
    errors.CursorTooOld: Told(410, "cursor-too-old", "Cursor too old", "The events behind this cursor were dropped."),
    errors.Overloaded: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
}

_BAD_REQUEST = Told(400, "bad-request", "Bad Request")
_UNAVAILABLE = Told(503, "service-unavailable", "Service Unavailable", "The database doesn't answer at the moment.")
_BUG = Told(500, "internal-server-error", "Internal Server Error", "Something went wrong on our side.")
_HTTP: Mapping[type[Exception], Told] = {
    NotFoundException: Told(404, "not-found", "Route not found"),
    MethodNotAllowedException: Told(405, "method-not-allowed", "Method not allowed"),
}


def problem_of(error: errors.DomainError) -> tuple[int, Problem]:
    """The status and the body for a domain error."""
    told = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, errors.NotFound):
        return told.status, _problem(told, told.detail.format(what=error.what, key=error.key))
    if isinstance(error, errors.InvalidInput):
        issue = Issue(field=_field(error.field), message=error.problem, allowed_values=list(error.allowed))
        return told.status, _invalid([issue])
    return told.status, _problem(told, told.detail.format(error=error))


def _field(name: str) -> str:
    """As it is sent; the names of a vendor's options and hosts are its own."""
    return name if name.startswith(("options.", "hosts.")) else camel(name)


def _of_domain(request: AnyRequest, error: errors.DomainError) -> Response[bytes]:
    status, problem = problem_of(error)
    return problem_answer(request, status, problem, {"www-authenticate": "Bearer"} if status == 401 else None)


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
    fields = request.route_handler.parsed_fn_signature.parameters
    issues = []
    for found in error.extra if isinstance(error.extra, list) else []:
        name = str(found.get("key", "data"))
        if name == "data":
            return problem_answer(request, 400, _problem(_BAD_REQUEST, "The body isn't JSON: there is none."))
        allowed = allowed_in(fields[name].annotation) if name in fields else ()
        issues.append(Issue(field=camel(name), message=found["message"], allowed_values=list(allowed)))
    return problem_answer(request, 400, _invalid(issues))


def _of_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: an unknown route or method, a body that is too large."""
    told = _HTTP.get(type(error), Told(error.status_code, "bad-request", "Bad Request"))
    detail = f"{told.title}: {request.method} {request.scope['path']}" if type(error) in _HTTP else error.detail
    return problem_answer(request, told.status, _problem(told, detail), error.headers)


def _of_database(request: AnyRequest, error: Exception) -> Response[bytes]:
    _log.error("database does not answer", error=str(error))
    return problem_answer(request, 503, _problem(_UNAVAILABLE, _UNAVAILABLE.detail), {"retry-after": "5"})


def _of_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    _log.error("request failed", exc_info=error)
    return problem_answer(request, 500, _problem(_BUG, _BUG.detail))


def _invalid(issues: Sequence[Issue]) -> Problem:
    return _problem(_BAD_REQUEST, "; ".join(f"{issue.field}: {issue.message}" for issue in issues), issues)


def _problem(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(type=TYPES + told.slug, title=told.title, detail=detail, issues=list(issues))


HANDLERS: ExceptionHandlersMap = {
    errors.DomainError: _of_domain,
    InvalidBody: _of_body,
    NotJson: _of_not_json,
    ValidationException: _of_parameters,
    HTTPException: _of_http,
    psycopg.OperationalError: _of_database,
    Exception: _of_bug,
}
