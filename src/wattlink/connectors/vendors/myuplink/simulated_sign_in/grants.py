"""The simulated token endpoint: codes become tokens, refresh tokens rotate, one is revoked.

A sign-in's tokens form a session; `serial` numbers its refresh tokens. A refresh token works once. For
`grace_seconds` (a knob of the account; 0 is none) the last used one gives its successor again. `withdraw` ends every
session; a changed password ends those before it. Access tokens live on to their end, as signed tokens do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens
from wattlink.connectors.simulation import Fault, SimulatedAnswer, SimulatedRequest, State
from wattlink.connectors.vendors.myuplink.simulated_answers import Outcome, refusal, told
from wattlink.connectors.vendors.myuplink.simulated_sign_in.access import ACCESS_SECONDS, access_token

CLIENT_ID, CLIENT_SECRET = "wattlink-demo", "wattlink-demo-secret"  # ours, at the simulator
CODE_SECONDS = 300
_REFRESH_SECONDS = 30 * 86_400
_DEAD, _BAD_CLIENT = refusal("invalid_grant"), refusal("invalid_client")


def discovered(base: str) -> SimulatedAnswer:
    """`GET /.well-known/openid-configuration`"""
    return told(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revocation",
            "scopes_supported": ["READSYSTEM", "WRITESYSTEM", "offline_access"],
            "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        }
    )


def token(request: SimulatedRequest, state: State | None, now: datetime) -> Outcome:
    """`POST /oauth/token`"""
    form = request.form
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return _BAD_CLIENT, state
    match form.get("grant_type"):
        case "authorization_code":
            return _exchanged(form, state, now)
        case "refresh_token":
            return _refreshed(form, state, now)
    return refusal("unsupported_grant_type"), state


def revoke(request: SimulatedRequest, state: State | None) -> Outcome:
    """`POST /oauth/revocation`: one sign-in's refresh token; a dead or unknown one is no error."""
    form = request.form
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return _BAD_CLIENT, state
    claims = tokens.opened("refresh", form.get("token", ""))
    if state is None or claims is None:
        return told({}), state
    kept = {key: session for key, session in state["sessions"].items() if key != claims["session"]}
    return told({}), {**state, "sessions": kept}


def _exchanged(form: Mapping[str, str], state: State | None, now: datetime) -> Outcome:
    claims = tokens.opened("code", form.get("code", ""))
    if state is None or claims is None or claims["number"] not in state["codes"]:
        return _DEAD, state
    code = state["codes"][claims["number"]]
    state = {**state, "codes": {key: kept for key, kept in state["codes"].items() if key != claims["number"]}}
    if code["until"] <= now.timestamp() or code["redirect_uri"] != form.get("redirect_uri"):
        return _DEAD, state
    session = {
        "scopes": code["scopes"],
        "password": tokens.fingerprint(state["password"]),
        "serial": 1,
        "rotated_at": now.timestamp(),
    }
    return _given(state, claims["number"], session, now)


def _refreshed(form: Mapping[str, str], state: State | None, now: datetime) -> Outcome:
    claims = tokens.opened("refresh", form.get("refresh_token", ""))
    if state is None or claims is None or Fault.REFRESH_REFUSED in state["faults"]:
        return _DEAD, state
    session = state["sessions"].get(claims["session"])
    if session is None or session["password"] != tokens.fingerprint(state["password"]):
        return _DEAD, state
    age = now.timestamp() - session["rotated_at"]
    if claims["serial"] == session["serial"] and age < _REFRESH_SECONDS:
        rotated = {**session, "serial": session["serial"] + 1, "rotated_at": now.timestamp()}
        return _given(state, claims["session"], rotated, now)
    if claims["serial"] == session["serial"] - 1 and age < state["grace_seconds"]:
        return _given(state, claims["session"], session, now)
    return _DEAD, state


def _given(state: State, key: str, session: Mapping[str, Any], now: datetime) -> Outcome:
    kept = state["consent"]
    scopes = [scope for scope in session["scopes"] if kept is None or scope in kept]
    claims = {"sub": state["subject"], "client_id": CLIENT_ID, "scope": scopes}
    answer = {
        "access_token": access_token(state["username"], now, **claims),
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
        "refresh_token": tokens.sealed("refresh", state["username"], session=key, serial=session["serial"]),
        "scope": " ".join(scopes),
    }
    return told(answer), {**state, "sessions": {**state["sessions"], key: dict(session)}}
