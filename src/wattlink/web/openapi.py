"""The OpenAPI document of a dialect: what Litestar generates, made exact."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.enums import MediaType
from litestar.openapi.plugins import JsonRenderPlugin

from wattlink.web.problems import JSON, PROBLEM_JSON

OpenApi = dict[str, Any]


class ExactDocument(JsonRenderPlugin):
    """Serves the document: objects are closed, failures come in both media types, and the address is the public one."""

    def __init__(self, address: str) -> None:
        super().__init__(path=["/", "/openapi.json"], media_type=MediaType.JSON)
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
        "paths": {camel(path): dict(_operations(operations)) for path, operations in document["paths"].items()},
    }


def _closed(schema: OpenApi) -> OpenApi:
    if "properties" not in schema:
        return schema
    properties = {name: _plain(property_) for name, property_ in schema["properties"].items()}
    return {**schema, "properties": properties, "additionalProperties": False}


def _plain(schema: OpenApi) -> OpenApi:
    """What stands beside a choice of types holds for its one real type, and null stays allowed."""
    arms = schema.get("oneOf", [])
    beside = {key: value for key, value in schema.items() if key != "oneOf"}
    if not arms or not beside:
        return schema
    real, *null = arms
    return {"oneOf": [{**real, **beside}, *null]} if null else {**real, **beside}


def _operations(operations: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for method, operation in operations.items():
        answers = {status: _answer(status, answer) for status, answer in operation["responses"].items()}
        parameters = [{**parameter, "name": camel(parameter["name"])} for parameter in operation.get("parameters", [])]
        yield method, {**operation, "parameters": parameters, "responses": answers}


def _answer(status: str, answer: OpenApi) -> OpenApi:
    content = answer.get("content", {})
    if status == "204":
        return {key: value for key, value in answer.items() if key != "content"}
    if PROBLEM_JSON in content:
        return {**answer, "content": {PROBLEM_JSON: content[PROBLEM_JSON], JSON: content[PROBLEM_JSON]}}
    return answer


def camel(text: str) -> str:
    """`page_size` as `pageSize`."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), text)
