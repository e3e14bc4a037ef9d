"""Failures as problems: what every API tells alike, each in words and wire types of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import psycopg.errors
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException, ValidationException
from litestar.params import QueryParameter
from litestar.types import ExceptionHandlersMap
from litestar.typing import FieldDefinition

from wattlink.base.log import get_logger
from wattlink.domain.errors import DomainError, NotAuthenticated, NotFound, Overloaded
from wattlink.web.bodies import InvalidBody, Issue, NotJson, allowed_in
from wattlink.web.openapi import camel
from wattlink.web.problems import problem_answer

_log = get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
Problem_co = TypeVar("Problem_co", bound=msgspec.Struct, covariant=True)


class Told(NamedTuple):
    """How a kind of failure is told: `detail` may hold `{error}`; some APIs have neither a slug nor a title."""

    status: int
    slug: str = ""
    title: str = ""
    detail: str = "{error}"


_BAD_REQUEST = Told(400, "bad-request", "Bad Request")
_MISSING_KEY = re.compile(r"Missing required query parameter '(.+?)'")  # which Litestar tells in words only
_BUG = Told(500, "internal-server-error", "Internal Server Error", "Something went wrong on our side.")
_HTTP: Mapping[type[Exception], Told] = {
    NotFoundException: Told(404, "not-found", "Route not found"),
    MethodNotAllowedException: Told(405, "method-not-allowed", "Method not allowed"),
}


class Tell(Protocol[Problem_co]):
    """Makes an API's problem."""

    def __call__(self, told: Told, detail: str, issues: Sequence[Issue] = ()) -> Problem_co: ...


class Manners(NamedTuple):
    """How an API tells failures beyond its words: what Enode's and our own do, unless it says otherwise."""

    invalid: int = 400  # the status of fields that can't be used
    answer: Callable[..., Response[bytes]] = problem_answer
    name: Callable[[str], str] = camel  # of a query key, from our parameter's


class Failures:
    """Answers for everything that the views of an API raise.

    `problem_of` is the API's own table of domain errors: the status and the problem of each.
    """

    def __init__(
        self,
        *,
        problem_of: Callable[[Any], tuple[int, msgspec.Struct]],
        tell: Tell[msgspec.Struct],
        manners: Manners = Manners(),  # noqa: B008
    ) -> None:
        self._problem_of = problem_of
        self._tell = tell
        self._manners = manners

    @property
    def handlers(self) -> ExceptionHandlersMap:
        """For Litestar."""
        return {
            DomainError: self._of_domain,
            InvalidBody: self._of_body,
            NotJson: self._of_not_json,
            ValidationException: self._of_parameters,
            HTTPException: self._of_http,
            psycopg.errors.ForeignKeyViolation: self._of_gone,
            psycopg.OperationalError: self.unavailable("database"),
            Exception: self._of_bug,
        }

    def unavailable(self, what: str) -> Callable[[AnyRequest, Exception], Response[bytes]]:
        """A handler that says that `what` doesn't answer."""
        told = Told(503, "service-unavailable", "Service Unavailable")

        def answer(request: AnyRequest, error: Exception) -> Response[bytes]:
            _log.error("something does not answer", what=what, error=str(error))
            problem = self._tell(told, f"The {what} doesn't answer at the moment.")
            return self._manners.answer(request, 503, problem, {"retry-after": "5"})

        return answer

    def _of_domain(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        status, problem = self._problem_of(error)
        headers = {"www-authenticate": "Bearer"} if isinstance(error, NotAuthenticated) else {}
        if isinstance(error, Overloaded):
            headers["retry-after"] = str(error.retry_after)
        return self._manners.answer(request, status, problem, headers)

    def _of_body(self, request: AnyRequest, error: InvalidBody) -> Response[bytes]:
        issues = [msgspec.structs.replace(issue, field=issue.field or "body") for issue in error.issues]
        return self._manners.answer(request, self._manners.invalid, invalid(self._tell, issues))

    def _of_not_json(self, request: AnyRequest, error: NotJson) -> Response[bytes]:
        return self._manners.answer(request, 400, self._tell(_BAD_REQUEST, f"The body isn't JSON: {error}"))

    def _of_parameters(self, request: AnyRequest, error: ValidationException) -> Response[bytes]:
        """A query that Litestar refused, or a body that isn't there."""
        fields = request.route_handler.parsed_fn_signature.parameters
        issues = []
        for found in error.extra if isinstance(error.extra, list) else []:
            name = str(found.get("key", "data"))
            if name == "data":
                return self._of_not_json(request, NotJson("there is none."))
            field = fields.get(name)
            allowed = () if field is None else allowed_in(field.annotation)
            issues.append(Issue(_key_of(field) or self._manners.name(name), found["message"], allowed, place="query"))
        if missing := _MISSING_KEY.search(error.detail):
            issues.append(Issue(missing[1], "is missing", kind="missing", place="query"))
        return self._manners.answer(request, self._manners.invalid, invalid(self._tell, issues))

    def _of_http(self, request: AnyRequest, error: HTTPException) -> Response[bytes]:
        """What Litestar itself refuses: an unknown route or method, a body that is too large."""
        told = _HTTP.get(type(error), Told(error.status_code, "bad-request", "Bad Request"))
        detail = f"{told.title}: {request.method} {request.scope['path']}" if type(error) in _HTTP else error.detail
        return self._manners.answer(request, told.status, self._tell(told, detail), error.headers)

    def _of_gone(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        """What a new row is of went at this very moment, such as the caller's own application."""
        _log.warning("what a row is of is gone", why=str(error).partition("\n")[0])
        return self._of_domain(request, NotFound("such thing", "any more"))

    def _of_bug(self, request: AnyRequest, error: Exception) -> Response[bytes]:
        _log.error("request failed", exc_info=error)
        return self._manners.answer(request, 500, self._tell(_BUG, _BUG.detail))


def told_of(table: Mapping[type[DomainError], Told], error: DomainError) -> Told:
    """How an API's table tells an error: in the row of its kind, or of the nearest kind above."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def _key_of(field: FieldDefinition | None) -> str | None:
    """The key under which a parameter stands in the query, where it isn't called by its own name."""
    definition = None if field is None else field.kwarg_definition
    return definition.name if isinstance(definition, QueryParameter) else None


def invalid(tell: Tell[Problem_co], issues: Sequence[Issue]) -> Problem_co:
    """The problem of a request in which these fields can't be used."""
    return tell(_BAD_REQUEST, "; ".join(f"{issue.field}: {issue.message}" for issue in issues), issues)
