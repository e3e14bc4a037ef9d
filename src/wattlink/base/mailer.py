"""The way out for mails: one SMTP server, which the operator names."""

from dataclasses import dataclass
from email.errors import MessageDefect, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from wattlink.base.clock import Clock

_SECONDS = 30.0
_PERMANENT = range(500, 600)


class MailRefused(Exception):
    """The server will never take this mail."""


class MailUnavailable(Exception):
    """The server doesn't take this mail now."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail in plain text; `sender_name` stands beside the address that all come from."""

    message_id: str
    to: str
    sender_name: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Mailer:
    """Hands mails to a server; `security` is `starttls`, `tls` or `none`."""

    clock: Clock
    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = ""

    async def send(self, letter: Letter) -> None:
        """Hand over a mail. Raises MailRefused, also for an address that no header can hold, or MailUnavailable."""
        try:
            message = self._message(letter)
        except (MessageError, MessageDefect, ValueError) as error:
            raise MailRefused(f"{type(error).__name__} in a header") from None
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                use_tls=self.security == "tls",
                start_tls=self.security == "starttls",
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _judged([refused.code for refused in error.recipients], error) from None
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailUnavailable(f"the server refuses our password: {error.code}") from None
        except aiosmtplib.SMTPResponseException as error:
            raise _judged([error.code], error) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(str(error)) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address(_one_line(letter.sender_name), addr_spec=self.sender)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = _one_line(letter.subject)
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = f"<{letter.message_id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _judged(codes: list[int], error: Exception) -> MailRefused | MailUnavailable:
    kind = MailRefused if all(code in _PERMANENT for code in codes) else MailUnavailable
    return kind(f"{type(error).__name__}: {codes}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
