"""The same read without Wattlink: a bare Litestar app and bare ASGI, with the same pool, SELECT and JSON library.

The SELECT is the one of the dialect, whatever its store makes of it; neither app authenticates.
"""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar, get
from litestar.params import FromPath
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

SELECT = """
    SELECT device_id, device.application_id, device.user_id, external_id AS "user", account_id, vendor, kind, scopes,
           document, location_id, located_at, device.created_at, updated_at
      FROM device JOIN device_state USING (device_id) JOIN app_user ON app_user.user_id = device.user_id
     WHERE is_published AND device.application_id = ANY(%(applications)s) AND device_id = %(device_id)s
"""


def _pool() -> AsyncConnectionPool[Any]:
    return AsyncConnectionPool(
        os.environ["WATTLINK_DATABASE_URL"], kwargs={"autocommit": True}, min_size=1, max_size=10, open=False
    )


async def _read(pool: AsyncConnectionPool[Any], device_id: UUID) -> dict[str, Any]:
    applications = [UUID(os.environ["BENCH_APPLICATION"])]
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row, binary=True)
        await cursor.execute(SELECT, {"applications": applications, "device_id": device_id}, prepare=True)
        found: dict[str, Any] | None = await cursor.fetchone()
    assert found is not None
    return found


def litestar_app() -> Litestar:
    """A bare Litestar app."""
    pool = _pool()

    @contextlib.asynccontextmanager
    async def living(_: Litestar) -> AsyncIterator[None]:
        async with pool:
            yield

    @get("/vehicles/{vehicle_id:uuid}")
    async def get_vehicle(vehicle_id: FromPath[UUID]) -> dict[str, Any]:
        return await _read(pool, vehicle_id)

    return Litestar([get_vehicle], lifespan=[living], openapi_config=None)


def asgi_app() -> Any:
    """Bare ASGI."""
    pool = _pool()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            async with pool:
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = msgspec.json.encode(await _read(pool, UUID(scope["path"].rpartition("/")[2])))
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app
