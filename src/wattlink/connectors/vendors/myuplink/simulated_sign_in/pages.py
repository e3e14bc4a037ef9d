"""The simulated vendor's own pages: sign-in, and consent in which changing settings may be left out."""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in.codes import new_code
from wattlink.connectors.simulated_sign_in.pages import back, has_ticket, mistake_in, page, ticket_for
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome
from wattlink.connectors.vendors.myuplink.simulated_sign_in.grants import CLIENT_ID, CODE_SECONDS

_ALWAYS = {"READSYSTEM": "See your systems and their values", "offline_access": "Stay connected while you're away"}
_OPTIONAL = {"WRITESYSTEM": "Change settings of your systems"}


def authorize(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`/oauth/authorize`: sign in, then choose what to allow, then back to the app."""
    query, form = request.query, request.form
    mistake = mistake_in(query, CLIENT_ID)
    if mistake is not None:
        return _page("message", 400, title="This sign-in link is broken", text=mistake), state
    if form.get("decision") == "deny":
        return back(query, error="access_denied"), state
    asked = query.get("scope", "").split()
    if state is not None and has_ticket(form, now):
        scopes = [scope for scope in asked if scope in _ALWAYS or (scope in _OPTIONAL and scope in form)]
        code, state = new_code(state, query["redirect_uri"], scopes, now, seconds=CODE_SECONDS)
        return back(query, code=code, scope=" ".join(scopes)), state
    refused = _sign_in(request, state)
    if refused is not None:
        return refused, state
    assert state is not None  # nobody unknown is let in
    shown = {
        "username": state["username"],
        "always": [words for scope, words in _ALWAYS.items() if scope in asked],
        "optional": {scope: words for scope, words in _OPTIONAL.items() if scope in asked},
    }
    return _page("consent", ticket=ticket_for(state, now), **shown), state


def _sign_in(request: SimulatedRequest, state: State | None) -> SimulatedAnswer | None:
    """The sign-in page, again as long as what was typed isn't right; None once it is."""
    form = request.form
    shown: dict[str, Any] = {"username": form.get("username", "")}
    if request.method != "POST" or "ticket" in form:  # or a ticket that is too old
        return _page("sign_in", **shown)
    if state is not None and Fault.ACCOUNT_LOCKED in state["faults"]:
        text = "There were too many attempts to sign in. Wait for a while, or choose a new password."
        return _page("message", title="Your account is locked", text=text)
    right = state is not None and form.get("password") == state["password"]
    if not right or state is None or Fault.WRONG_PASSWORD in state["faults"]:
        return _page("sign_in", **shown, problem="Invalid username or password.")
    return None


def _page(name: str, status: int = 200, **shown: Any) -> SimulatedAnswer:
    return page(__name__.rpartition(".")[0], name, status, **shown)
