"""The OpenAPI document of a dialect: what Litestar generates, made exact."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin

from wattlink.web.problems import JSON, PROBLEM_JSON

OpenApi = dict[str, Any]


class ExactDocument(JsonRenderPlugin):
    """Serves the document: objects are closed, failures come in both media types, and the address is the public one."""

    def __init__(
        self, address: str, *, name: Callable[[str], str] | None = None, ignores_unknown_keys: bool = False
    ) -> None:
        super().__init__(path=["/", "/openapi.json"], media_type=MediaType.JSON)
        self.address = address
        self._name = name or camel
        self._ignores_unknown_keys = ignores_unknown_keys
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: OpenApi) -> bytes:  # noqa: ARG002
        """The document as JSON, made once."""
        if self._rendered is None:
            self._rendered = msgspec.json.encode(self.exact(openapi_schema))
        return self._rendered

    def exact(self, document: OpenApi) -> OpenApi:
        """A copy of the document with what the generator doesn't know."""
        schemas = document["components"]["schemas"]
        open_ = set(_sent(document)) if self._ignores_unknown_keys else set()
        return {
            **document,
            "servers": [{"url": self.address}],
            "components": {
                **document["components"],
                "schemas": {name: schema if name in open_ else _closed(schema) for name, schema in schemas.items()},
            },
            "paths": {
                self._name(path): dict(_operations(operations, self._name))
                for path, operations in document["paths"].items()
            },
        }


def document_route(document: ExactDocument, base: str) -> HTTPRouteHandler:
    """The same document below `base`."""

    async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
        return Response(document.render(request, request.app.openapi_schema.to_schema()), media_type=MediaType.JSON)

    return HTTPRouteHandler(f"{base}/openapi.json", http_method="GET", include_in_schema=False)(openapi_json)


def _sent(document: OpenApi) -> Iterator[str]:
    """The schemas of which request bodies are made."""
    operations = (one for operations in document["paths"].values() for one in operations.values())
    found = [name for one in operations for name in _refs(one.get("requestBody", {}))]
    seen: set[str] = set()
    while found:
        if (name := found.pop()) not in seen:
            seen.add(name)
            found += _refs(document["components"]["schemas"][name])
    yield from seen


def _refs(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield str(schema["$ref"]).rsplit("/", 1)[1]
        yield from (name for part in schema.values() for name in _refs(part))
    elif isinstance(schema, Collection) and not isinstance(schema, str):
        yield from (name for part in schema for name in _refs(part))


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


def _operations(operations: Mapping[str, Any], named: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    for method, operation in operations.items():
        answers = {status: _answer(status, answer) for status, answer in operation["responses"].items()}
        parameters = [{**parameter, "name": named(parameter["name"])} for parameter in operation.get("parameters", [])]
        yield method, {**operation, "parameters": parameters, "responses": answers}


def _answer(status: str, answer: OpenApi) -> OpenApi:
    content = answer.get("content", {})
    if status == "204":
        return {key: value for key, value in answer.items() if key != "content"}
    if PROBLEM_JSON in content:
        return {**answer, "content": {PROBLEM_JSON: content[PROBLEM_JSON], JSON: content[PROBLEM_JSON]}}
    return answer


@lru_cache(4_096)
def camel(text: str) -> str:
    """`page_size` as `pageSize`."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), text)
