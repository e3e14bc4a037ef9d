"""An application's backend at the platform's own API."""

from typing import Any

import msgspec
from yarl import URL

from tests.support.stack import Answer, App


class PlatformApp:
    """The same application as `app`, with the same token."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def send(self, method: str, path: str, body: Any = None, **query: str | int) -> Answer:
        """The answer as it is."""
        url = URL(f"{self.app.stack.url}/platform{path}", encoded=True).update_query(query)
        data = None if body is None else msgspec.json.encode(body)
        async with self.app.stack.http.request(method, url, data=data, headers=self.app.headers) as answer:
            content = await answer.read()
            return Answer(answer.status, answer.headers, msgspec.json.decode(content) if content else None)

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON of an answer that has to be good."""
        answer = await self.send("GET", path, **query)
        assert answer.status == 200, answer.json
        return answer.json

    async def post(self, path: str, body: Any = None) -> Any:
        """The JSON of an answer that has to be good."""
        answer = await self.send("POST", path, body)
        assert answer.status in (200, 201), answer.json
        return answer.json
