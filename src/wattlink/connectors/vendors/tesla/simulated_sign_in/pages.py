"""The simulated vendor's own pages: sign-in with consent, and the page that puts our key into cars."""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in.codes import new_code
from wattlink.connectors.simulated_sign_in.pages import back, has_ticket, mistake_in, page, ticket_for
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome
from wattlink.connectors.vendors.tesla.simulated_life import cars
from wattlink.connectors.vendors.tesla.simulated_sign_in.grants import ALWAYS, CLIENT_ID, CODE_SECONDS, DOMAIN

PERMISSIONS = {
    "user_data": "Profile information",
    "vehicle_device_data": "Vehicle information: battery, range, odometer",
    "vehicle_location": "Vehicle location",
    "vehicle_cmds": "Vehicle commands",
    "vehicle_charging_cmds": "Vehicle charging management",
    "energy_device_data": "Energy product information",
    "energy_cmds": "Energy product settings",
}


def authorize(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`/oauth2/v3/authorize`: sign in, then choose what to allow, then back to the app."""
    query, form = request.query, request.form
    mistake = mistake_in(query, CLIENT_ID)
    if mistake is not None:
        return _page("message", 400, title="This sign-in link is broken", text=mistake), state
    if form.get("decision") == "deny":
        return back(query, error="access_denied", error_description="User denied access"), state
    asked = [scope for scope in query.get("scope", "").split() if scope in PERMISSIONS]
    if state is not None and has_ticket(form, now):
        scopes = [*ALWAYS, *(scope for scope in asked if scope in form)]
        code, state = new_code(state, query["redirect_uri"], scopes, now, seconds=CODE_SECONDS)
        return back(query, code=code), state
    refused = _sign_in(request, state, "to continue to Wattlink Demo", can_cancel=True)
    if refused is not None:
        return refused, state
    assert state is not None  # nobody unknown is let in
    permissions = {scope: PERMISSIONS[scope] for scope in asked}
    return _page("consent", ticket=ticket_for(state, now), permissions=permissions, username=state["username"]), state


def pair_key(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`/_ak/{domain}`: sign in, then choose the cars that get the key."""
    form = request.form
    if request.path != f"/_ak/{DOMAIN}":
        text = "No app is registered for this address, so there is no key to add."
        return _page("message", 404, title="Unknown app", text=text), state
    if state is not None and has_ticket(form, now):
        keyless = {vin: car for vin, car in cars(state).items() if not car["key"] and vin in form}
        devices = state["devices"] | {vin: {**car, "key": True} for vin, car in keyless.items()}
        added = [car["name"] for car in keyless.values()]
        text = f"Added to {', '.join(added)}." if added else "Nothing was added."
        text += " You can close this page and go back to the app."
        return _page("message", title="Phone key", text=text), {**state, "devices": devices}
    refused = _sign_in(request, state, "to add the key of Wattlink Demo to your cars", can_cancel=False)
    if refused is not None:
        return refused, state
    assert state is not None  # nobody unknown is let in
    return _page("pairing", ticket=ticket_for(state, now), cars=cars(state)), state


def _sign_in(
    request: SimulatedRequest, state: State | None, purpose: str, *, can_cancel: bool
) -> SimulatedAnswer | None:
    """The sign-in page, again as long as what was typed isn't right; None once it is."""
    form = request.form
    shown: dict[str, Any] = {"purpose": purpose, "can_cancel": can_cancel, "username": form.get("username", "")}
    if request.method != "POST" or "ticket" in form:  # or a ticket that is too old
        return _page("sign_in", **shown)
    if state is not None and Fault.ACCOUNT_LOCKED in state["faults"]:
        text = "There were too many attempts to sign in. Unlock your account with the e-mail that we sent you."
        return _page("message", title="Your account is locked", text=text)
    right = state is not None and form.get("password") == state["password"]
    if not right or state is None or Fault.WRONG_PASSWORD in state["faults"]:
        return _page("sign_in", **shown, problem="We don't recognize this sign-in. Check e-mail and password.")
    return None


def _page(name: str, status: int = 200, **shown: Any) -> SimulatedAnswer:
    return page(__name__.rpartition(".")[0], name, status, **shown)
