"""Every setting: its type, default, environment name and one sentence. Nothing else reads the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from quizapp.domain.record import Reach

PREFIX = "QUIZAPP_"
#: Variables of the test suite (a browser, a database server) are not settings.
TESTS = "QUIZAPP_TEST_"
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class BadSetting(ValueError):
    """The program cannot start with these settings; the message names the variable and what to do."""


def _setting(default: Any, sentence: str, *, secret: bool = False, choices: tuple[str, ...] = ()) -> Any:
    told = {"sentence": sentence, "secret": secret, "choices": choices}
    return field(default=default, repr=not secret, metadata=told)


@dataclass(frozen=True, slots=True)
class Settings:
    """The product's settings; see docs/settings.md, which is generated from this class."""

    home: Path = _setting(
        Path("instance"), "Folder for everything the product writes: database, keys, outgoing mail."
    )
    database_url: str = _setting(
        "", "Database; empty means SQLite in the home folder. PostgreSQL: postgresql://user@host/name."
    )
    host: str = _setting("127.0.0.1", "Address that `quizapp serve` listens on.")
    port: int = _setting(8000, "Port that `quizapp serve` listens on.")
    workers: int = _setting(1, "Server processes; with SQLite it is always 1.")
    threads: int = _setting(8, "Requests that each server process works on at the same time, at most.")
    public_url: str = _setting(
        "", "Address under which people reach the product, for links in mail and records."
    )
    trusted_proxies: int = _setting(0, "Reverse proxies whose forwarded headers are believed.")
    secure_cookies: bool = _setting(False, "Send cookies over HTTPS only.")
    secret_key: str = _setting("", "Secret of sessions and forms; a file in home with SQLite.", secret=True)
    token_key: str = _setting("", "Secret of attempt tokens; a file in home with SQLite.", secret=True)
    audit_key: str = _setting("", "Key of the audit chain; a file in home with SQLite.", secret=True)
    signing_key: str = _setting(
        "", "Ed25519 key of records, 32 bytes in base64url; a file in home with SQLite.", secret=True
    )
    key_directory: str = _setting(
        "", "Folder with mounted key files (secret, token, audit, signing), instead of the four keys."
    )
    issuer_name: str = _setting("quizapp", "Name of the organisation that issues records.")
    font_directory: str = _setting(
        "",
        "Folder with more fonts for records as PDF, for names in scripts beyond Latin, Greek and Cyrillic.",
    )
    mail_url: str = _setting(
        "", "smtp://user:password@host:port; empty writes mail as files into home/outbox.", secret=True
    )
    mail_from: str = _setting("quizapp@localhost", "Sender of mail.")
    locale: str = _setting("en", "Language of pages for people who have not chosen one.")
    zone: str = _setting("UTC", "Time zone of pages for people who have not chosen one.")
    require_staff_totp: bool = _setting(
        True, "Staff must set up a one-time code before they reach any staff page."
    )
    hash_concurrency: int = _setting(2, "Password hashes computed at the same time in a process.")
    login_failures: int = _setting(10, "Failed sign-ins of one account before it is slowed down.")
    verify_rate: str = _setting(
        "120 per minute", "Look-ups of records per address, in Flask-Limiter's words."
    )
    record_reach: str = _setting(
        "full",
        "What the public page of a record reveals unless its learner chose: full, competencies or status.",
        choices=tuple(Reach),
    )
    api_rate: str = _setting(
        "600 per minute", "Requests of one token to the records API, in Flask-Limiter's words."
    )
    webhook_private_addresses: bool = _setting(
        False, "Send webhooks also to this machine, to private networks and over plain HTTP."
    )
    max_upload_bytes: int = _setting(4 * 1024 * 1024, "Largest request body accepted.")
    max_import_bytes: int = _setting(64 * 1024 * 1024, "Largest file of items accepted, pictures included.")
    sweep_seconds: int = _setting(5, "Pause between two rounds of closing, scoring and sealing.")
    log_level: str = _setting("info", "Least severe log line written: debug, info, warning or error.")
    log_format: str = _setting("text", "Log lines as `text` for people or `json` for machines.")
    allow_pilot_records: bool = _setting(
        False, "Accept in production that open pilot exams issue records marked as pilot."
    )
    pseudo_locale: bool = _setting(
        False, "Development: decorate every translated text, to find text that was not."
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.url.startswith("sqlite")

    @property
    def url(self) -> str:
        """The database address, with the driver this product uses."""
        if not self.database_url:
            return f"sqlite:///{(self.home / 'quizapp.sqlite3').resolve()}"
        scheme, separator, rest = self.database_url.partition("://")
        if scheme in {"postgresql", "postgres"}:
            return f"postgresql+psycopg{separator}{rest}"
        return self.database_url


def variable(name: str) -> str:
    """The environment name of a setting."""
    return PREFIX + name.upper()


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment; raises `BadSetting` naming every variable it cannot use."""
    told: dict[str, object] = {}
    wrong: list[str] = []
    known = {variable(entry.name): entry for entry in fields(Settings)}
    for name, text in environ.items():
        if not name.startswith(PREFIX) or name.startswith(TESTS):
            continue
        if name not in known:
            wrong.append(f"{name}: no such setting")
            continue
        try:
            told[known[name].name] = _convert(known[name], text)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
    if wrong:
        raise BadSetting("\n".join(sorted(wrong)))
    return Settings(**told)  # type: ignore[arg-type]


def _convert(entry: Field[Any], text: str) -> object:
    default = entry.default
    if default is MISSING:
        raise ValueError("has no default")
    match default:
        case bool():
            if text.lower() not in TRUE | FALSE:
                raise ValueError(f"{text!r} is neither true nor false")
            return text.lower() in TRUE
        case int():
            return int(text)
        case Path():
            return Path(text)
        case _:
            choices = entry.metadata["choices"]
            if choices and text not in choices:
                raise ValueError(f"{text!r} is none of {', '.join(choices)}")
            return text


def describe() -> list[tuple[str, str, str, str]]:
    """Rows for docs/settings.md: variable, type, default, sentence."""
    return [
        (
            variable(entry.name),
            type(entry.default).__name__.replace("PosixPath", "path"),
            str(entry.default),
            entry.metadata["sentence"],
        )
        for entry in fields(Settings)
    ]
