"""The two forms of the simulated vendor's answers."""

from typing import Any

import msgspec

from wattlink.connectors.simulation import SimulatedAnswer

_JSON = {"content-type": "application/json; charset=utf-8"}


def json_answer(value: Any, status: int = 200) -> SimulatedAnswer:
    """An answer with a JSON value."""
    return SimulatedAnswer(status=status, headers=_JSON, body=msgspec.json.encode(value))


def refusal(status: int, code: int, name: str, detail: str, **headers: str) -> SimulatedAnswer:
    """The vendor's envelope of errors."""
    body = {"errorCode": code, "errorCodeName": name, "type": None, "title": name, "status": status, "detail": detail}
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return SimulatedAnswer(status=status, headers={**_JSON, **named}, body=msgspec.json.encode(body))
