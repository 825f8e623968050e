"""The audit chain: whatever is done to it afterwards, verification names the first bad row."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from quizapp.domain.errors import Forbidden, Invalid
from quizapp.domain.person import NOBODY, SYSTEM, operator
from quizapp.integrations.signing import Ed25519Signer, HmacSealer
from quizapp.services import audit
from quizapp.services.audit import Fault, LineFilter
from quizapp.services.unit_of_work import Context
from quizapp.store import audit as store

ADA, BOB = operator("ada"), operator("bob")


def write(context: Context, *verbs: str) -> None:
    for verb in verbs:
        with context.transaction(ADA) as uow:
            uow.audit(verb, "exam", "e1", count=2, roles=("a", "b"), by_number={1: "x"})


def sql(context: Context, *statements: str) -> None:
    with context.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def chained(context: Context) -> Context:
    """Five lines, sealed in two rounds: seals 1 to 3, then 4 and 5."""
    write(context, "draft", "revise", "publish")
    audit.seal(context)
    write(context, "close", "retire")
    audit.seal(context)
    return context


def test_an_untouched_chain_is_intact(chained: Context) -> None:
    assert audit.verify(chained) == audit.AuditCheck(sealed=5, unsealed=0, checkpoints=2, fault=None)


def test_fresh_lines_are_stated(chained: Context) -> None:
    write(chained, "draft")
    assert audit.verify(chained) == audit.AuditCheck(5, 1, 2, None)


def test_sealing_tells_how_many_and_rests(chained: Context) -> None:
    write(chained, "draft", "revise")
    assert (audit.seal(chained), audit.seal(chained)) == (2, 0)
    assert audit.verify(chained).checkpoints == 3


DAMAGE = {
    "verb": ("UPDATE audit_line SET verb = 'approve' WHERE id = 2", Fault("changed_line", 2, 2)),
    "time": ("UPDATE audit_line SET at = at - 1 WHERE id = 3", Fault("changed_line", 3, 3)),
    "facts": ("UPDATE audit_line SET facts = '{\"count\": 3}' WHERE id = 4", Fault("changed_line", 4, 4)),
    "seal": ("UPDATE audit_seal SET seal = 'aa' WHERE number = 2", Fault("moved_line", 2, 2)),
    "checkpoint number": (
        "UPDATE audit_checkpoint SET number = 2 WHERE number = 3",
        Fault("forged_checkpoint", 2, None),
    ),
    "checkpoint seal": (
        "UPDATE audit_checkpoint SET seal = 'aa' WHERE number = 3",
        Fault("forged_checkpoint", 3, None),
    ),
    "checkpoint key": (
        "UPDATE audit_checkpoint SET key_id = 'did:key:zabc' WHERE number = 3",
        Fault("forged_checkpoint", 3, None),
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_an_edited_row_is_named(chained: Context, name: str) -> None:
    statement, fault = DAMAGE[name]
    sql(chained, statement)
    assert audit.verify(chained).fault == fault


def test_a_deleted_line_is_named(chained: Context) -> None:
    sql(chained, "DELETE FROM audit_seal WHERE number = 2", "DELETE FROM audit_line WHERE id = 2")
    assert audit.verify(chained).fault == Fault("missing_seal", 2, None)


def test_a_deleted_line_is_named_when_the_rest_was_renumbered(chained: Context) -> None:
    sql(
        chained,
        "DELETE FROM audit_seal WHERE number = 2",
        "DELETE FROM audit_line WHERE id = 2",
        "UPDATE audit_seal SET number = 2 WHERE number = 3",
        "UPDATE audit_seal SET number = 3 WHERE number = 4",
        "UPDATE audit_seal SET number = 4 WHERE number = 5",
    )
    assert audit.verify(chained).fault == Fault("moved_line", 2, 3)


def test_swapped_lines_are_named(chained: Context) -> None:
    sql(
        chained,
        "DELETE FROM audit_seal WHERE number = 4",
        "UPDATE audit_seal SET line_id = 4 WHERE number = 2",
        "INSERT INTO audit_seal (number, line_id, seal) VALUES (4, 2, 'aa')",
    )
    assert audit.verify(chained).fault == Fault("moved_line", 2, 4)


COLUMNS = "at, actor_id, actor_name, verb, noun, object_id, facts, request_id"


def insert(context: Context, nonce: str = "00000000-0000-7000-8000-000000000001") -> None:
    shown = nonce.replace("-", "") if context.settings.is_sqlite else nonce
    sql(
        context,
        f"INSERT INTO audit_line (nonce, mark, {COLUMNS}) SELECT '{shown}', mark, {COLUMNS} "
        "FROM audit_line WHERE id = 1",
    )


def test_an_inserted_line_is_named_before_it_is_sealed(chained: Context) -> None:
    insert(chained)
    assert audit.verify(chained).fault == Fault("forged_line", None, 6)


def test_an_inserted_line_is_named_after_it_was_sealed(chained: Context) -> None:
    insert(chained)
    audit.seal(chained)
    assert audit.verify(chained).fault == Fault("changed_line", 6, 6)


def test_a_line_sealed_with_another_key_is_named(chained: Context) -> None:
    write(chained, "draft")
    audit.seal(replace(chained, sealer=HmacSealer(b"x" * 32)))
    assert audit.verify(chained).fault == Fault("moved_line", 6, 6)


CUT = (
    "DELETE FROM audit_seal WHERE number > 3",
    "DELETE FROM audit_line WHERE id > 3",
)


def test_a_cut_tail_is_revealed_by_a_checkpoint(chained: Context) -> None:
    sql(chained, *CUT)
    assert audit.verify(chained).fault == Fault("cut_tail", 4, None)


def test_a_tail_cut_with_its_checkpoints_is_revealed_by_one_kept_elsewhere(chained: Context) -> None:
    kept = audit.last_checkpoint(chained, SYSTEM)
    assert kept is not None
    sql(chained, *CUT, "DELETE FROM audit_checkpoint WHERE number > 3")
    assert audit.verify(chained).fault is None
    assert audit.verify(chained, [kept]).fault == Fault("cut_tail", 4, None)


def test_a_kept_checkpoint_survives_being_written_down(chained: Context) -> None:
    kept = audit.last_checkpoint(chained, SYSTEM)
    assert kept is not None
    told = json.dumps({**asdict(kept), "at": kept.at.isoformat()})
    assert audit.read_checkpoints(told + "\n") == [kept]


@pytest.mark.parametrize("row", ["{}", "no", "[]", '{"number": 1, "at": "yesterday"}'])
def test_what_is_no_checkpoint_is_named_with_its_line(row: str) -> None:
    with pytest.raises(Invalid) as raised:
        audit.read_checkpoints("\n" + row)
    assert [problem.place for problem in raised.value.problems] == ["line 2"]


def test_checkpoints_verify_after_the_signing_key_was_replaced(chained: Context) -> None:
    renewed = replace(chained, signer=Ed25519Signer(b"n" * 32))
    write(renewed, "draft")
    audit.seal(renewed)
    assert audit.verify(renewed) == audit.AuditCheck(6, 0, 3, None)


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_line_that_commits_late_is_not_skipped(context: Context) -> None:
    """PostgreSQL only: SQLite has one writer, so ids become visible in order."""
    with context.transaction(ADA) as slow:
        slow.audit("draft", "exam", "slow")
        slow.flush()
        write(context, "revise")
        assert audit.seal(context) == 1
    assert audit.seal(context) == 1
    assert audit.verify(context) == audit.AuditCheck(2, 0, 2, None)


def test_a_straggler_below_the_quick_look_is_found_by_the_thorough_one(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(context, "draft", "revise", "publish")
    audit.seal(context)
    sql(context, "DELETE FROM audit_seal", "DELETE FROM audit_checkpoint")
    with context.transaction(SYSTEM) as uow:
        store.add_seals(uow.session, [{"number": 1, "line_id": 3, "seal": "aa"}])
    monkeypatch.setattr(store, "LOOK_BACK_IDS", 1)
    assert audit.seal(context) == 0
    assert audit.seal(context, is_thorough=True) == 2


def test_sealers_in_parallel_make_one_chain(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 3)
    write(context, *["draft"] * 20)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: audit.seal(context), range(4)))
    audit.seal(context)
    assert sum(told) <= 20
    assert audit.verify(context).is_intact
    assert audit.verify(context).sealed == 20


def test_facts_are_marked_as_the_database_gives_them_back(context: Context) -> None:
    write(context, "draft")
    line = audit.listed(context, SYSTEM, LineFilter()).lines[0]
    assert line.facts == {"count": 2, "roles": ["a", "b"], "by_number": {"1": "x"}}
    assert audit.verify(context).fault is None


def test_lines_are_listed_newest_first_by_filter(context: Context, clock: object) -> None:
    write(context, "draft", "publish")
    clock.instant += timedelta(days=1)  # type: ignore[attr-defined]
    with context.transaction(BOB) as uow:
        uow.audit("create", "person", "p1")
    noon = context.clock.now()

    def found(**wanted: object) -> list[str]:
        return [f"{row.verb} {row.noun}" for row in audit.listed(context, SYSTEM, LineFilter(**wanted)).lines]

    assert found() == ["create person", "publish exam", "draft exam"]
    assert found(noun="exam") == ["publish exam", "draft exam"]
    assert found(verb="draft") == ["draft exam"]
    assert found(actor="bob") == ["create person"]
    assert found(actor="00000000-0000-7000-8000-000000000001") == []
    assert found(object_id="p1") == ["create person"]
    assert found(since=noon) == ["create person"]
    assert found(until=noon) == ["publish exam", "draft exam"]


def test_pages_of_lines_know_the_whole(context: Context) -> None:
    write(context, "draft", "revise", "publish")
    page = audit.listed(context, SYSTEM, LineFilter(), limit=1, offset=1)
    assert ([line.verb for line in page.lines], page.total) == (["revise"], 3)
    assert (page.nouns, page.verbs) == (["exam"], ["draft", "publish", "revise"])


READERS: list[Callable[[Context], object]] = [
    lambda context: audit.listed(context, NOBODY, LineFilter()),
    lambda context: audit.last_checkpoint(context, NOBODY),
]


@pytest.mark.parametrize("read", READERS)
def test_only_administrators_read_the_log(sqlite_context: Context, read: Callable[[Context], object]) -> None:
    with pytest.raises(Forbidden):
        read(sqlite_context)
