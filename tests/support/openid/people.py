"""Who signs in at the provider, and the browser that they do it with."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
from yarl import URL

from tests.support.openid.running import OpenIdProvider


class Browser:
    """Follows redirects until they leave this machine, or an answer is none."""

    def __init__(self) -> None:
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def open(self, address: str, *, stop: Callable[[str], bool] = lambda _: False) -> tuple[int, str]:
        """The status of the last answer, and the address that it was asked at or would lead to."""
        while True:
            async with self.http.get(URL(address, encoded=True), allow_redirects=False) as answer:
                if answer.status not in (302, 303):
                    return answer.status, address
                address = str(answer.url.join(URL(answer.headers["location"], encoded=True)))
                if urlsplit(address).hostname != "localhost" or stop(address):
                    return answer.status, address


async def ada(provider: OpenIdProvider, **claims: Any) -> str:
    """Ada comes next, with a subject of her own each time."""
    sub = uuid4().hex
    await provider.sign_in(
        sub,
        **{
            "email": f"{sub}@example.com",
            "email_verified": True,
            "given_name": "Ada",
            "family_name": "Lovelace",
            "birthdate": "1915-12-10",
            "gender": "female",
            "locale": "en-GB",
            "picture": "https://pictures.example.com/ada.png",
            **claims,
        },
    )
    return sub
