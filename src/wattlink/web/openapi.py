"""The OpenAPI document of a dialect: what Litestar generates, made exact."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

from wattlink.web.problems import JSON, PROBLEM_JSON

OpenApi = dict[str, Any]


class ExactDocument(JsonRenderPlugin):
    """Serves the document: objects are closed, failures come in both media types, and the address is the public one."""

    def __init__(self, address: str) -> None:
        super().__init__(path=["/", "/openapi.json"], media_type=JSON)
        self._address = address
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: OpenApi) -> bytes:  # noqa: ARG002
        """The document as JSON, made once."""
        if self._rendered is None:
            self._rendered = msgspec.json.encode(exact(openapi_schema, self._address))
        return self._rendered


def exact(document: OpenApi, address: str) -> OpenApi:
    """A copy of the document with what the generator doesn't know."""
    schemas = document["components"]["schemas"]
    return {
        **document,
        "servers": [{"url": address}],
        "components": {
            **document["components"],
            "schemas": {name: _closed(schema) for name, schema in schemas.items()},
        },
        "paths": {path: dict(_operations(operations)) for path, operations in document["paths"].items()},
    }


def _closed(schema: OpenApi) -> OpenApi:
    return {**schema, "additionalProperties": False} if "properties" in schema else schema


def _operations(operations: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for method, operation in operations.items():
        answers = operation["responses"].items()
        yield method, {**operation, "responses": {status: _in_both_types(answer) for status, answer in answers}}


def _in_both_types(answer: OpenApi) -> OpenApi:
    content = answer.get("content", {})
    if PROBLEM_JSON not in content:
        return answer
    return {**answer, "content": {PROBLEM_JSON: content[PROBLEM_JSON], JSON: content[PROBLEM_JSON]}}
