"""JSON schemas in words: what a value looks like, with names of other schemas as links."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Schema = Mapping[str, Any]

_BOUNDS = {
    "minLength": "at least {} letters",
    "maxLength": "at most {} letters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "matches {}",
    "default": "{} if it isn't given",
}


class Part(NamedTuple):
    """A piece of text: plain, a literal value, or the name of a schema."""

    text: str
    kind: str = "word"  # or "value", or "schema"


def shape(schema: Schema) -> list[Part]:
    """A schema as a phrase: `list of Vehicle`, `date-time or null`, `one of "red", "blue"`."""
    return list(_shape(schema))


def bounds(schema: Schema) -> list[str]:
    """What else holds for a value, and for what a list holds."""
    inner = [arm for key in ("oneOf", "anyOf") for arm in schema.get(key, ())]
    if isinstance(schema.get("items"), Mapping):
        inner.append(schema["items"])
    own = [text.format(_told(schema[key])) for key, text in _BOUNDS.items() if schema.get(key) is not None]
    return list(dict.fromkeys([*own, *(text for arm in inner for text in bounds(arm))]))


def _told(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shape(schema: Schema) -> Iterator[Part]:
    if "$ref" in schema:
        yield Part(str(schema["$ref"]).rsplit("/", 1)[1], "schema")
    elif arms := schema.get("oneOf") or schema.get("anyOf"):
        yield from _joined([list(_shape(arm)) for arm in arms], " or ")
    elif "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        yield from _joined([[Part("null" if value is None else str(value), "value")] for value in values], " | ")
    elif isinstance(schema.get("type"), list):
        yield from _joined([list(_shape({**schema, "type": kind})) for kind in schema["type"]], " or ")
    else:
        yield from _plain(schema)


def _plain(schema: Schema) -> Iterator[Part]:
    kind = schema.get("type")
    if kind == "array":
        yield Part("list of ")
        yield from _shape(schema.get("items", {}))
    elif kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        yield Part("map of names to ")
        yield from _shape(schema["additionalProperties"])
    elif kind == "string":
        yield Part(schema.get("format", "string"))
    else:
        yield Part(kind or "anything")


def _joined(phrases: list[list[Part]], joint: str) -> Iterator[Part]:
    for number, phrase in enumerate(phrases):
        if number:
            yield Part(joint)
        yield from phrase
