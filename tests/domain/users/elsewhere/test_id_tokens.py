"""An ID token is believed if its issuer signed it, for this client, just now, with our nonce; every forgery fails."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.support.answering import Answering, Reply, answering
from tests.support.clock import StillClock
from wattlink.base.ids import new_id
from wattlink.base.outbound import Outbound
from wattlink.domain.access.ids import ApplicationId, IdentityServiceId
from wattlink.domain.errors import SignInRefused, SignInUnavailable
from wattlink.domain.users.elsewhere.model import IdentityService, ServiceKind
from wattlink.domain.users.elsewhere.openid.id_tokens import verify
from wattlink.domain.users.elsewhere.openid.issuers import Issuers

_RSA = rsa.generate_private_key(65537, 2048)
_SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too short, that is the point
_NEW_RSA = rsa.generate_private_key(65537, 2048)
_EC = ec.generate_private_key(ec.SECP256R1())
_ED = ed25519.Ed25519PrivateKey.generate()
_NONCE = "n-0S6_WzA2Mj"


def jwk(key: Any, **more: Any) -> dict[str, Any]:
    makers: dict[type, Any] = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}
    found = next((maker for kind, maker in makers.items() if isinstance(key, kind)), OKPAlgorithm)
    made: dict[str, Any] = found.to_jwk(key.public_key(), as_dict=True)
    return made | more


class Issuer:
    """An issuer as its endpoints show it."""

    def __init__(self) -> None:
        self.url = ""
        self.more: dict[str, Any] = {}
        self.keys: list[Any] = [jwk(_RSA, kid="a"), jwk(_EC, kid="b"), jwk(_ED, kid="c"), jwk(_SMALL_RSA, kid="small")]
        self.says: Reply | None = None
        self.only_keys = False

    def __call__(self, path: str, _: dict[str, str]) -> Reply:
        if self.says is not None and (path == "/keys" or not self.only_keys):
            return self.says
        if path == "/keys":
            return 200, {"keys": self.keys}
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
        endpoints = {name: f"{self.url}/{name}" for name in names}
        return 200, {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **endpoints, **self.more}


class World:
    """A client of the issuer."""

    def __init__(self, issuer: Issuer, server: Answering, outbound: Outbound) -> None:
        self.clock = StillClock()
        self.issuer = issuer
        self.server = server
        self.issuers = Issuers(outbound=outbound, clock=self.clock)
        self.service = IdentityService(
            service_id=IdentityServiceId(new_id()),
            application_id=ApplicationId(new_id()),
            name="keys",
            kind=ServiceKind.OIDC,
            issuer=server.url,
            client_id="us",
            sealed_secret=None,
            scopes=["openid"],
            redirect_uris=[],
            created_at=self.clock(),
        )

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        said = {"iss": self.server.url, "sub": "ada", "aud": "us", "iat": now, "exp": now + 300, "nonce": _NONCE}
        return {name: value for name, value in {**said, **changed}.items() if value is not None}

    async def verify(self, token: str) -> str:
        return (await verify(self.issuers, self.service, token, nonce=_NONCE, now=self.clock())).subject


@pytest.fixture
async def world() -> AsyncIterator[World]:
    issuer = Issuer()
    async with answering(issuer) as server, Outbound(allowed=[ip_network("127.0.0.0/8")]) as outbound:
        issuer.url = server.url
        yield World(issuer, server, outbound)


def signed(claims: dict[str, Any], key: Any = _RSA, algorithm: str = "RS256", kid: str | None = "a") -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={} if kid is None else {"kid": kid})


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token that no decent library makes."""
    parts = [base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in (header, claims)]
    body = b".".join(parts)
    signature = b"" if secret is None else hmac.new(secret, body, hashlib.sha256).digest()
    return (body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


async def test_tokens_by_every_kind_of_key_are_believed(world: World) -> None:
    for key, algorithm, kid in ((_RSA, "RS256", "a"), (_RSA, "PS384", "a"), (_EC, "ES256", "b"), (_ED, "EdDSA", "c")):
        assert await world.verify(signed(world.claims(), key, algorithm, kid)) == "ada"
    assert await world.verify(signed(world.claims(aud=["us", "them"], azp="us"))) == "ada"
    assert await world.verify(signed(world.claims(), kid=None)) == "ada"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://attacker.example.com"},
        {"iss": None},
        {"aud": "them"},
        {"aud": ["us", "them"]},
        {"aud": ["us", "them"], "azp": "them"},
        {"aud": None},
        {"azp": "them"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": [_NONCE]},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"exp": 1},
        {"exp": None},
        {"exp": "never"},
        {"exp": float("1e30")},
        {"iat": 1},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
)
async def test_a_token_for_others_or_another_time_is_refused(world: World, changed: dict[str, Any]) -> None:
    claims = {name: value for name, value in {**world.claims(), **changed}.items() if value is not None}
    # By hand, since the library refuses to make some of them.
    token = jwt.api_jws.encode(msgspec.json.encode(claims), _RSA, algorithm="RS256", headers={"kid": "a"})
    with pytest.raises(SignInRefused):
        await world.verify(token)


@pytest.mark.filterwarnings("ignore:.*below the minimum")
async def test_no_signature_and_a_public_key_as_a_secret_are_refused(world: World) -> None:
    pem = _RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = base64.urlsafe_b64encode(b"k" * 32).decode()
    world.issuer.keys.append({"kty": "oct", "k": secret, "kid": "oct", "alg": "HS256"})
    forged = [
        by_hand({"alg": "none"}, world.claims(), None),
        by_hand({"alg": "None", "kid": "a"}, world.claims(), None),
        by_hand({"alg": "HS256", "kid": "a"}, world.claims(), pem),
        by_hand({"alg": "HS256", "kid": "oct"}, world.claims(), b"k" * 32),
        by_hand({"alg": "RS256", "kid": "a"}, world.claims(), pem),
        by_hand({"alg": "RS256", "kid": ["a"]}, world.claims(), pem),
        by_hand({"alg": "RS256", "kid": "a", "crit": ["exp"]}, world.claims(), pem),
        jwt.encode(world.claims(), _RSA, algorithm="RS256", headers={"kid": "a", "crit": ["b64"], "b64": True}),
        signed(world.claims(), _NEW_RSA),
        signed(world.claims(), _NEW_RSA, kid=None),
        signed(world.claims(), _SMALL_RSA, kid="small"),
        signed(world.claims(), _EC, "ES256", "a"),
        signed(world.claims())[:-6] + "AAAAAA",
        *("", ".", "a.b.c", "x" * 20_000, "\u00e4.b.c"),
    ]
    for token in forged:
        with pytest.raises(SignInRefused):
            await world.verify(token)


async def test_a_new_key_is_looked_up_but_made_up_ids_do_not_make_us_ask_all_the_time(world: World) -> None:
    assert await world.verify(signed(world.claims())) == "ada"
    world.clock.forward(minutes=2)
    world.issuer.keys = [jwk(_NEW_RSA, kid="new")]
    assert await world.verify(signed(world.claims(), _NEW_RSA, kid="new")) == "ada"
    asked = len(world.server.asked)
    for number in range(20):
        with pytest.raises(SignInRefused):
            await world.verify(signed(world.claims(), _RSA, kid=f"made-up-{number}"))
    assert len(world.server.asked) == asked


async def test_a_key_replaced_under_its_old_id_is_looked_up(world: World) -> None:
    assert await world.verify(signed(world.claims())) == "ada"
    world.clock.forward(minutes=2)
    world.issuer.keys = [jwk(_NEW_RSA, kid="a")]
    assert await world.verify(signed(world.claims(), _NEW_RSA)) == "ada"
    with pytest.raises(SignInRefused):
        await world.verify(signed(world.claims(), _RSA))


@pytest.mark.parametrize(
    "more",
    [
        {"issuer": "https://attacker.example.com"},
        {"jwks_uri": "http://attacker.example.com/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": "http://[::1"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
async def test_a_configuration_that_leads_astray_is_not_used(world: World, more: dict[str, Any]) -> None:
    world.issuer.more = more
    with pytest.raises(SignInUnavailable):
        await world.verify(signed(world.claims()))


@pytest.mark.parametrize("says", [(500, {}), (404, {}), (200, b"<html>"), (200, b"[" * 100_000), (200, [])])
async def test_an_outage_or_nonsense_is_nobodys_fault(world: World, says: Reply) -> None:
    world.issuer.says = says
    with pytest.raises(SignInUnavailable):
        await world.verify(signed(world.claims()))


async def test_who_waits_for_keys_that_can_not_be_read_does_not_wait_in_line(world: World) -> None:
    world.issuer.says, world.issuer.only_keys = (500, {}), True
    found = await asyncio.gather(*(world.verify(signed(world.claims())) for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in found] == [SignInUnavailable] * 5
    assert [path for path, _ in world.server.asked].count("/keys") == 1
    world.issuer.says = None
    world.clock.forward(seconds=6)
    assert await world.verify(signed(world.claims())) == "ada"
