"""The pages of a simulated vendor's sign-in: who is on them, what leads on and back, and how they look.

Nothing is remembered between two pages but a sealed ticket that says who signed in.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulation import SimulatedAnswer, SimulatedRequest, State

_TICKET_SECONDS = 900


def username_on(request: SimulatedRequest) -> str | None:
    """Who signs in, or did on the page before."""
    form = request.form
    ticket = tokens.opened("ticket", form.get("ticket", ""))
    return str(ticket["username"]) if ticket is not None else form.get("username")


def mistake_in(query: Mapping[str, str], client_id: str) -> str | None:
    """What is wrong with the address that a browser came with."""
    address = urlsplit(query.get("redirect_uri", ""))
    if query.get("client_id") != client_id:
        return "The app that sent you here isn't known to us."
    if address.scheme not in ("http", "https") or not address.netloc:
        return "The app that sent you here doesn't say where to go afterwards."
    return None if query.get("response_type") == "code" else "The app asks for an answer that we don't give."


def back(query: Mapping[str, str], **result: str) -> SimulatedAnswer:
    """To the app, with what came of it."""
    address = query["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    returned = urlencode({**result, "state": query.get("state", "")})
    return SimulatedAnswer(status=303, headers={"location": f"{address}{joint}{returned}", "cache-control": "no-store"})


def ticket_for(state: State, now: datetime) -> str:
    """Says on the next page who signed in."""
    return tokens.sealed("ticket", state["username"], until=now.timestamp() + _TICKET_SECONDS)


def has_ticket(form: Mapping[str, str], now: datetime) -> bool:
    """Whether somebody signed in on the page before, and not too long ago."""
    ticket = tokens.opened("ticket", form.get("ticket", ""))
    return ticket is not None and ticket["until"] > now.timestamp()


@cache
def _templates(package: str) -> Environment:
    loader = ChoiceLoader([PackageLoader(package), PackageLoader(__name__.rpartition(".")[0])])
    return Environment(loader=loader, autoescape=True, trim_blocks=True)


def page(package: str, name: str, status: int = 200, **shown: Any) -> SimulatedAnswer:
    """A page of `templates` in a vendor's package; its base extends the common one."""
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
    }
    body = _templates(package).get_template(f"{name}.html").render(shown).encode()
    return SimulatedAnswer(status=status, headers=headers, body=body)
