"""Activation codes are mailed where there is a mail server: once, in the user's language, and again if need be."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.dialects.evrythng.conftest import World, new_world
from tests.support.clock import StillClock
from tests.support.mail import MailServer, mail_server
from wattlink.base.mailer import Mailer
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.users.mail.send import send_due
from wattlink.settings import Settings
from wattlink.wiring import open_hub
from wattlink.workers import users
from wattlink.workers.pumps import run_pumps
from wattlink.workers.status import work_status

ADA = {"email": "ada@example.com", "firstName": "Ada", "password": "password"}


@dataclass(frozen=True)
class Post:
    """A world with a mail server."""

    world: World
    server: MailServer
    mailer: Mailer
    clock: StillClock

    async def send_due(self) -> int:
        hub = self.world.hub
        return await send_due(hub.db, self.mailer, vault=hub.vault, clock=self.clock)

    async def standing(self) -> WorkStatus:
        found = await work_status(self.world.hub.db, self.clock())
        return next(status for status in found if status.kind == "mails")


@pytest.fixture
async def post(dsn: str, clock: StillClock) -> AsyncIterator[Post]:
    async with mail_server() as server:
        settings = Settings(
            database_url=dsn,
            master_keys={"k1": bytes(32)},
            public_url="https://link.example.com",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
        )
        mailer = Mailer(
            clock=clock, host="127.0.0.1", port=server.port, security="none", sender=settings.sender_of_mail
        )
        async with open_hub(settings, clock=clock) as hub:
            yield Post(await new_world(hub, DIALECTS["evrythng"](hub), "Voltly"), server, mailer, clock)


async def test_a_code_is_mailed_and_the_public_key_does_not_see_it(post: Post) -> None:
    made = await post.world.public.post("/auth/evrythng/users", {**ADA, "locale": "de-AT"})
    assert "activationCode" not in made
    assert await post.send_due() == 1
    assert await post.send_due() == 0
    [mail] = post.server.taken
    assert (mail["To"], mail["From"]) == ("ada@example.com", "Voltly <no-reply@link.example.com>")
    assert mail["Subject"] == "Ihr Code für Voltly"
    status = await post.world.operator.get(f"/users/{made['evrythngUser']}/status")
    assert f"Ihr Code für Voltly ist {status['activationCode']}." in mail.get_content()
    validate = f"/users/{made['evrythngUser']}/validate"
    assert await post.world.public.status("POST", validate, {"activationCode": status["activationCode"]}) == 201


async def test_the_apps_server_still_sees_the_code(post: Post) -> None:
    assert len((await post.world.trusted.post("/auth/evrythng/users", ADA))["activationCode"]) == 8


async def test_a_refused_sign_up_mails_nobody(post: Post) -> None:
    await post.world.public.post("/auth/evrythng/users", ADA)
    await post.world.public.status("POST", "/auth/evrythng/users", ADA)
    assert await post.send_due() == 1
    assert len(post.server.taken) == 1


async def test_a_mail_that_the_server_does_not_take_now_comes_up_again(post: Post) -> None:
    post.server.answers[:] = ["451 later", "451 later"]
    await post.world.public.post("/auth/evrythng/users", ADA)
    for tried, minutes in ((1, 2), (1, 4), (1, 0)):
        assert await post.send_due() == tried
        assert await post.send_due() == 0
        post.clock.forward(minutes=minutes)
    assert len(post.server.taken) == 1
    post.clock.forward(days=1)
    assert await post.send_due() == 0


async def test_a_mail_that_the_server_will_never_take_is_dropped(post: Post) -> None:
    post.server.answers[:] = ["550 nobody of that name"]
    await post.world.public.post("/auth/evrythng/users", ADA)
    assert await post.send_due() == 1
    post.clock.forward(days=1)
    assert (await post.send_due(), post.server.asked) == (0, 1)


async def test_a_mail_is_given_up_after_three_days(post: Post) -> None:
    post.server.answers[:] = ["451 later"] * 100
    await post.world.public.post("/auth/evrythng/users", ADA)
    await post.send_due()
    post.clock.forward(days=3)
    assert await post.send_due() == 1
    post.clock.forward(days=1)
    assert await post.send_due() == 0


async def test_several_processes_send_a_mail_once(post: Post) -> None:
    for number in range(5):
        await post.world.public.post("/auth/evrythng/users", {**ADA, "email": f"user{number}@example.com"})
    await asyncio.gather(*(post.send_due() for _ in range(4)))
    assert sorted(mail["To"] for mail in post.server.taken) == [f"user{number}@example.com" for number in range(5)]


async def test_what_waits_is_sealed_and_goes_with_its_user(post: Post, dsn: str) -> None:
    made = await post.world.public.post("/auth/evrythng/users", ADA)
    code = (await post.world.operator.get(f"/users/{made['evrythngUser']}/status"))["activationCode"]
    with psycopg.connect(dsn) as connection:
        [(sealed,)] = connection.execute("SELECT sealed FROM mail").fetchall()
    assert code.encode() not in sealed
    assert b"ada@" not in sealed
    await post.world.operator.delete(f"/users/{made['evrythngUser']}")
    assert (await post.send_due(), post.server.asked) == (0, 0)


async def test_who_receives_an_access_is_told_once(post: Post) -> None:
    keys = {}
    for name in ("Ada", "Bob"):
        made = await post.world.trusted.post(
            "/auth/evrythng/users", {**ADA, "email": f"{name}@example.com", "firstName": name, "locale": "en"}
        )
        validated = await post.world.trusted.post(
            f"/users/{made['evrythngUser']}/validate", {"activationCode": made["activationCode"]}
        )
        keys[name] = validated["evrythngApiKey"]
    await post.send_due()
    post.server.taken.clear()
    for _ in range(2):
        await post.world.caller(keys["Ada"]).post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    await post.send_due()
    [mail] = post.server.taken
    assert (mail["To"], mail["Subject"]) == ("Bob@example.com", "Ada shares with you in Voltly")


async def test_the_worker_sends_what_is_written(post: Post) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(run_pumps(post.world.hub.db, users.pumps(post.world.hub), stop))
    await post.world.public.post("/auth/evrythng/users", ADA)
    async with asyncio.timeout(10):
        await post.server.has_taken.wait()
    stop.set()
    await working
    assert await post.send_due() == 0


async def test_a_mail_that_waits_is_told_to_operators(post: Post) -> None:
    post.server.answers[:] = ["451 later"]
    await post.world.public.post("/auth/evrythng/users", ADA)
    assert await post.standing() == WorkStatus(kind="mails", due=1, oldest_age=0.0)
    await post.send_due()
    assert await post.standing() == WorkStatus(kind="mails", due=0, failing=(("not taken yet", 1),))
