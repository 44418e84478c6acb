"""Sending by SMTP, so that it is known whether anything can have arrived."""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    import datetime as dt

TIMEOUT = 30.0
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class NotSent(Exception):
    """Nothing has arrived; trying again is safe."""


class Unsure(Exception):
    """It may have arrived; trying again might send it twice."""


@dataclass(frozen=True)
class Letter:
    """A mail to one address.

    Attributes:
        mark: the same for the same letter, so that a receiver may know it again.
    """

    sender: str
    receiver: str
    subject: str
    text: str
    files: Sequence[Path]
    at: dt.datetime
    mark: str

    def message(self) -> EmailMessage:
        """Return the letter as it is handed over."""
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = self.sender, self.receiver, self.subject
        made["Date"] = format_datetime(self.at)
        made["Message-ID"] = f"<{self.mark}@{self.sender.rpartition('@')[2]}>"
        made.set_content(self.text)
        for path in self.files:
            kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "a/b"
            main, _, sub = kind.partition("/")
            made.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
        return made


def send(letter: Letter, server: str, password: str) -> None:
    """Hand a letter to a mail server.

    Args:
        letter: what is sent.
        server: ``smtp://user@host:port`` or ``smtps://…``.
        password: of the user, empty for none.

    Raises:
        NotSent: the server was not reached, or said no.
        Unsure: the connection broke while the letter was handed over.
    """
    data = letter.message().as_bytes()
    try:
        client = _connected(server, password)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_said(error)) from error
    try:
        _hand_over(client, letter, data)
    finally:
        client.close()


def _hand_over(client: smtplib.SMTP, letter: Letter, data: bytes) -> None:
    try:
        for code, said in (client.mail(letter.sender), client.rcpt(letter.receiver)):
            if code >= 400:
                raise NotSent(f"{code} {said.decode(errors='replace')}")
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_said(error)) from error
    try:
        code, said = client.data(data)
    except smtplib.SMTPDataError as error:  # refused before anything was handed over
        raise NotSent(_said(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(_said(error)) from error
    if code >= 400:
        raise NotSent(f"{code} {said.decode(errors='replace')}")


def _connected(server: str, password: str) -> smtplib.SMTP:
    parts = urlsplit(server)
    host, user = parts.hostname or "", unquote(parts.username or "")
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT, context=context
        )
    else:
        client = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
    client.ehlo()
    if parts.scheme == "smtp" and client.has_extn("starttls"):
        client.starttls(context=context)
        client.ehlo()
    if user and password:
        client.login(user, password)
    return client


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
