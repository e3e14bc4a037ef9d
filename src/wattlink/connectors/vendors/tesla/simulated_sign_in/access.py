"""What the simulated vendor's access tokens say."""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens

_ISSUER = "https://fleet-auth.tesla.com/oauth2/v3/nts"
ACCESS_SECONDS = 28_800


def access_token(username: str, now: datetime, **claims: Any) -> str:
    """A JWT of an account's, good for eight hours."""
    issued = int(now.timestamp())
    times = {"iat": issued, "exp": issued + ACCESS_SECONDS}
    return tokens.access_token(username, {"typ": "JWT"}, {"iss": _ISSUER, **times, **claims})
