"""Texts of messages: whatever a charge point says, it is something that a database can hold."""

import contextlib
import json
from typing import Any


def storable(message: str) -> str:
    """The same message: some charge points fill their texts up with NUL."""
    if "\\u" not in message:
        return message
    with contextlib.suppress(ValueError, RecursionError):  # which isn't JSON, as is found out soon enough
        return json.dumps(_stripped(json.loads(message)))
    return message


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_stripped(part) for part in value]
    if isinstance(value, dict):
        return {_stripped(name): _stripped(part) for name, part in value.items()}
    return value
