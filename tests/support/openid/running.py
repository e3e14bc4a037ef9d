"""Starts the provider, and says who is signed in there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.npm import NODE, install

_SCRIPT = Path(__file__).with_name("provider.mjs")
_PACKAGE = "oidc-provider@9.13.3"


class OpenIdProvider:
    """The provider, from outside."""

    def __init__(self, issuer: str, http: aiohttp.ClientSession) -> None:
        self.issuer = issuer
        self._http = http

    async def sign_in(self, sub: str | None, **claims: Any) -> None:
        """Whoever comes next is this person; None: nobody, who refuses."""
        async with self._http.put(f"{self.issuer}/control", json={"sub": sub, **claims}) as answer:
            assert answer.status == 204

    async def add_client(self, client_id: str, client_secret: str, *redirect_uris: str) -> None:
        """Know a client."""
        client = {"client_id": client_id, "client_secret": client_secret, "redirect_uris": redirect_uris}
        async with self._http.post(f"{self.issuer}/control/clients", json=client) as answer:
            assert answer.status == 204

    async def change_keys(self) -> None:
        """Sign with another key from now on."""
        async with self._http.post(f"{self.issuer}/control/keys") as answer:
            assert answer.status == 204


@contextlib.asynccontextmanager
async def running_openid_provider(folder: Path, port: int) -> AsyncIterator[OpenIdProvider]:
    """The provider, until the block ends."""
    modules = await asyncio.to_thread(install, folder, _PACKAGE)
    words = (str(NODE), str(_SCRIPT), str(modules), str(port))
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        while (line := await process.stdout.readline()).strip() != b"ready":
            assert line, "the provider ended before it was ready"
        async with aiohttp.ClientSession() as http:
            yield OpenIdProvider(f"http://localhost:{port}", http)
    finally:
        process.terminate()
        await process.wait()
