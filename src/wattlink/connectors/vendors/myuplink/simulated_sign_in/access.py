"""What the simulated vendor's access tokens say."""

from datetime import datetime
from typing import Any

from wattlink.connectors.simulated_sign_in import tokens

ACCESS_SECONDS = 3_600


def access_token(username: str, now: datetime, **claims: Any) -> str:
    """A JWT of an account's, good for an hour."""
    issued = int(now.timestamp())
    times = {"nbf": issued, "iat": issued, "exp": issued + ACCESS_SECONDS}
    return tokens.access_token(username, {"typ": "at+jwt"}, {"iss": "https://api.myuplink.com", **times, **claims})
