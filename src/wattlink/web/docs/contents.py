"""What stands on the page: the operations of an OpenAPI document by tag, and its schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wattlink.web.docs.shapes import Part, Schema, bounds, shape

Document = Mapping[str, Any]


class Field(NamedTuple):
    """A parameter or a property."""

    name: str
    place: str  # path, query or header; empty for a property
    is_required: bool
    shape: Sequence[Part]
    bounds: Sequence[str]
    description: str


class Answer(NamedTuple):
    status: str
    description: str
    shape: Sequence[Part]


class Operation(NamedTuple):
    """What may be asked, with any one of the `tokens`, which are names of security schemes."""

    name: str
    method: str
    path: str
    description: str
    tokens: Sequence[str]
    parameters: Sequence[Field]
    body: Sequence[Part]
    answers: Sequence[Answer]


class Named(NamedTuple):
    """A schema with a name."""

    name: str
    description: str
    shape: Sequence[Part]
    fields: Sequence[Field]


class Contents(NamedTuple):
    title: str
    version: str
    address: str
    tokens: Mapping[str, str]
    operations: Mapping[str, Sequence[Operation]]
    schemas: Sequence[Named]


def contents_of(document: Document) -> Contents:
    """The page's contents, in the document's order; schemas alphabetically."""
    by_tag: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = next(iter(operation.get("tags", ())), "Other")
            by_tag.setdefault(tag, []).append(_operation(document, path, method, operation))
    components = document["components"]
    return Contents(
        title=document["info"]["title"],
        version=document["info"]["version"],
        address=document["servers"][0]["url"],
        tokens={name: _token(scheme) for name, scheme in components.get("securitySchemes", {}).items()},
        operations=by_tag,
        schemas=[_named(name, schema) for name, schema in sorted(components["schemas"].items())],
    )


def _operation(document: Document, path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    needed = operation.get("security", document.get("security", []))
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        description=operation.get("description", ""),
        tokens=[name for one in needed for name in one or ("no token",)] or ["no token"],
        parameters=[_parameter(one) for one in operation.get("parameters", ())],
        body=_content(operation.get("requestBody", {})),
        answers=[
            Answer(status, answer.get("description", "") if status >= "3" else "", _content(answer))
            for status, answer in sorted(operation["responses"].items())
        ],
    )


def _content(holder: Mapping[str, Any]) -> Sequence[Part]:
    return next((shape(media["schema"]) for media in holder.get("content", {}).values() if "schema" in media), ())


def _parameter(found: Mapping[str, Any]) -> Field:
    schema = found.get("schema", {})
    is_required = bool(found.get("required"))
    return Field(found["name"], found["in"], is_required, shape(schema), bounds(schema), found.get("description", ""))


def _named(name: str, schema: Schema) -> Named:
    return Named(
        name=name,
        description=schema.get("description", ""),
        shape=() if "properties" in schema else shape(schema),
        fields=list(_properties(schema)),
    )


def _properties(schema: Schema) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, one in schema.get("properties", {}).items():
        yield Field(name, "", name in required, shape(one), bounds(one), one.get("description", ""))


def _token(scheme: Mapping[str, Any]) -> str:
    flow = scheme.get("flows", {}).get("clientCredentials")
    if flow is not None:
        return f"A bearer token that client credentials fetch at `{flow['tokenUrl']}`."
    if scheme.get("type") == "apiKey":
        return f"A key, as it is, in the header `{scheme['name']}`."
    return f"A bearer token: {scheme.get('description', '')}"
