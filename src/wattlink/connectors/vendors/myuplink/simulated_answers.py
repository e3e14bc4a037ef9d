"""The forms of the simulated vendor's answers: data, errors of its API, errors of its token endpoint."""

from typing import Any

import msgspec

from wattlink.connectors.simulation import SimulatedAnswer, State

Outcome = tuple[SimulatedAnswer, State | None]

_TITLES = {403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


def told(value: Any, status: int = 200, **headers: str) -> SimulatedAnswer:
    """An answer with a JSON value; a header's underscores become dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    json = {"content-type": "application/json; charset=utf-8"}
    return SimulatedAnswer(status=status, headers={**json, **named}, body=msgspec.json.encode(value))


def failure(status: int, **headers: str) -> SimulatedAnswer:
    """An error of the API: a problem without details."""
    return told({"title": _TITLES.get(status, "Bad Request"), "status": status}, status, **headers)


def unauthorized(reason: str) -> SimulatedAnswer:
    """An access token that isn't accepted; the body is empty."""
    return SimulatedAnswer(status=401, headers={"www-authenticate": f'Bearer error="invalid_token", {reason}'})


def refusal(error: str) -> SimulatedAnswer:
    """An error of the token endpoint."""
    return told({"error": error}, 400)
