"""What is wrong with this installation's configuration, and what to do about each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quizapp.domain.exam import ExamState, Mode, Standing
from quizapp.integrations import keys
from quizapp.services import health
from quizapp.services.people import is_demo
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store import exams
from quizapp.store.engine import durability

#: What the database must answer; SQLite's FULL is 2, and EXTRA (3) is safer still.
SYNCHRONOUS = {"2", "3"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable code, what it is, what to do.

    ``is_always`` is wrong on a laptop too; the others only where real people sit exams.
    """

    code: str
    what: str
    remedy: str
    is_always: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at; ``is_debug`` is the web server's."""

    context: Context
    is_debug: bool

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.context.settings


def findings(context: Context, *, is_production: bool, is_debug: bool = False) -> list[Finding]:
    """Everything wrong, the always wrong first; without ``is_production`` only that.

    A database without this release's schema can be asked nothing else, so that ends the look.
    """
    facts = Facts(context, is_debug)
    checks = [_keys, _saving, _schema]
    if is_production:
        checks += [_settings, _database]
    found: list[Finding] = []
    for check in checks:
        found += check(facts)
        if check is _schema and any(finding.code == "old_schema" for finding in found):
            break
    return found


def _keys(facts: Facts) -> Iterator[Finding]:
    words = {
        "repeated": "is also used for another purpose",
        "guessable": "can be guessed",
        "readable": "lies in a file that others can read",
    }
    for name, reason in keys.weaknesses(facts.settings):
        yield Finding(
            f"key_{reason}",
            f"The {name} key {words[reason]}.",
            "Give each purpose its own 32 random bytes in a file with mode 600.",
            is_always=True,
        )


def _saving(facts: Facts) -> Iterator[Finding]:
    told = durability(facts.context.engine)
    is_safe = (
        told["synchronous"] in SYNCHRONOUS
        if "synchronous" in told
        else (told["synchronous_commit"], told["fsync"]) == ("on", "on")
    )
    if not is_safe:
        shown = ", ".join(f"{name}={value}" for name, value in told.items())
        yield Finding(
            "unsafe_saving",
            f"An acknowledged answer could be lost when the power fails ({shown}).",
            "Set synchronous_commit and fsync to on in the server; remove what changes the connection.",
            is_always=True,
        )


def _schema(facts: Facts) -> Iterator[Finding]:
    state = health.schema_state(facts.context)
    if not state.is_current:
        yield Finding(
            "old_schema",
            f"The database stands at {state.at or 'nothing'}; this release needs {state.head}.",
            "Make a backup, then run `quizapp db upgrade`.",
            is_always=True,
        )


def _database(facts: Facts) -> Iterator[Finding]:
    if is_demo(facts.context):
        yield Finding(
            "demo_database",
            "This database was made by `quizapp demo`; its people and records are invented.",
            "Start with a new QUIZAPP_HOME or a new database.",
        )
    if durability(facts.context.engine).get("journal_mode", "wal") != "wal":
        yield Finding(
            "slow_journal",
            "SQLite fell back to its slower journal, because its release is not safe with WAL.",
            "Install the pysqlite3 package, or use PostgreSQL.",
        )
    with facts.context.reading() as session:
        pilots = exams.slugs(session, ExamState.PUBLISHED, Mode.CERTIFICATION, Standing.PILOT)
    if pilots and not facts.settings.allow_pilot_records:
        yield Finding(
            "pilot_records",
            f"Open pilot exams issue records: {', '.join(pilots)}.",
            "Close them, or accept records marked as pilot with QUIZAPP_ALLOW_PILOT_RECORDS=true.",
        )


Rule = tuple[str, Callable[[Facts], bool], str, str]

#: Code, whether it is wrong, what it is, what to do.
RULES: tuple[Rule, ...] = (
    (
        "debug",
        lambda facts: facts.is_debug,
        "Debugging is on: error pages would show code and values.",
        "Unset FLASK_DEBUG and run `quizapp serve`.",
    ),
    (
        "insecure_cookies",
        lambda facts: not facts.settings.secure_cookies,
        "Cookies are also sent over plain HTTP.",
        "Set QUIZAPP_SECURE_COOKIES=true and serve over HTTPS.",
    ),
    (
        "no_public_url",
        lambda facts: not facts.settings.public_url,
        "Links in mail and records have no address.",
        "Set QUIZAPP_PUBLIC_URL to the https address people use.",
    ),
    (
        "insecure_public_url",
        lambda facts: (
            bool(facts.settings.public_url) and not facts.settings.public_url.startswith("https://")
        ),
        "The public address is not HTTPS.",
        "Set QUIZAPP_PUBLIC_URL to an https address.",
    ),
    (
        "staff_without_totp",
        lambda facts: not facts.settings.require_staff_totp,
        "Staff can sign in with a password alone.",
        "Set QUIZAPP_REQUIRE_STAFF_TOTP=true.",
    ),
    (
        "default_issuer",
        lambda facts: facts.settings.issuer_name in {"", Settings().issuer_name},
        "Records would not name the organisation that issues them.",
        "Set QUIZAPP_ISSUER_NAME.",
    ),
    (
        "mail_to_outbox",
        lambda facts: not facts.settings.mail_url,
        "Mail is written into a folder instead of being sent.",
        "Set QUIZAPP_MAIL_URL to smtp://user:password@host:port.",
    ),
    (
        "debug_log",
        lambda facts: facts.settings.log_level.lower() == "debug",
        "The log holds more than operators need.",
        "Set QUIZAPP_LOG_LEVEL=info.",
    ),
    (
        "pseudo_locale",
        lambda facts: facts.settings.pseudo_locale,
        "Every text is decorated for developers.",
        "Unset QUIZAPP_PSEUDO_LOCALE.",
    ),
)


def _settings(facts: Facts) -> Iterator[Finding]:
    for code, is_wrong, what, remedy in RULES:
        if is_wrong(facts):
            yield Finding(code, what, remedy)
