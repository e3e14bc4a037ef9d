"""The simulated vendor's own pages: sign-in, and consent in which changing settings may be left out.

Nothing is remembered between two pages but a sealed ticket that says who signed in.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader

from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome
from wattlink.connectors.vendors.myuplink.simulated_sign_in import tokens
from wattlink.connectors.vendors.myuplink.simulated_sign_in.grants import CLIENT_ID, new_code

_TICKET_SECONDS = 900
_ALWAYS = {"READSYSTEM": "See your systems and their values", "offline_access": "Stay connected while you're away"}
_OPTIONAL = {"WRITESYSTEM": "Change settings of your systems"}


def username_on(request: SimulatedRequest) -> str | None:
    """Who signs in, or did on the page before."""
    form = request.form
    ticket = tokens.opened("ticket", form.get("ticket", ""))
    return str(ticket["username"]) if ticket is not None else form.get("username")


def authorize(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`/oauth/authorize`: sign in, then choose what to allow, then back to the app."""
    query, form = request.query, request.form
    mistake = _mistake_in(query)
    if mistake is not None:
        return _page("message", 400, title="This sign-in link is broken", text=mistake), state
    if form.get("decision") == "deny":
        return _back(query, error="access_denied"), state
    asked = query.get("scope", "").split()
    if state is not None and _has_ticket(form, now):
        scopes = [scope for scope in asked if scope in _ALWAYS or (scope in _OPTIONAL and scope in form)]
        code, state = new_code(state, query["redirect_uri"], scopes, now)
        return _back(query, code=code, scope=" ".join(scopes)), state
    refused = _sign_in(request, state)
    if refused is not None:
        return refused, state
    assert state is not None  # nobody unknown is let in
    shown = {
        "username": state["username"],
        "always": [words for scope, words in _ALWAYS.items() if scope in asked],
        "optional": {scope: words for scope, words in _OPTIONAL.items() if scope in asked},
    }
    return _page("consent", ticket=_ticket(state, now), **shown), state


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


def _mistake_in(query: Mapping[str, str]) -> str | None:
    address = urlsplit(query.get("redirect_uri", ""))
    if query.get("client_id") != CLIENT_ID:
        return "The app that sent you here isn't known to us."
    if address.scheme not in ("http", "https") or not address.netloc:
        return "The app that sent you here doesn't say where to go afterwards."
    return None if query.get("response_type") == "code" else "The app asks for an answer that we don't give."


def _back(query: Mapping[str, str], **result: str) -> SimulatedAnswer:
    address = query["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    returned = urlencode({**result, "state": query.get("state", "")})
    return SimulatedAnswer(status=303, headers={"location": f"{address}{joint}{returned}", "cache-control": "no-store"})


def _ticket(state: State, now: datetime) -> str:
    return tokens.sealed("ticket", state["username"], until=now.timestamp() + _TICKET_SECONDS)


def _has_ticket(form: Mapping[str, str], now: datetime) -> bool:
    ticket = tokens.opened("ticket", form.get("ticket", ""))
    return ticket is not None and ticket["until"] > now.timestamp()


@cache
def _templates() -> Environment:
    package = __name__.rpartition(".")[0]
    return Environment(loader=PackageLoader(package, "templates"), autoescape=True, trim_blocks=True)


def _page(name: str, status: int = 200, **shown: Any) -> SimulatedAnswer:
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
    }
    body = _templates().get_template(f"{name}.html").render(shown).encode()
    return SimulatedAnswer(status=status, headers=headers, body=body)
