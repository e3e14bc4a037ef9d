"""Codes that a simulated vendor gives back to the app, each good once and for a while, and the end of all access."""

from collections.abc import Sequence
from datetime import datetime

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulation import State


def new_code(
    state: State, redirect_uri: str, scopes: Sequence[str], now: datetime, *, seconds: float
) -> tuple[str, State]:
    """A code for what the user consented to."""
    number, moment = str(state["numbers"] + 1), now.timestamp()
    codes = {key: code for key, code in state["codes"].items() if code["until"] > moment}
    codes[number] = {"redirect_uri": redirect_uri, "scopes": list(scopes), "until": moment + seconds}
    code = tokens.sealed("code", state["username"], number=number)
    return code, {**state, "numbers": state["numbers"] + 1, "codes": codes, "consent": None}


def withdrawn(state: State) -> State:
    """The account without anybody's access."""
    return {**state, "sessions": {}, "codes": {}}
