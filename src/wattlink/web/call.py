"""A request as our views see it: who calls, what they may use, and what was sent."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from litestar import Request

from wattlink.domain.access.model import Access
from wattlink.domain.errors import InvalidInput, NotFound
from wattlink.web.bodies import decode, is_storable
from wattlink.wiring import Hub


class Call(Request[None, Access, Any]):
    """One call of a dialect's API."""

    @property
    def hub(self) -> Hub:
        """What the edge may use."""
        hub: Hub = self.app.state["hub"]
        return hub

    @property
    def access(self) -> Access:
        """The caller's reach; there is one only behind `authentication.py`."""
        return self.auth

    @property
    def path_params(self) -> dict[str, Any]:
        """The ids in the path, decoded; raises InvalidInput for what isn't text."""
        return {name: _decoded(name, value) for name, value in self.scope["path_params"].items()}

    def check_query(self) -> None:
        """Raise InvalidInput for what is asked for with a character that no text can hold."""
        for name, value in self.query_params.multi_items():
            if not is_storable(name + value):
                raise InvalidInput(name if is_storable(name) else "query", "holds a character that no text can hold")

    async def json(self) -> Any:
        """The body as what the view declares `data` to be, whatever the Content-Type says."""
        field = self.route_handler.parsed_data_field
        return decode(await self.body(), field.annotation if field is not None else Any)


def uuid_of(what: str, text: str) -> UUID:
    """An id of something, as it stands in a path; raises NotFound for what can't be one."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what, text) from None


def _decoded(name: str, value: str) -> str:
    if "%" not in value:
        return value
    try:
        text = unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput(name, "isn't UTF-8") from None
    if not is_storable(text):
        raise InvalidInput(name, "holds a character that no text can hold")
    return text
