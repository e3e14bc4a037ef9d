"""What a role's permissions allow."""

import pytest

from wattlink.domain.access.model import Access
from wattlink.domain.access.permissions import Permission, may
from wattlink.domain.errors import NotPermitted

_PERMISSIONS = (
    Permission(path="/thngs", letters="cr"),
    Permission(path="/products/:id/actions", letters="c"),
)


@pytest.mark.parametrize(
    ("path", "letter", "is_allowed"),
    [
        ("/thngs", "c", True),
        ("/thngs/1", "r", True),
        ("/thngs/1/actions", "r", True),
        ("/thngs/1", "d", False),
        ("/thngsome", "r", False),
        ("/products/1/actions", "c", True),
        ("/products/1", "c", False),
        ("/", "r", False),
    ],
)
def test_a_permission_counts_for_its_path_and_what_is_below(path: str, letter: str, is_allowed: bool) -> None:
    assert may(_PERMISSIONS, path, letter) is is_allowed


def test_only_a_role_limits() -> None:
    Access(applications=()).check("/products", "d")
    with pytest.raises(NotPermitted):
        Access(applications=(), permissions=_PERMISSIONS).check("/products", "d")
