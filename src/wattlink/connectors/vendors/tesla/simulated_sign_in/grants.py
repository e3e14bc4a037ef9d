"""The simulated token endpoint: codes become tokens, refresh tokens rotate, grants are revoked.

A sign-in's tokens form a session; `serial` numbers its refresh tokens. A refresh token works once. For
`grace_seconds` (a knob of the account; 0 is none) the last used one gives its successor again, as often as asked: who
lost the answer isn't locked out. Revoking, and `withdraw`, end every session; a changed password ends those before it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulated_sign_in.codes import withdrawn
from wattlink.connectors.simulation import Fault, SimulatedRequest, State
from wattlink.connectors.vendors.tesla.simulated_answers import Outcome, json_answer, refusal
from wattlink.connectors.vendors.tesla.simulated_sign_in.access import ACCESS_SECONDS, access_token

CLIENT_ID, CLIENT_SECRET, DOMAIN = "wattlink-demo", "wattlink-demo-secret", "wattlink.example"  # ours, at the simulator
ALWAYS = ("openid", "offline_access")  # scopes without which there is no sign-in
CODE_SECONDS = 120
_REFRESH_SECONDS = 90 * 86_400
_USED_UP = refusal(400, "invalid_auth_code", "The code is unknown, used or expired.")
_LOGIN_REQUIRED = refusal(401, "login_required", "Login required.")
BAD_CLIENT = refusal(401, "invalid_client", "The client is unknown or its secret is wrong.")


def token(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`POST /oauth2/v3/token`"""
    form = request.form
    grant_type = form.get("grant_type")
    if form.get("client_id") != CLIENT_ID:
        return BAD_CLIENT, state
    if grant_type == "refresh_token":
        return _refreshed(form, state, now)
    if form.get("client_secret") != CLIENT_SECRET:
        return BAD_CLIENT, state
    if not form.get("audience"):
        return refusal(400, "invalid_request", "The audience is missing."), state
    if grant_type == "authorization_code":
        return _exchanged(form, state, now)
    if grant_type == "client_credentials":
        partner = {"access_token": tokens.sealed("partner", CLIENT_ID), "token_type": "Bearer"}
        return json_answer({**partner, "expires_in": ACCESS_SECONDS}), state
    return refusal(400, "unsupported_grant_type", "The grant type isn't supported."), state


def revoke(request: SimulatedRequest, state: State | None) -> Outcome:
    """`POST /oauth2/v3/revoke`: the whole grant; a dead or unknown token is no error."""
    form = request.form
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return BAD_CLIENT, state
    claims = carried(form.get("token", ""))
    if state is None or claims is None or claims["session"] not in state["sessions"]:
        return json_answer({}), state
    return json_answer({}), withdrawn(state)


def signed_in(state: State, scopes: Sequence[str], now: datetime) -> Outcome:
    """Tokens for a sign-in that needed no code."""
    number = str(state["numbers"] + 1)
    return _given(
        {**state, "numbers": state["numbers"] + 1, "consent": None}, number, _new_session(state, scopes, now), now
    )


def carried(token_text: str) -> Mapping[str, Any] | None:
    """The claims of any token of ours that belongs to a session."""
    return tokens.opened_access(token_text) or tokens.opened("refresh", token_text.removeprefix("EU_"))


def session_of(claims: Mapping[str, Any], state: State) -> Mapping[str, Any] | None:
    """The session that a token belongs to, while it lives."""
    session = state["sessions"].get(claims["session"])
    if session is None or session["password"] != tokens.fingerprint(state["password"]):
        return None
    return dict(session)


def _exchanged(form: Mapping[str, str], state: State | None, now: datetime) -> Outcome:
    claims = tokens.opened("code", form.get("code", ""))
    if state is None or claims is None or claims["number"] not in state["codes"]:
        return _USED_UP, state
    code = state["codes"][claims["number"]]
    state = {**state, "codes": {key: kept for key, kept in state["codes"].items() if key != claims["number"]}}
    if code["until"] <= now.timestamp() or code["redirect_uri"] != form.get("redirect_uri"):
        return _USED_UP, state
    return _given(state, claims["number"], _new_session(state, code["scopes"], now), now)


def _new_session(state: State, scopes: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        "scopes": list(scopes),
        "password": tokens.fingerprint(state["password"]),
        "serial": 1,
        "rotated_at": now.timestamp(),
    }


def _refreshed(form: Mapping[str, str], state: State | None, now: datetime) -> Outcome:
    claims = tokens.opened("refresh", form.get("refresh_token", "").removeprefix("EU_"))
    session = session_of(claims, state) if state is not None and claims is not None else None
    if state is None or claims is None or session is None or Fault.REFRESH_REFUSED in state["faults"]:
        return _LOGIN_REQUIRED, state
    age = now.timestamp() - session["rotated_at"]
    if claims["serial"] == session["serial"] and age < _REFRESH_SECONDS:
        rotated = {**session, "serial": session["serial"] + 1, "rotated_at": now.timestamp()}
        return _given(state, claims["session"], rotated, now)
    if claims["serial"] == session["serial"] - 1 and age < state["grace_seconds"]:
        return _given(state, claims["session"], session, now)
    return _LOGIN_REQUIRED, state


def _given(state: State, key: str, session: Mapping[str, Any], now: datetime) -> Outcome:
    username = state["username"]
    access = access_token(
        username,
        now,
        sub=state["subject"],
        azp=CLIENT_ID,
        aud=["https://fleet-api.prd.na.vn.cloud.tesla.com", "https://fleet-api.prd.eu.vn.cloud.tesla.com"],
        scp=_consented(state, session["scopes"]),
        ou_code=state["region"].upper(),
        session=key,
    )
    answer = {
        "access_token": access,
        "refresh_token": "EU_" + tokens.sealed("refresh", username, session=key, serial=session["serial"]),
        "id_token": tokens.sealed("id", username),
        "expires_in": ACCESS_SECONDS,
        "token_type": "Bearer",
    }
    return json_answer(answer), {**state, "sessions": {**state["sessions"], key: dict(session)}}


def _consented(state: State, scopes: Sequence[str]) -> list[str]:
    kept = state["consent"]
    return [scope for scope in scopes if kept is None or scope in kept or scope in ALWAYS]
