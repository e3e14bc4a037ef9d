"""Every failure as Enode tells it: one table from domain errors to status and problem."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.types import ExceptionHandlersMap

from wattlink.base.log import get_logger
from wattlink.dialects.enode.vendors import name_of
from wattlink.dialects.enode.wire import camel
from wattlink.domain import errors
from wattlink.web.bodies import InvalidBody, NotJson, allowed_in
from wattlink.web.problems import problem_answer

_log = get_logger(__name__)
_TYPES = "https://developers.enode.com/api/problems/"

AnyRequest = Request[Any, Any, Any]


class Issue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """RFC 9457, as Enode shows it."""

    type: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    title: str
    detail: str
    issues: list[Issue] = []
    intervention_ids: Annotated[list[str], msgspec.Meta(description="What somebody must do first.")] = []


class Told(NamedTuple):
    """How a kind of failure is told: `detail` may hold `{error}`."""

    status: int
    slug: str
    title: str
    detail: str = "{error}"


STATUS: Mapping[type[errors.DomainError], Told] = {
    errors.NotAuthenticated: Told(401, "unauthorized", "Unauthorized", "Unauthorized for resource"),
    errors.NotFound: Told(404, "not-found", "Not Found"),
    errors.InvalidInput: Told(400, "bad-request", "Bad Request"),
    errors.NotPermitted: Told(403, "forbidden", "Forbidden"),
    errors.StillInUse: Told(409, "conflict", "Conflict"),
    errors.AlreadyExists: Told(
        400, "bad-request", "Webhook already exists.", "A webhook with this URL and API version already exists."
    ),
    errors.AlreadyLinked: Told(
        400, "bad-request", "Asset already linked", "Nothing about this asset can be mended by linking it again."
    ),
    errors.ConnectionsLimitReached: Told(
        403, "forbidden", "Connections limit reached.", "Unable to create more connections for this client."
    ),
    errors.LinkSessionNotUsable: Told(410, "link-session-not-usable", "Link session can't be used"),
    errors.WrongLinkCode: Told(403, "forbidden", "Forbidden", "The link code isn't the one."),
    errors.WrongUser: Told(409, "conflict", "Conflict", "Somebody else than its user came back from the link session."),
    errors.CommandNotPossible: Told(400, "precondition-failed", "Precondition failed"),
    errors.CursorTooOld: Told(410, "cursor-too-old", "Cursor too old", "The events behind this cursor were dropped."),
    errors.NotASandbox: Told(409, "not-a-sandbox", "Not a sandbox"),
    errors.Overloaded: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
}

_MISSING: Mapping[str, Told] = {
    "user": Told(404, "not-found", "User does not exist", "Could not find user with ID {key}"),
    "device": Told(404, "not-found", "Not Found", "The requested asset wasn't found."),
    "location": Told(404, "not-found", "Location not found", "Could not find location {key}"),
    "command": Told(404, "not-found", "Not Found", "Could not find action {key}"),
    "subscription": Told(404, "not-found", "Webhook not found", "Could not find webhook {key}"),
    "linked vendor": Told(404, "not-found", "Not Found", "Nothing of the user is linked there."),
    "intervention": Told(404, "not-found", "Intervention not found", "Could not find intervention {key}"),
}

_FIELDS = {
    "event_types": "events",
    "timezone": "timezoneName",
    "header.name": "authentication.headerName",
    "header.value": "authentication.headerValue",
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
        told = _MISSING.get(error.what, told)
        return told.status, _problem(told, told.detail.format(error=error, key=error.key))
    if isinstance(error, errors.InvalidInput):
        allowed = [name_of(vendor) for vendor in error.allowed] if error.field == "vendor" else list(error.allowed)
        field = _FIELDS.get(error.field, camel(error.field))
        return told.status, _invalid([Issue(field=field, message=error.problem, allowed_values=allowed)])
    problem = _problem(told, told.detail.format(error=error))
    if isinstance(error, errors.CommandNotPossible):
        problem = msgspec.structs.replace(problem, intervention_ids=list(error.interventions))
    return told.status, problem


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
    return Problem(type=_TYPES + told.slug, title=told.title, detail=detail, issues=list(issues))


HANDLERS: ExceptionHandlersMap = {
    errors.DomainError: _of_domain,
    InvalidBody: _of_body,
    NotJson: _of_not_json,
    ValidationException: _of_parameters,
    HTTPException: _of_http,
    psycopg.OperationalError: _of_database,
    Exception: _of_bug,
}
