"""Every failure as Enode tells it: one table from domain errors to status and problem."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from litestar import Response

from wattlink.dialects.enode.headers import CURRENT_VERSION, version_of
from wattlink.dialects.enode.vendors import name_of
from wattlink.domain import errors
from wattlink.web.bodies import Issue
from wattlink.web.failures import AnyRequest, Failures, Manners, Told, invalid, told_of
from wattlink.web.openapi import camel
from wattlink.web.problems import problem_answer

_TYPES = "https://developers.enode.com/api/problems/"
_OF_WEBHOOKS = ("createWebhook", "updateWebhook")  # whose bad input has a title of its own
_OLDER_TYPES = "https://docs.enode.io/problems/"


class FieldIssue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One field that can't be used."""

    field: str
    message: str
    allowed_values: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """RFC 9457, as Enode shows it."""

    type: Annotated[str, msgspec.Meta(extra_json_schema={"extra": {"format": "uri"}})]
    title: str
    detail: str
    issues: list[FieldIssue] = []
    intervention_ids: Annotated[list[str], msgspec.Meta(description="What somebody must do first.")] = []


class OlderProblem(Problem, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """As versions before the current one show it: `error` and `message` repeat `type` and `detail`."""

    error: str
    message: str


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
    errors.BoostNotPossible: Told(400, "precondition-failed", "Precondition failed"),
    errors.CursorTooOld: Told(410, "cursor-too-old", "Cursor too old", "The events behind this cursor were dropped."),
    errors.NotASandbox: Told(409, "not-a-sandbox", "Not a sandbox"),
    errors.SignInRefused: Told(403, "forbidden", "Forbidden"),
    errors.SignInUnavailable: Told(503, "service-unavailable", "Service Unavailable"),
    errors.Overloaded: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
    errors.TooManyAttempts: Told(429, "too-many-requests", "Too Many Requests", "Please try again later."),
    errors.WrongPassword: Told(401, "unauthorized", "Unauthorized", "The password isn't the one."),
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


def problem_of(error: errors.DomainError) -> tuple[int, Problem]:
    """The status and the body for a domain error."""
    told = told_of(STATUS, error)
    if isinstance(error, errors.NotFound):
        told = _MISSING.get(error.what, told)
        return told.status, _tell(told, told.detail.format(error=error, key=error.key))
    if isinstance(error, errors.InvalidInput):
        allowed = tuple(map(name_of, error.allowed)) if error.field == "vendor" else error.allowed
        field = _FIELDS.get(error.field, camel(error.field))
        return told.status, invalid(_tell, [Issue(field, error.problem, allowed)])
    problem = _tell(told, told.detail.format(error=error))
    if isinstance(error, errors.CommandNotPossible):
        problem = msgspec.structs.replace(problem, intervention_ids=list(error.interventions))
    return told.status, problem


def _tell(told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem:
    return Problem(
        type=_TYPES + told.slug,
        title=told.title,
        detail=detail,
        issues=[
            FieldIssue(field=issue.field, message=issue.message, allowed_values=list(issue.allowed)) for issue in issues
        ],
    )


def _answer(
    request: AnyRequest, status: int, problem: Problem, headers: dict[str, str] | None = None
) -> Response[bytes]:
    if problem.issues and request.route_handler.operation_id in _OF_WEBHOOKS:
        problem = msgspec.structs.replace(problem, title="Webhook input is not valid.")
    if version_of(request) != CURRENT_VERSION:
        kind = problem.type.replace(_TYPES, _OLDER_TYPES)
        told = {**msgspec.structs.asdict(problem), "type": kind}
        problem = OlderProblem(**told, error=kind, message=problem.detail)
    return problem_answer(request, status, problem, headers)


HANDLERS = Failures(problem_of=problem_of, tell=_tell, manners=Manners(answer=_answer)).handlers
