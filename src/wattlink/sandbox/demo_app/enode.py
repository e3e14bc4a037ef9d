"""A client of the Enode API, as small as an app gets along with."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import aiohttp

_RENEWED_BEFORE = 60.0  # seconds before a token expires


class EnodeError(Exception):
    """An answer that isn't a success: its status, and the `detail` of its problem."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


class Enode:
    """Speaks for one application: fetches a token when it needs one, and asks."""

    def __init__(
        self, session: aiohttp.ClientSession, *, base_url: str, token_url: str, client_id: str, client_secret: str
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._token_url = token_url
        self._client = {"Authorization": aiohttp.encode_basic_auth(client_id, client_secret)}
        self._token = ""
        self._good_until = 0.0
        self._renewing = asyncio.Lock()

    async def ask(self, method: str, path: str, body: Any = None, *, query: Mapping[str, str] | None = None) -> Any:
        """The decoded answer, None where it has no body. Raises EnodeError."""
        try:
            return await self._ask(method, path, body, query)
        except EnodeError as error:
            if error.status != 401:
                raise
        self._good_until = 0.0
        return await self._ask(method, path, body, query)

    async def list(self, path: str) -> list[Any]:
        """Every entry of a paginated list. Raises EnodeError."""
        entries: list[Any] = []
        query: dict[str, str] = {}
        while True:
            page = await self.ask("GET", path, query=query)
            entries += page["data"]
            if page["pagination"]["after"] is None:
                return entries
            query = {"after": page["pagination"]["after"]}

    async def _ask(self, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> Any:
        headers = {"Authorization": f"Bearer {await self._fresh_token()}"}
        async with self._session.request(
            method, self._base_url + path, json=body, params=query, headers=headers
        ) as answer:
            return await _content(answer)

    async def _fresh_token(self) -> str:
        async with self._renewing:
            if time.monotonic() >= self._good_until:
                form = {"grant_type": "client_credentials"}
                async with self._session.post(self._token_url, data=form, headers=self._client) as answer:
                    told = await _content(answer)
                self._token = told["access_token"]
                self._good_until = time.monotonic() + told["expires_in"] - _RENEWED_BEFORE
            return self._token


async def _content(answer: aiohttp.ClientResponse) -> Any:
    content = await answer.json(content_type=None) if await answer.read() else None
    if answer.ok:
        return content
    detail = content.get("detail", "") if isinstance(content, dict) else ""
    raise EnodeError(answer.status, detail or answer.reason or "no reason given")
