"""Mails are handed over encrypted, to the server that the operator names, or not at all."""

import dataclasses
from pathlib import Path

import pytest

from tests.support.clock import StillClock
from tests.support.mail import MailServer, mail_server, nobodys_certificate
from wattlink.base.mailer import Letter, Mailer, MailRefused, MailUnavailable

_LETTER = Letter(
    message_id="1", to="ada@example.com", sender_name="Voltly\nBcc: eve@example.com", subject="A\r\nB", text="Grüße\n"
)


def mailer(server: MailServer, security: str, **login: str) -> Mailer:
    return Mailer(
        clock=StillClock(),
        host="localhost",
        port=server.port,
        security=security,
        sender="no-reply@example.com",
        **login,
    )


async def test_a_letter_arrives_as_it_was_written_and_a_name_adds_no_header() -> None:
    async with mail_server() as server:
        await mailer(server, "none").send(_LETTER)
    [mail] = server.taken
    assert mail["From"] == '"Voltly Bcc: eve@example.com" <no-reply@example.com>'
    assert (mail["Subject"], mail["Bcc"]) == ("A B", None)
    assert (mail.get_content().splitlines(), mail.get_content_type()) == (["Grüße"], "text/plain")
    assert mail["Message-ID"] == "<1@example.com>"


async def test_a_server_without_encryption_gets_neither_password_nor_mail() -> None:
    async with mail_server() as server:
        with pytest.raises(MailUnavailable):
            await mailer(server, "starttls", user="wattlink", password="secret").send(_LETTER)
        with pytest.raises(MailUnavailable):
            await mailer(server, "tls").send(_LETTER)
    assert server.asked == 0


async def test_a_server_for_which_nobody_vouches_gets_nothing(tmp_path: Path) -> None:
    async with mail_server(nobodys_certificate(tmp_path)) as server:
        with pytest.raises(MailUnavailable):
            await mailer(server, "starttls").send(_LETTER)
    assert server.asked == 0


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with mail_server() as server:
        pass
    with pytest.raises(MailUnavailable):
        await mailer(server, "none").send(_LETTER)


@pytest.mark.parametrize(
    "address", ["jörg@example.com", "a..b@example.com", "a@b@c", "a@b.", "ada@example.com\nBcc: eve@x"]
)
async def test_an_address_that_no_header_holds_is_refused(address: str) -> None:
    async with mail_server() as server:
        with pytest.raises(MailRefused):
            await mailer(server, "none").send(dataclasses.replace(_LETTER, to=address))
    assert server.asked == 0
