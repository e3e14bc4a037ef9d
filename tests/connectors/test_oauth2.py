"""The OAuth 2 messages that connectors share."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from wattlink.base.outbound import Answer
from wattlink.connectors.contract import Credential, SignInAnswer, SignInRequest
from wattlink.connectors.errors import UnexpectedAnswer
from wattlink.connectors.oauth2 import (
    TokenRefused,
    authorization_query,
    claims_of,
    code_form,
    credential_of,
    refresh_form,
    revocation_form,
    tokens_of,
)

NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
OLD = Credential(access_token="a", expires_at=NOW, refresh_token="r", extra={"region": "eu"})
REQUEST = SignInRequest(redirect_uri="https://a.example/?x=1&y=ü", state="s", scopes=frozenset())
ANSWER = SignInAnswer(code="c/+ =", redirect_uri=REQUEST.redirect_uri, scopes=frozenset())


def test_a_challenge_goes_along_where_there_is_one() -> None:
    assert "code_challenge" not in authorization_query("id", REQUEST, "a b")
    with_challenge = SignInRequest(redirect_uri="https://a.example", state="s", scopes=frozenset(), code_challenge="x")
    query = authorization_query("id", with_challenge, "a b", audience="them")
    assert query["code_challenge_method"] == "S256"
    assert (query["scope"], query["audience"]) == ("a b", "them")


def test_forms_carry_what_they_are_given_unchanged() -> None:
    assert code_form("id", ANSWER, client_secret="s&p") == {
        "grant_type": "authorization_code",
        "client_id": "id",
        "client_secret": "s&p",
        "code": "c/+ =",
        "redirect_uri": REQUEST.redirect_uri,
    }
    verified = SignInAnswer(code="c", redirect_uri="https://a.example", scopes=frozenset(), code_verifier="v")
    assert code_form("id", verified)["code_verifier"] == "v"
    assert refresh_form("id", OLD) == {"grant_type": "refresh_token", "client_id": "id", "refresh_token": "r"}


def test_the_refresh_token_is_withdrawn_and_without_one_the_access_token() -> None:
    assert revocation_form("id", OLD)["token"] == "r"
    only_access = Credential(access_token="a", expires_at=NOW)
    assert revocation_form("id", only_access) == {"token": "a", "token_type_hint": "access_token", "client_id": "id"}


def test_what_an_answer_leaves_out_is_kept() -> None:
    fresh = credential_of({"access_token": "b", "expires_in": 60}, NOW, before=OLD)
    assert (fresh.access_token, fresh.refresh_token, fresh.extra) == ("b", "r", {"region": "eu"})
    assert fresh.expires_at == NOW + timedelta(minutes=1)
    assert credential_of({"access_token": "b"}, NOW).expires_at > NOW


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (3600, timedelta(hours=1)),
        (3600.0, timedelta(hours=1)),
        ("3600", timedelta(hours=1)),
        ("3600.0", timedelta(hours=1)),
        ("soon", timedelta(minutes=5)),
        ([], timedelta(minutes=5)),
        (True, timedelta(minutes=5)),
        (-5, timedelta(minutes=5)),
        (1e30, timedelta(minutes=5)),
    ],
)
def test_a_token_is_kept_whatever_is_said_of_its_life(life: Any, expected: timedelta) -> None:
    """The refresh token before it is used up: thrown away, it would cost the user another sign-in."""
    told = msgspec.json.encode({"access_token": "b", "refresh_token": "s", "expires_in": life})
    fresh = credential_of(tokens_of(Answer(200, {}, told)), NOW, before=OLD)
    assert (fresh.access_token, fresh.refresh_token, fresh.expires_at) == ("b", "s", NOW + expected)


@pytest.mark.parametrize("beside", [{"scope": {"a": 1}}, {"scope": 5}, {"error": None}, {"error": ""}])
def test_a_token_is_kept_whatever_stands_beside_it(beside: Any) -> None:
    told = msgspec.json.encode({"access_token": "b", "refresh_token": "s", "expires_in": 60, **beside})
    assert credential_of(tokens_of(Answer(200, {}, told)), NOW, before=OLD).refresh_token == "s"


def test_an_empty_refresh_token_is_none() -> None:
    assert credential_of({"access_token": "b", "refresh_token": ""}, NOW, before=OLD).refresh_token == "r"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token": 5}', b'{"error": ""}'])
def test_what_is_no_token_answer_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        tokens_of(Answer(200, {}, body))


def test_an_error_keeps_the_vendors_name_for_it() -> None:
    with pytest.raises(TokenRefused) as refused:
        tokens_of(Answer(400, {}, b'{"error": "login_required", "error_description": "gone"}'))
    assert refused.value.error == "login_required"


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "a.W10.c", "a.eyJzdWIiOiJ4In0", "a.\xff.c"])
def test_what_is_no_jwt_claims_nothing(token: str) -> None:
    assert claims_of(token) == {}


def test_claims_are_read() -> None:
    assert claims_of("e30.eyJzdWIiOiJ4In0.sig") == {"sub": "x"}
