"""People, their roles, what each role may do, and what an accommodation changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from quizapp.domain.errors import Forbidden, Problem


class Role(StrEnum):
    """What somebody may be; one person may hold several roles."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    REVIEWER = "reviewer"
    PROCTOR = "proctor"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"
    APPEAL_REVIEWER = "appeal_reviewer"


STAFF_ROLES = frozenset(Role) - {Role.LEARNER}


class Permission(StrEnum):
    """One thing an actor can be allowed to do, whoever owns the object."""

    BROWSE_FRAMEWORK = "framework.browse"
    LOAD_FRAMEWORK = "framework.load"
    BROWSE_BANK = "bank.browse"
    LOAD_BANK = "bank.load"
    READ_KEYS = "item.read_keys"
    WRITE_ITEM = "item.write"
    APPROVE_ITEM = "item.approve"
    DEFINE_EXAM = "exam.define"
    PREVIEW_EXAM = "exam.preview"
    SCHEDULE_SITTING = "sitting.schedule"
    WATCH_SITTING = "sitting.watch"
    RUN_SITTING = "sitting.run"
    SUSPEND_ITEM = "item.suspend"
    READ_ITEM_STATISTICS = "item.read_statistics"
    MARK_RESPONSES = "score.mark"
    SIT_EXAM = "attempt.sit"
    DECIDE_LATE = "attempt.decide_late"
    READ_SCORES = "score.read"
    READ_RESPONSES = "score.read_responses"
    RELEASE_SCORES = "score.release"
    PROPOSE_REGRADE = "regrade.propose"
    APPROVE_REGRADE = "regrade.approve"
    READ_CASES = "case.read"
    OPEN_CASE = "case.open"
    DECIDE_CASE = "case.decide"
    PULL_RECORDS = "record.pull"
    CHANGE_RECORD_STATUS = "record.change_status"
    MANAGE_PEOPLE = "person.manage"
    MANAGE_COHORTS = "cohort.manage"
    SET_ACCOMMODATION = "person.accommodate"
    CHANGE_NAME = "person.change_name"
    MANAGE_CONNECTIONS = "connection.manage"
    READ_AUDIT = "audit.read"
    OPERATE = "system.operate"


_R, _P = Role, Permission

