"""Activation codes are mailed where there is a mail server: once, in the user's language, and again if need be."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.dialects.evrythng.conftest import Caller, World, new_world
from tests.support.clock import StillClock
from tests.support.mail import MailServer, mail_server
from wattlink.base.mailer import Mailer
from wattlink.dialects.registry import DIALECTS
from wattlink.domain.access.work import WorkStatus
from wattlink.domain.users.mail.send import send_due
from wattlink.domain.users.throttling.model import MAILS_OF_A_GIVER, MAILS_OF_GIFTS
from wattlink.settings.model import Settings
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


async def test_a_code_that_went_to_a_wrong_address_is_dead_once_the_address_is_right(post: Post) -> None:
    world = post.world
    user = (await world.public.post("/auth/evrythng/users", {**ADA, "email": "ada@elsewhere.com"}))["evrythngUser"]
    validate, status = f"/users/{user}/validate", f"/users/{user}/status"
    elsewhere = (await world.operator.get(status))["activationCode"]
    await world.operator.put(f"/users/{user}", {"lastName": "Berg", "email": "ada@elsewhere.com"})
    assert (await world.operator.get(status))["activationCode"] == elsewhere
    await world.operator.put(f"/users/{user}", {"email": "ada@example.com"})
    code = (await world.operator.get(status))["activationCode"]
    await post.send_due()
    mails = {mail["To"]: mail.get_content() for mail in post.server.taken}
    assert elsewhere in mails["ada@elsewhere.com"]
    assert code in mails["ada@example.com"]
    assert await world.public.status("POST", validate, {"activationCode": elsewhere}) == 400
    assert await world.public.status("POST", validate, {"activationCode": code}) == 201
    await world.operator.put(f"/users/{user}", {"email": "berg@example.com"})
    assert await post.send_due() == 0  # who is active waits for no code


async def test_another_address_is_a_users_once_it_was_proved(post: Post) -> None:
    world = post.world
    user, ada = await _signed_up(post)
    path, new = f"/users/{user}", "Berg@example.com"
    for said in ({"email": new, "lastName": "Berg"}, {"email": new}):  # asked again: mailed again
        shown = await ada.put(path, said)
        assert (shown["email"], shown["lastName"]) == ("ada@example.com", "Berg")
    await ada.put(path, shown)  # as it was read
    assert await ada.get(f"{path}/status") == {"activated": True, "activationDate": shown["createdAt"]}
    code = (await world.trusted.get(f"{path}/status"))["activationCode"]
    assert await post.send_due() == 2
    assert [mail["To"] for mail in post.server.taken[1:]] == [new, new]
    texts = [mail.get_content().splitlines() for mail in post.server.taken[1:]]
    confirm = "Enter it in the app to confirm this address."
    assert [text[2] for text in texts if text[0] == f"Your code for Voltly is {code}."] == [confirm]
    log_in = {"email": new, "password": ADA["password"]}
    assert await world.public.status("POST", "/auth/evrythng", log_in) == 404
    assert await world.public.status("POST", f"{path}/validate", {"activationCode": "00000000"}) == 400
    proved = await world.public.post(f"{path}/validate", {"activationCode": code})
    assert (proved["status"], await ada.get(path)) == ("active", {**shown, "email": new})
    assert (await world.caller(proved["evrythngApiKey"]).get("/access"))["actor"]["id"] == user
    assert await world.public.status("POST", "/auth/evrythng", log_in) == 201
    assert await world.public.status("POST", f"{path}/validate", {"activationCode": code}) == 409
    assert (await ada.put(path, {"email": "berg@example.com"}))["email"] == "berg@example.com"  # is the same one


async def test_an_address_that_was_not_proved_is_nobodys(post: Post) -> None:
    world, new = post.world, {"email": "berg@example.com"}
    user, ada = await _signed_up(post)
    _, bob = await _signed_up(post, "bob@example.com")
    path = f"/users/{user}"
    await ada.put(path, new)
    assert await bob.status("POST", "/accesses", {**new, "role": "base_app_user"}) == 404
    code = (await world.operator.get(f"{path}/status"))["activationCode"]
    await _signed_up(post, new["email"])
    assert await world.public.status("POST", f"{path}/validate", {"activationCode": code}) == 409
    for taken in (new["email"], "BOB@example.com"):
        assert await ada.status("PUT", path, {"email": taken}) == 409
    await ada.put(path, {"email": "ada.berg@example.com"})
    code = (await world.operator.get(f"{path}/status"))["activationCode"]
    await world.operator.put(path, {"email": "a.berg@example.com"})  # an operator's word counts at once
    assert await world.public.status("POST", f"{path}/validate", {"activationCode": code}) == 409
    assert (await ada.get(path))["email"] == "a.berg@example.com"


async def test_an_anonymous_user_who_is_filled_in_is_active_once_the_address_is_proved(post: Post) -> None:
    world = post.world
    began = await world.public.post("/auth/evrythng/users?anonymous=true")
    path, somebody = f"/users/{began['evrythngUser']}", world.caller(began["evrythngApiKey"])
    shown = await somebody.put(path, {"email": "eve@example.com", "password": "password"})
    assert shown["email"] == began["email"]
    log_in = {"email": "eve@example.com", "password": "password"}
    assert await world.public.status("POST", "/auth/evrythng", log_in) == 404
    code = (await world.operator.get(f"{path}/status"))["activationCode"]
    assert (await world.public.post(f"{path}/validate", {"activationCode": code}))["status"] == "active"
    assert (await world.public.post("/auth/evrythng", log_in))["evrythngUser"] == began["evrythngUser"]
    assert (await somebody.get(f"{path}/status"))["activated"]


async def test_who_wants_one_address_after_the_other_floods_no_mailbox(post: Post) -> None:
    user, ada = await _signed_up(post)
    path = f"/users/{user}"
    same = [await ada.status("PUT", path, {"email": "berg@example.com"}) for _ in range(6)]
    assert same == [200] * 5 + [429]
    others = [await ada.status("PUT", path, {"email": f"berg{number}@example.com"}) for number in range(5)]
    assert others == [200] * 4 + [429]
    post.clock.forward(days=1)
    assert await ada.status("PUT", path, {"email": "berg@example.com"}) == 200


async def _signed_up(post: Post, email: str = "ada@example.com") -> tuple[str, Caller]:
    """Somebody active, whose mail was sent."""
    made = await post.world.trusted.post("/auth/evrythng/users", {**ADA, "email": email})
    user, code = made["evrythngUser"], made["activationCode"]
    activated = await post.world.public.post(f"/users/{user}/validate", {"activationCode": code})
    await post.send_due()
    return user, post.world.caller(activated["evrythngApiKey"])


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


async def user_of(post: Post, name: str) -> Caller:
    """Somebody active; the mail with the code is thrown away."""
    trusted, said = post.world.trusted, {**ADA, "email": f"{name}@example.com", "firstName": name, "locale": "en"}
    made = await trusted.post("/auth/evrythng/users", said)
    code = {"activationCode": made["activationCode"]}
    validated = await trusted.post(f"/users/{made['evrythngUser']}/validate", code)
    await post.send_due()
    post.server.taken.clear()
    return post.world.caller(validated["evrythngApiKey"])


async def told(post: Post) -> list[str]:
    """The subjects of the mails that are due, sent now."""
    post.server.taken.clear()
    while await post.send_due():
        pass
    return [str(mail["Subject"]) for mail in post.server.taken]


async def test_who_receives_an_access_is_told_once(post: Post) -> None:
    ada, _ = await user_of(post, "Ada"), await user_of(post, "Bob")
    for _ in range(2):
        await ada.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    assert await told(post) == ["Ada shares with you in Voltly"]
    assert post.server.taken[0]["To"] == "Bob@example.com"


async def test_who_gives_and_ends_an_access_again_and_again_mails_nobody_any_more(post: Post) -> None:
    ada, _ = await user_of(post, "Ada"), await user_of(post, "Bob")
    for most in (MAILS_OF_A_GIVER.most, 1):
        for _ in range(5):
            made = await ada.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
            await ada.delete(f"/accesses/{made['id']}")
        assert len(await told(post)) == most
        post.clock.forward(hours=12)


async def test_many_who_give_at_once_do_not_flood_a_mailbox(post: Post) -> None:
    bob = await user_of(post, "Bob")
    for _ in range(MAILS_OF_GIFTS.most + 5):
        anybody = await post.world.public.post("/auth/evrythng/users?anonymous=true")
        giver = post.world.caller(anybody["evrythngApiKey"])
        await giver.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    assert len(await told(post)) == MAILS_OF_GIFTS.most
    assert len(await bob.get("/accesses?perPage=100")) == 1 + MAILS_OF_GIFTS.most + 5


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Zoë O'Hara-Łoś, Jr.", "Zoë O'Hara-Łoś, Jr."),
        ("李 小龙", "李 小龙"),
        ("प्रिया शर्मा", "प्रिया शर्मा"),
        ("Pay at https://evil.example", "ada@example.com"),
        ("evil.example", "ada@example.com"),
        ("Voltly\n\nYour account is closed.", "ada@example.com"),
        ("a" * 100, "ada@example.com"),
    ],
)
async def test_a_name_is_no_letter_of_its_own(post: Post, name: str, shown: str) -> None:
    ada, _ = await user_of(post, "ada"), await user_of(post, "Bob")
    own = (await ada.get("/access"))["actor"]["id"]
    await ada.put(f"/users/{own}", {"firstName": name})
    await ada.post("/accesses", {"email": "bob@example.com", "role": "base_app_user"})
    assert await told(post) == [f"{shown} shares with you in Voltly"]
    assert post.server.taken[0].get_content().splitlines()[0] == f"{shown} shares with you in Voltly."


async def test_the_worker_sends_what_is_written(post: Post) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(run_pumps(post.world.hub.db, users.pumps(post.world.hub), stop))
    await post.world.public.post("/auth/evrythng/users", ADA)
    async with asyncio.timeout(30):
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
