"""The sandbox's own authentication API, which the real vendor lacks: user name and password become tokens.

It stands for the page of consent as well: all that is asked for is granted.
"""

from datetime import datetime

from wattlink.connectors.simulation import Fault, SimulatedRequest, State
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, json_answer, refusal
from wattlink.connectors.vendors.tesla.simulated_sign_in.grants import (
    ALWAYS,
    BAD_CLIENT,
    CLIENT_ID,
    CLIENT_SECRET,
    signed_in,
)
from wattlink.connectors.vendors.tesla.simulated_sign_in.pages import PERMISSIONS

PATH = "/sandbox/sign-in"
_BUSY = json_answer({"error": "rate_limited", "error_description": "Too many requests."}, 429, retry_after="60")
_LOCKED = refusal(423, "account_locked", "There were too many attempts to sign in.")
_WRONG = refusal(401, "invalid_credentials", "We don't recognize this sign-in.")


def sign_in(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`POST /sandbox/sign-in`: answers as the token endpoint does."""
    form = request.form
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return BAD_CLIENT, state
    if state is not None and Fault.QUOTA in state["faults"]:
        return _BUSY, state
    if state is not None and Fault.ACCOUNT_LOCKED in state["faults"]:
        return _LOCKED, state
    is_right = state is not None and form.get("password") == state["password"]
    if state is None or not is_right or Fault.WRONG_PASSWORD in state["faults"]:
        return _WRONG, state
    asked = form.get("scope", "").split()
    return signed_in(state, [*ALWAYS, *(scope for scope in asked if scope in PERMISSIONS)], now)
