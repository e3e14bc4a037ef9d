"""What belongs to the whole installation is administered by its oldest organization."""

from wattlink.db.database import Reader
from wattlink.domain.access.model import Access
from wattlink.domain.errors import NotPermitted
from wattlink.domain.organizations import store


async def check_installation(reader: Reader, access: Access) -> None:
    """Raise NotPermitted for operators of any other organization."""
    if await store.first_organization(reader) != access.organization_id:
        raise NotPermitted("only operators of the installation's oldest organization change what is for all")
