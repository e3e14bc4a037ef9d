"""The forms of the simulated vendor's answers: data, errors of its API, errors of its token endpoint."""

from typing import Any

import msgspec

from wattlink.connectors.simulation import SimulatedAnswer, State

Outcome = tuple[SimulatedAnswer, State | None]

_JSON = {"content-type": "application/json; charset=utf-8"}


def json_answer(value: Any, status: int = 200, **headers: str) -> SimulatedAnswer:
    """An answer with a JSON value; a header's underscores become dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return SimulatedAnswer(status=status, headers={**_JSON, **named}, body=msgspec.json.encode(value))


def told(response: Any, **beside: Any) -> SimulatedAnswer:
    """The API's envelope around data."""
    return json_answer({"response": response, **beside})


def failure(status: int, error: str, **headers: str) -> SimulatedAnswer:
    """The API's envelope around an error."""
    return json_answer({"response": None, "error": error, "error_description": ""}, status, **headers)


def refusal(status: int, error: str, description: str) -> SimulatedAnswer:
    """An error of the token endpoint."""
    return json_answer({"error": error, "error_description": description}, status)
