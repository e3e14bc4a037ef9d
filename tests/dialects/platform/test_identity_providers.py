"""Whom an application's users may sign in with: an operator's business, sealed, never shown, never another's."""

from typing import Any

import pytest

from tests.dialects.platform.conftest import Caller, Organization
from wattlink.domain.access.model import Access
from wattlink.domain.users.elsewhere import store
from wattlink.domain.users.elsewhere.model import secret_context
from wattlink.wiring import Hub

_KEYS = {
    "kind": "oidc",
    "clientId": "us",
    "clientSecret": "hidden",
    "issuer": "https://accounts.example.com",
    "redirectUris": ["https://app.example.com/signed-in"],
}
_FACEBOOK = {"kind": "facebook", "clientId": "138483919580948", "clientSecret": "hidden"}


@pytest.fixture
def path(ours: Organization) -> str:
    return f"/applications/{ours.application.application_id}/identity-providers"


async def secret_of(hub: Hub, ours: Organization, name: str) -> str | None:
    access = Access(applications=(ours.application.application_id,))
    async with hub.db.read() as reader:
        service = await store.service(reader, access, name)
    if service.sealed_secret is None:
        return None
    return hub.vault.open(service.sealed_secret, context=secret_context(service.service_id)).decode()


async def test_they_are_listed_replaced_and_removed(hub: Hub, ours: Organization, operator: Caller, path: str) -> None:
    made = (await operator.put(f"{path}/keys", _KEYS)).json()
    assert made.pop("callbackUrl").startswith("https://link.example.com/link/signed-in/")
    assert made.pop("createdAt")
    assert made == {
        "name": "keys",
        "kind": "oidc",
        "clientId": "us",
        "hasClientSecret": True,
        "issuer": "https://accounts.example.com",
        "scopes": ["openid", "email", "profile"],
        "redirectUris": ["https://app.example.com/signed-in"],
    }
    assert (await operator.put(f"{path}/facebook", _FACEBOOK)).json()["callbackUrl"] is None
    changed = await operator.put(f"{path}/keys", {**_KEYS, "clientSecret": None, "scopes": ["openid"]})
    assert changed.json()["scopes"] == ["openid"]
    assert await secret_of(hub, ours, "keys") == "hidden"
    listed = await operator.get(path)
    assert [one["name"] for one in listed.json()["data"]] == ["facebook", "keys"]
    assert "hidden" not in listed.text
    assert (await operator.delete(f"{path}/keys")).status_code == 204
    assert (await operator.delete(f"{path}/keys")).status_code == 404


async def test_another_client_is_never_sent_the_secret_of_the_one_before(
    hub: Hub, ours: Organization, operator: Caller, path: str
) -> None:
    await operator.put(f"{path}/keys", _KEYS)
    moved = {**_KEYS, "issuer": "https://other.example.com", "clientSecret": None}
    assert (await operator.put(f"{path}/keys", moved)).json()["hasClientSecret"] is False
    assert await secret_of(hub, ours, "keys") is None
    await operator.put(f"{path}/keys", _KEYS)
    assert (await operator.put(f"{path}/keys", {**_KEYS, "clientSecret": ""})).json()["hasClientSecret"] is False


_REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("Keys", {}, "name"),
    ("a_b", {}, "name"),
    ("facebook", {}, "kind"),
    ("keys", {"kind": "facebook"}, "kind"),
    ("keys", {"kind": "saml"}, "kind"),
    ("keys", {"clientId": ""}, "clientId"),
    ("keys", {"clientSecret": "a\nb"}, "clientSecret"),
    ("keys", {"issuer": None}, "issuer"),
    ("keys", {"issuer": "http://accounts.example.com"}, "issuer"),
    ("keys", {"issuer": "https://accounts.example.com?x"}, "issuer"),
    ("keys", {"issuer": "https://us@accounts.example.com"}, "issuer"),
    ("keys", {"issuer": "ftp://accounts.example.com"}, "issuer"),
    ("keys", {"issuer": "https://[::1"}, "issuer"),
    ("keys", {"scopes": ["email"]}, "scopes"),
    ("keys", {"scopes": ["openid", "e mail"]}, "scopes"),
    ("keys", {"redirectUris": ["javascript:alert(1)"]}, "redirectUris[0]"),
    ("facebook", {**_FACEBOOK, "clientId": "voltly", "issuer": None, "redirectUris": []}, "clientId"),
    ("facebook", {**_FACEBOOK, "clientSecret": None, "issuer": None, "redirectUris": []}, "clientSecret"),
    ("facebook", {**_FACEBOOK, "redirectUris": []}, "issuer"),
]


async def test_what_can_not_be_used_is_named(operator: Caller, path: str) -> None:
    for name, changed, field in _REFUSED:
        answer = await operator.put(f"{path}/{name}", {**_KEYS, **changed})
        assert (answer.status_code, answer.json()["issues"][0]["field"]) == (400, field), answer.json()
    assert (await operator.get(path)).json()["data"] == []


async def test_they_are_an_operators_business_and_never_another_organizations(
    operator: Caller, application: Caller, theirs: Organization, path: str
) -> None:
    await operator.put(f"{path}/keys", _KEYS)
    for caller, status in ((theirs.operator, 404), (application, 403)):
        assert (await caller.get(path)).status_code == status
        assert (await caller.put(f"{path}/keys", _KEYS)).status_code == status
        assert (await caller.delete(f"{path}/keys")).status_code == status
    other = f"/applications/{theirs.application.application_id}/identity-providers"
    assert (await theirs.operator.get(other)).json()["data"] == []