#: The permission matrix: the one place that says which role may do what.
PERMISSIONS: dict[Permission, frozenset[Role]] = {
    _P.BROWSE_FRAMEWORK: frozenset(Role),
    _P.LOAD_FRAMEWORK: frozenset({_R.ADMINISTRATOR}),
    _P.BROWSE_BANK: frozenset({_R.INSTRUCTOR, _R.REVIEWER, _R.ADMINISTRATOR}),
    _P.LOAD_BANK: frozenset({_R.INSTRUCTOR, _R.ADMINISTRATOR}),
    _P.READ_KEYS: frozenset({_R.INSTRUCTOR, _R.REVIEWER}),
    _P.WRITE_ITEM: frozenset({_R.INSTRUCTOR}),
    _P.APPROVE_ITEM: frozenset({_R.REVIEWER}),
    _P.DEFINE_EXAM: frozenset({_R.INSTRUCTOR}),
    _P.PREVIEW_EXAM: frozenset({_R.INSTRUCTOR, _R.REVIEWER}),
    _P.SCHEDULE_SITTING: frozenset({_R.INSTRUCTOR, _R.ADMINISTRATOR}),
    _P.WATCH_SITTING: frozenset({_R.INSTRUCTOR, _R.PROCTOR, _R.ADMINISTRATOR}),
    _P.RUN_SITTING: frozenset({_R.INSTRUCTOR, _R.PROCTOR, _R.ADMINISTRATOR}),
    _P.SUSPEND_ITEM: frozenset({_R.INSTRUCTOR, _R.REVIEWER}),
    _P.READ_ITEM_STATISTICS: frozenset({_R.INSTRUCTOR, _R.REVIEWER}),
    _P.MARK_RESPONSES: frozenset({_R.INSTRUCTOR, _R.REVIEWER}),
    _P.SIT_EXAM: frozenset({_R.LEARNER}),
    _P.DECIDE_LATE: frozenset({_R.PROCTOR, _R.ADMINISTRATOR}),
    _P.READ_SCORES: frozenset({_R.INSTRUCTOR, _R.REGISTRAR}),
    _P.READ_RESPONSES: frozenset({_R.APPEAL_REVIEWER}),
    _P.RELEASE_SCORES: frozenset({_R.INSTRUCTOR, _R.REGISTRAR}),
    _P.PROPOSE_REGRADE: frozenset({_R.INSTRUCTOR, _R.REGISTRAR}),
    _P.APPROVE_REGRADE: frozenset({_R.REGISTRAR}),
    _P.READ_CASES: frozenset({_R.INSTRUCTOR, _R.PROCTOR, _R.REGISTRAR, _R.APPEAL_REVIEWER}),
    _P.OPEN_CASE: frozenset({_R.INSTRUCTOR, _R.PROCTOR, _R.REGISTRAR}),
    _P.DECIDE_CASE: frozenset({_R.REGISTRAR, _R.APPEAL_REVIEWER}),
    _P.PULL_RECORDS: frozenset({_R.REGISTRAR}),
    _P.CHANGE_RECORD_STATUS: frozenset({_R.REGISTRAR}),
    _P.MANAGE_PEOPLE: frozenset({_R.ADMINISTRATOR}),
    _P.MANAGE_COHORTS: frozenset({_R.INSTRUCTOR, _R.ADMINISTRATOR}),
    _P.SET_ACCOMMODATION: frozenset({_R.ADMINISTRATOR}),
    _P.CHANGE_NAME: frozenset({_R.REGISTRAR, _R.ADMINISTRATOR}),
    _P.MANAGE_CONNECTIONS: frozenset({_R.REGISTRAR, _R.ADMINISTRATOR}),
    _P.READ_AUDIT: frozenset({_R.ADMINISTRATOR}),
    _P.OPERATE: frozenset({_R.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person with roles, or the system itself (an operator's command, a sweep).

    ``name`` is a label for logs of operators ("cli", "sweep"), never a person's name.
    """

    person_id: UUID | None
    roles: frozenset[Role] = frozenset()
    is_system: bool = False
    name: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the matrix allows ``permission`` to this actor."""
        return self.is_system or bool(self.roles & PERMISSIONS[permission])

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless the matrix allows ``permission``."""
        if not self.may(permission):
            raise Forbidden("not_allowed", permission=permission.value)

    def is_person(self, person_id: UUID) -> bool:
        """Whether this actor is exactly that person."""
        return self.person_id is not None and self.person_id == person_id

    @property
    def is_staff(self) -> bool:
        """Whether any role beyond learner is held."""
        return bool(self.roles & STAFF_ROLES)


SYSTEM = Actor(None, is_system=True, name="system")
NOBODY = Actor(None)


def operator(name: str) -> Actor:
    """The actor of a command run by somebody with access to the machine."""
    return Actor(None, is_system=True, name=name)


@dataclass(frozen=True, slots=True)
class Accommodation:
    """Extra time for one person: the limit times ``time_percent``/100, plus minutes."""

    time_percent: int = 100
    extra_minutes: int = 0

    def extend(self, limit: timedelta) -> timedelta:
        """The limit this person gets, exact to the second (rounded up, in their favour)."""
        seconds = Fraction(int(limit.total_seconds()) * self.time_percent, 100)
        return timedelta(seconds=-(-seconds.numerator // seconds.denominator)) + timedelta(
            minutes=self.extra_minutes
        )

    @property
    def is_none(self) -> bool:
        """Whether this changes nothing."""
        return self == NO_ACCOMMODATION


NO_ACCOMMODATION = Accommodation()
MAX_TIME_PERCENT = 400
MAX_EXTRA_MINUTES = 24 * 60


def check_accommodation(accommodation: Accommodation) -> list[Problem]:
    """Everything wrong with an accommodation: it may only ever add time."""
    problems = []
    if not 100 <= accommodation.time_percent <= MAX_TIME_PERCENT:
        problems.append(
            Problem(
                "time_percent",
                str(accommodation.time_percent),
                "out_of_range",
                f"must be between 100 and {MAX_TIME_PERCENT}",
            )
        )
    if not 0 <= accommodation.extra_minutes <= MAX_EXTRA_MINUTES:
        problems.append(
            Problem(
                "extra_minutes",
                str(accommodation.extra_minutes),
                "out_of_range",
                f"must be between 0 and {MAX_EXTRA_MINUTES}",
            )
        )
    return problems


def parse_roles(names: Iterable[str]) -> tuple[frozenset[Role], list[Problem]]:
    """Roles by name, and a problem for each name that is no role."""
    roles, problems = set(), []
    for name in names:
        try:
            roles.add(Role(name))
        except ValueError:
            known = ", ".join(Role)
            problems.append(Problem("roles", name, "unknown_role", f"known roles: {known}"))
    return frozenset(roles), problems


def normalise_email(address: str) -> str:
    """One spelling per mailbox for look-ups: trimmed and lower case."""
    return address.strip().lower()


_WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 80


def words(text: str) -> list[str]:
    """The words of a text as they are compared: without capitals, accents and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain.casefold())]


def search_words(name: str, email: str) -> list[str]:
    """What somebody can be found by: the words of the name, the address, and the words before its @."""
    address = normalise_email(email)
    return sorted({*words(name), *words(address.partition("@")[0]), address[:LONGEST_WORD]} - {""})


def name_key(name: str) -> str:
    """One spelling for equal names: "Example, Ada" and "ADA example" are the same person's."""
    family, comma, given = name.partition(",")
    return " ".join(words(f"{given} {family}" if comma else name))


def check_person(name: str, email: str) -> list[Problem]:
    """Everything wrong with the personal data of a new account."""
    problems = []
    if not name.strip():
        problems.append(Problem("name", name, "missing", "a name is needed"))
    local, at, host = email.partition("@")
    if not (local and at and "." in host) or any(c.isspace() for c in email):
        problems.append(Problem("email", email, "not_an_address", "not an e-mail address"))
    return problems


MIN_PASSWORD_LENGTH = 10
#: Shortest part of an address whose use inside a password makes it guessable.
TELLING_LENGTH = 4
COMMON_PASSWORDS = frozenset(
    {
        "1234567890", "0123456789", "12345678910", "123456789012", "0987654321", "qwertyuiop",
        "qwerty12345", "1q2w3e4r5t", "1q2w3e4r5t6y", "password12", "password123", "password1234",
        "password12345", "passw0rd123", "iloveyou12", "letmein123", "welcome123", "administrator",
        "changeme123", "abcdefghij", "abc1234567",
    }
)  # fmt: skip


def check_password(password: str, email: str = "") -> list[Problem]:
    """Everything wrong with a new password; its text is never part of the answer."""
    problems = []
    if len(password) < MIN_PASSWORD_LENGTH:
        detail = f"needs at least {MIN_PASSWORD_LENGTH} characters"
        problems.append(Problem("password", "", "too_short", detail))
    told = password.lower()
    if told in COMMON_PASSWORDS or len(set(told)) <= 2:
        problems.append(Problem("password", "", "too_common", "is one of those guessed first"))
    local = normalise_email(email).partition("@")[0]
    if len(local) >= TELLING_LENGTH and local in told:
        problems.append(Problem("password", "", "tells_address", "must not contain the e-mail address"))
    return problems


FIRST_LOGIN_DELAY_SECONDS = 15
MAX_LOGIN_DELAY_SECONDS = 300


def login_delay_seconds(failures: int, allowed: int) -> int:
    """How long an account rests after its ``failures``-th failed sign-in in a row.

    Nothing up to ``allowed``, then doubling; capped, so that nobody can shut a person out
    for long by typing wrong passwords into their account.
    """
    beyond = failures - allowed
    if beyond < 0:
        return 0
    return min(FIRST_LOGIN_DELAY_SECONDS << min(beyond, 10), MAX_LOGIN_DELAY_SECONDS)
