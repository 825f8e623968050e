"""Accounts, roles and accommodations."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from quizapp.domain.errors import Forbidden, Invalid, NotFound, Refused
from quizapp.domain.person import NOBODY, Accommodation, Actor, Role, login_delay_seconds, operator
from quizapp.ports import FixedClock, Message, NullMailer
from quizapp.services import invitations, people, sign_in
from quizapp.services.unit_of_work import Context
from quizapp.settings import Settings
from quizapp.store import people as store
from quizapp.store.audit import RowAuditLine
from quizapp.store.people import RowSetting
from tests.conftest import build
from tests.support.people import TESTS, person

GOOD = "a calm and exact password"


def admin(context: Context, name: str = "Root Admin") -> Actor:
    return Actor(person(context, Role.ADMINISTRATOR, name=name), frozenset({Role.ADMINISTRATOR}))


def lines(context: Context, person_id: UUID | str) -> list[tuple[str, UUID | None, dict[str, object]]]:
    with context.reading() as session:
        query = select(RowAuditLine).where(RowAuditLine.object_id == str(person_id)).order_by(RowAuditLine.id)
        return [(row.verb, row.actor_id, row.facts) for row in session.scalars(query)]


def letter(told: invitations.Invitation) -> Message:
    return Message(told.email, "welcome", told.token)


def reasons(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.field, problem.reason) for problem in error.value.problems]


def test_a_new_account_is_told_back(context: Context, clock: FixedClock) -> None:
    person_id = people.create(
        context,
        TESTS,
        name=" Ada Example ",
        email="Ada@Example.org ",
        roles=[Role.REVIEWER, Role.LEARNER],
        password=GOOD,
    )
    assert people.get(context, TESTS, person_id) == people.PersonPage(
        people.Person(
            id=person_id,
            name="Ada Example",
            email="ada@example.org",
            roles=(Role.LEARNER, Role.REVIEWER),
            is_active=True,
            is_simulated=False,
            has_password=True,
            has_totp=False,
            created_at=clock.instant,
            signed_in_at=None,
            locale="",
            zone="",
        ),
        (),
        (),
    )
    assert lines(context, person_id) == [("create", None, {"roles": ["learner", "reviewer"]})]


def test_every_problem_of_a_new_account_is_told(context: Context) -> None:
    with pytest.raises(Invalid) as error:
        people.create(context, TESTS, name=" ", email="nowhere", roles=[], password="short")
    assert reasons(error) == [("name", "missing"), ("email", "not_an_address"), ("password", "too_short")]


def test_an_address_is_used_once(context: Context) -> None:
    person(context, name="Ada", email="ada@example.org")
    with pytest.raises(Invalid) as error:
        person(context, name="Other", email="ADA@example.org")
    assert reasons(error) == [("email", "in_use")]


@pytest.mark.parametrize(
    ("password", "reason"),
    [("short", "too_short"), ("Password123", "too_common"), ("aaaaaaaaaaaa", "too_common"),
     ("my ada.example password", "tells_address")],
)  # fmt: skip
def test_weak_passwords_are_refused(context: Context, password: str, reason: str) -> None:
    with pytest.raises(Invalid) as error:
        people.create(
            context, TESTS, name="Ada", email="ada.example@example.org", roles=[], password=password
        )
    assert ("password", reason) in reasons(error)
    assert password not in str(error.value)


def test_passwords_are_kept_as_argon2_hashes(
    sqlite_settings: Settings, clock: FixedClock, mail: NullMailer
) -> None:
    """The shared applications of the tests hash cheaply; this one is made as it is for people."""
    for app in build(sqlite_settings, clock, mail):
        hashed = app.extensions["quizapp"].passwords.hash(GOOD)
        assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_people_are_searched_by_name_address_and_role(context: Context) -> None:
    person(context, Role.LEARNER, name="Ada 100%", email="ada@example.org")
    person(context, Role.PROCTOR, name="Ben", email="ben_b@example.org")
    person(context, Role.LEARNER, name="Cleo", email="cleo@example.org")

    def found(text: str = "", role: Role | None = None) -> tuple[list[str], int]:
        told = people.listed(context, TESTS, text, role)
        return [one.name for one in told.people], told.total

    assert found() == (["Ada 100%", "Ben", "Cleo"], 3)
    assert found("ADA") == (["Ada 100%"], 1)
    assert found("%") == (["Ada 100%"], 1)
    assert found("_") == (["Ben"], 1)
    assert found("example.org", Role.LEARNER) == (["Ada 100%", "Cleo"], 2)


def test_nobody_gives_a_role_to_themselves(context: Context) -> None:
    root = admin(context)
    assert root.person_id is not None
    with pytest.raises(Refused, match="own_role"):
        people.grant(context, root, root.person_id, Role.REVIEWER)


def test_roles_are_given_and_taken_once(context: Context) -> None:
    root, ada = admin(context), person(context, name="Ada")
    assert people.grant(context, root, ada, Role.REVIEWER)
    assert not people.grant(context, root, ada, Role.REVIEWER)
    assert people.get(context, root, ada).person.roles == (Role.REVIEWER,)
    assert people.revoke_role(context, root, ada, Role.REVIEWER)
    assert not people.revoke_role(context, root, ada, Role.REVIEWER)
    assert people.get(context, root, ada).person.roles == ()
    assert lines(context, ada)[1:] == [
        ("grant", root.person_id, {"role": "reviewer"}),
        ("revoke_role", root.person_id, {"role": "reviewer"}),
    ]


def test_one_administrator_always_remains(context: Context) -> None:
    first, second = admin(context), admin(context, "Second Admin")
    assert first.person_id is not None
    assert second.person_id is not None
    assert people.disable(context, first, second.person_id)
    for leave in (
        lambda one: people.disable(context, TESTS, one),
        lambda one: people.revoke_role(context, TESTS, one, Role.ADMINISTRATOR),
    ):
        with pytest.raises(Refused, match="last_administrator"):
            leave(first.person_id)
    assert people.revoke_role(context, TESTS, second.person_id, Role.ADMINISTRATOR)


def test_disabling_ends_sessions_and_enabling_does_not_bring_them_back(
    context: Context, clock: FixedClock
) -> None:
    ada = person(context, name="Ada")

    def uniquifier() -> str:
        with context.reading() as session:
            row = store.by_id(session, ada)
            assert row is not None
            return row.fs_uniquifier

    before = uniquifier()
    assert sign_in.account(context, before) is not None
    assert people.disable(context, TESTS, ada)
    assert not people.disable(context, TESTS, ada)
    assert sign_in.account(context, uniquifier()) is None
    assert people.enable(context, TESTS, ada)
    assert not people.enable(context, TESTS, ada)
    assert sign_in.account(context, before) is None
    assert sign_in.account(context, uniquifier()) is not None


def test_an_accommodation_keeps_its_history(context: Context, clock: FixedClock) -> None:
    root, ada = admin(context), person(context, name="Ada")
    start = clock.instant
    assert people.set_accommodation(context, TESTS, ada, Accommodation(150))
    clock.instant = start + timedelta(days=1)
    assert people.set_accommodation(context, root, ada, Accommodation(125, 10))
    assert not people.set_accommodation(context, root, ada, Accommodation(125, 10))
    told = people.get(context, TESTS, ada)
    assert told.accommodation == Accommodation(125, 10)
    assert [(one.accommodation, one.set_at, one.set_by) for one in told.accommodations] == [
        (Accommodation(125, 10), clock.instant, "Root Admin"),
        (Accommodation(150), start, ""),
    ]


def test_an_accommodation_only_adds_time(context: Context) -> None:
    ada = person(context, name="Ada")
    with pytest.raises(Invalid) as error:
        people.set_accommodation(context, TESTS, ada, Accommodation(90, -1))
    assert reasons(error) == [("time_percent", "out_of_range"), ("extra_minutes", "out_of_range")]
    with pytest.raises(NotFound):
        people.set_accommodation(context, TESTS, uuid4(), Accommodation(150))


def test_preferences_are_ones_own(context: Context) -> None:
    ada = person(context, name="Ada")
    me = Actor(ada, frozenset({Role.LEARNER}))
    people.set_preferences(context, me, locale="en", zone="Europe/Vienna")
    people.set_preferences(context, me, locale="en", zone="Europe/Vienna")
    told = people.get(context, me, ada).person
    assert (told.locale, told.zone) == ("en", "Europe/Vienna")
    with pytest.raises(Invalid) as error:
        people.set_preferences(context, me, locale="", zone="Mars/Olympus")
    assert reasons(error) == [("zone", "unknown_zone")]
    with pytest.raises(NotFound):
        people.set_preferences(context, NOBODY, locale="", zone="")


def test_only_administrators_see_others(context: Context) -> None:
    ada, ben = person(context, name="Ada"), person(context, name="Ben")
    me = Actor(ada, frozenset(set(Role) - {Role.ADMINISTRATOR}))
    assert people.get(context, me, ada).person.name == "Ada"
    for verb in (
        lambda: people.get(context, me, ben),
        lambda: people.listed(context, me),
        lambda: people.grant(context, me, ben, Role.REVIEWER),
        lambda: people.revoke_role(context, me, ben, Role.REVIEWER),
        lambda: people.disable(context, me, ben),
        lambda: people.enable(context, me, ben),
        lambda: people.set_accommodation(context, me, ada, Accommodation(400)),
        lambda: people.by_email(context, me, "ben.0@example.org"),
        lambda: invitations.invite(context, me, ben, letter),
        lambda: people.create(context, me, name="X", email="x@example.org", roles=[]),
    ):
        with pytest.raises(Forbidden):
            verb()


def test_an_invitation_leaves_after_commit_and_works_once_for_a_week(
    context: Context, clock: FixedClock, mail: NullMailer
) -> None:
    ada = people.create(
        context, TESTS, name="Ada", email="ada@example.org", roles=[Role.LEARNER], letter=letter
    )
    token = mail.sent[0].text
    assert mail.sent == [Message("ada@example.org", "welcome", token)]
    assert [verb for verb, _, _ in lines(context, ada)] == ["create", "invite"]
    assert invitations.accept(context, token)
    for forged in ("", "x", token[:-2], token + "x"):
        with pytest.raises(Refused, match="invitation_over"):
            invitations.accept(context, forged)
    clock.instant += invitations.VALIDITY
    with pytest.raises(Refused, match="invitation_over"):
        invitations.accept(context, token)


def test_nobody_is_invited_who_cannot_use_it(context: Context, mail: NullMailer) -> None:
    ada = people.create(context, TESTS, name="Ada", email="ada@example.org", roles=[], password=GOOD)
    ben = person(context, name="Ben")
    people.disable(context, TESTS, ben)
    with pytest.raises(Refused, match="has_password"):
        invitations.invite(context, TESTS, ada, letter)
    with pytest.raises(Refused, match="account_disabled"):
        invitations.invite(context, TESTS, ben, letter)
    with pytest.raises(NotFound):
        invitations.invite(context, TESTS, uuid4(), letter)
    assert mail.sent == []


def test_failures_slow_one_account_and_success_clears_them(context: Context, clock: FixedClock) -> None:
    ada, ben = person(context, name="Ada"), person(context, name="Ben")

    def resting(person_id: UUID) -> bool:
        with context.reading() as session:
            row = store.by_id(session, person_id)
            assert row is not None
            return sign_in.is_resting(context, row)

    allowed = context.settings.login_failures
    for _ in range(allowed - 1):
        sign_in.failed(context, ada, "password")
    assert not resting(ada)
    sign_in.failed(context, ada, "password")
    assert (resting(ada), resting(ben)) == (True, False)
    clock.instant += timedelta(seconds=login_delay_seconds(allowed, allowed))
    assert not resting(ada)
    assert lines(context, ada)[-1] == ("fail_sign_in", None, {"reason": "password", "rests_seconds": 15})


def test_an_unknown_account_leaves_a_line_too(context: Context) -> None:
    sign_in.failed(context, None, "password")
    assert lines(context, "unknown") == [("fail_sign_in", None, {"reason": "password"})]


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (9, 0), (10, 15), (11, 30), (12, 60), (14, 240), (15, 300), (900, 300)]
)
def test_the_rest_doubles_and_is_capped(failures: int, seconds: int) -> None:
    assert login_delay_seconds(failures, 10) == seconds


def test_demo_logins_show_in_a_demonstration_only(context: Context) -> None:
    assert people.demo_logins(context) == []
    facts = {"demo_logins": [["Learner", "learner@example.org", "a demo password"]]}
    with context.transaction(operator("tests")) as uow:
        row = RowSetting(id=1, issuer_id="test", is_demo=False, created_at=uow.now, facts=facts)
        uow.session.add(row)
        uow.audit("create", "installation", 1)
    assert people.demo_logins(context) == []
    with context.transaction(operator("tests")) as uow:
        found = store.installation(uow.session)
        assert found is not None
        found.is_demo = True
        uow.audit("create", "installation", 1)
    assert people.demo_logins(context) == [("Learner", "learner@example.org", "a demo password")]
