"""The same reads without Wattlink: a bare Litestar app and bare ASGI, with the same pool, SELECT and JSON library.

A page is read by bare Litestar only. The SELECT is the one of the dialect, whatever its store makes of it; neither app
authenticates.
"""

import contextlib
import os
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Litestar, get
from litestar.params import FromPath, QueryParameter
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from wattlink.dialects.evrythng.ids import uuid_of

_COLUMNS = """
    SELECT device_id, device.application_id, device.user_id, external_id AS "user", account_id, vendor, kind, scopes,
           document, location_id, located_at, device.created_at, updated_at
      FROM device JOIN device_state USING (device_id) JOIN app_user ON app_user.user_id = device.user_id
"""
_ONE = f"{_COLUMNS} WHERE is_published AND device.application_id = ANY(%(applications)s) AND device_id = %(device_id)s"
_PAGE = f"""
    {_COLUMNS}
     WHERE is_published AND device.application_id = %(application)s AND kind = 'vehicle'
       AND (device.created_at, device_id) < ('infinity', '00000000-0000-0000-0000-000000000000')
     ORDER BY device.created_at DESC, device_id DESC LIMIT %(limit)s
"""

_USER = """
    SELECT user_id, app_user.application_id, external_id, app_user.created_at, project_id, login, email, first_name,
           last_name, profile, activated_at, app_user.changed_at
      FROM app_user JOIN application USING (application_id)
     WHERE app_user.application_id = ANY(%(applications)s) AND user_id = %(user_id)s
"""

PageSize = Annotated[int, QueryParameter(name="pageSize")]


def _pool() -> AsyncConnectionPool[Any]:
    return AsyncConnectionPool(
        os.environ["WATTLINK_DATABASE_URL"], kwargs={"autocommit": True}, min_size=1, max_size=10, open=False
    )


async def _read(pool: AsyncConnectionPool[Any], device_id: UUID) -> dict[str, Any]:
    applications = [UUID(os.environ["BENCH_APPLICATION"])]
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row, binary=True)
        await cursor.execute(_ONE, {"applications": applications, "device_id": device_id}, prepare=True)
        found: dict[str, Any] | None = await cursor.fetchone()
    assert found is not None
    return found


async def _page(pool: AsyncConnectionPool[Any], limit: int) -> list[dict[str, Any]]:
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row, binary=True)
        found: list[dict[str, Any]] = await (
            await cursor.execute(
                _PAGE, {"application": UUID(os.environ["BENCH_APPLICATION"]), "limit": limit}, prepare=True
            )
        ).fetchall()
    return found


async def _user(pool: AsyncConnectionPool[Any], user_id: UUID) -> dict[str, Any]:
    applications = [UUID(os.environ["BENCH_APPLICATION"])]
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row, binary=True)
        await cursor.execute(_USER, {"applications": applications, "user_id": user_id}, prepare=True)
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

    @get("/vehicles")
    async def list_vehicles(page_size: PageSize) -> dict[str, Any]:
        return {"data": await _page(pool, page_size)}

    @get("/users/{user_id:str}")
    async def get_user(user_id: FromPath[str]) -> dict[str, Any]:
        return await _user(pool, uuid_of("user", user_id))

    return Litestar([get_vehicle, list_vehicles, get_user], lifespan=[living], openapi_config=None)


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
