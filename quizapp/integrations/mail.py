"""Mail by SMTP, or as files in an outbox folder."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from quizapp.ports import Mailer, Message
from quizapp.settings import Settings

TIMEOUT_SECONDS = 20


def mailer(settings: Settings) -> Mailer:
    """The mailer these settings ask for."""
    if settings.mail_url:
        return SmtpMailer(settings.mail_url, settings.mail_from)
    return OutboxMailer(settings.home / "outbox", settings.mail_from)


def compose(message: Message, sender: str) -> EmailMessage:
    """The message as RFC 5322 mail."""
    mail = EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = message.to, sender, message.subject
    mail.set_content(message.text)
    return mail


class OutboxMailer:
    """Writes each mail as a file, for installations without a mail server."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def send(self, message: Message) -> None:
        """Write one .eml file, readable by its owner only: it may hold a reset link."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{uuid4().hex}.eml"
        path.touch(mode=0o600)
        path.write_bytes(bytes(compose(message, self._sender)))


class SmtpMailer:
    """Sends through one SMTP server, with STARTTLS where it is offered."""

    def __init__(self, url: str, sender: str) -> None:
        self._url, self._sender = urlsplit(url), sender

    def send(self, message: Message) -> None:
        """Deliver to the server; raises OSError."""
        host, port = self._url.hostname or "localhost", self._url.port or 25
        with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(compose(message, self._sender))
