"""Drawing a form: counts, enemies, scenarios, reserve; and that a seed fixes it for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain import blueprint
from quizapp.domain.blueprint import Blueprint, BlueprintRow, Candidate, assemble, order, pick
from quizapp.domain.errors import Refused

TASKS = ("1.A", "1.B", "2.A")
seeds = st.text(max_size=8)


def candidate(number: int, task: str = "1.A", stimulus: str | None = None, *enemies: int) -> Candidate:
    return Candidate(f"i{number:03}", task, stimulus, frozenset(f"i{e:03}" for e in enemies))


@st.composite
def pools(draw: st.DrawFn) -> list[Candidate]:
    count = draw(st.integers(0, 30))
    number = st.integers(0, max(count - 1, 0))
    return [
        candidate(
            n,
            draw(st.sampled_from(TASKS)),
            draw(st.sampled_from([None, None, "s1", "s2"])),
            *draw(st.sets(number, max_size=2)) - {n},
        )
        for n in range(count)
    ]


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    tasks = draw(st.lists(st.sampled_from(TASKS), min_size=1, max_size=3, unique=True))
    return Blueprint(
        tuple(
            BlueprintRow(task, draw(st.integers(1, 5)), draw(st.integers(0, 3)), draw(st.integers(0, 1)))
            for task in tasks
        )
    )


@given(blueprints(), pools(), seeds)
def test_a_form_is_exactly_what_the_blueprint_asks_for(
    plan: Blueprint, pool: list[Candidate], seed: str
) -> None:
    try:
        slots = assemble(plan, pool, seed)
    except Refused as refusal:
        assert refusal.code == "pool_too_small"
        assert refusal.facts["task"] in plan.task_codes
        return
    by_id = {c.id: c for c in pool}
    chosen = [by_id[slot.item_id] for slot in slots]
    assert Counter(slot.task_code for slot in slots) == {row.task_code: row.items for row in plan.rows}
    assert [slot.position for slot in slots] == list(range(1, plan.length + 1))
    assert len({slot.item_id for slot in slots}) == len(slots)
    assert all(by_id[slot.item_id].task_code == slot.task_code for slot in slots)
    assert not any(a.id in b.enemies for a in chosen for b in chosen)
    shared = Counter((c.stimulus, c.task_code) for c in chosen if c.stimulus)
    assert max(shared.values(), default=0) <= blueprint.MAX_PER_STIMULUS_AND_TASK
    sections = {row.task_code: row.section for row in plan.rows}
    assert [slot.section for slot in slots] == sorted(sections[slot.task_code] for slot in slots)


@given(blueprints(), pools(), seeds)
def test_the_same_seed_gives_the_same_form_whatever_the_order_of_the_pool(
    plan: Blueprint, pool: list[Candidate], seed: str
) -> None:
    def drawn(candidates: list[Candidate]) -> object:
        try:
            return assemble(plan, candidates, seed)
        except Refused as refusal:
            return refusal.facts

    assert drawn(pool) == drawn(pool[::-1])


@given(pools(), seeds)
def test_items_of_a_scenario_stand_together_in_authored_order(pool: list[Candidate], seed: str) -> None:
    counts = Counter(c.task_code for c in pool)
    plan = Blueprint(tuple(BlueprintRow(task, 1 + counts[task] // 4) for task in counts))
    try:
        slots = assemble(plan, pool, seed)
    except Refused:
        return
    for scenario in {slot.stimulus for slot in slots} - {None}:
        mine = [slot for slot in slots if slot.stimulus == scenario]
        assert [s.position for s in mine] == list(range(mine[0].position, mine[0].position + len(mine)))
        assert [s.item_id for s in mine] == sorted(s.item_id for s in mine)


@given(pools(), st.integers(1, 6), st.integers(1, 6))
def test_a_first_form_leaves_its_top_up_behind(pool: list[Candidate], need: int, reserve: int) -> None:
    first = pick(pool, need, reserve)
    if first is not None:
        rest = [c for c in pool if c not in first]
        assert len(first) == need
        assert pick(rest, reserve) is not None


@given(st.lists(st.text(max_size=3), unique=True), seeds, st.text(max_size=3))
def test_an_order_is_a_permutation_that_never_changes(names: list[str], seed: str, label: str) -> None:
    told = order(seed, label, names)
    assert sorted(told) == sorted(names)
    assert told == order(seed, label, reversed(names))


def test_a_stored_seed_still_gives_the_order_it_gave() -> None:
    assert order("seed", "label", "abcde") == ["b", "a", "d", "e", "c"]


def test_different_seeds_give_different_forms() -> None:
    pool = [candidate(n) for n in range(16)]
    plan = Blueprint((BlueprintRow("1.A", 8),))
    forms = {frozenset(slot.item_id for slot in assemble(plan, pool, str(n))) for n in range(20)}
    assert len(forms) > 15


def test_a_row_is_drawn_around_an_enemy_in_another_row() -> None:
    # 2.A has one item only, and it is an enemy of one of the two of 1.A.
    pool = [candidate(0, "1.A", None, 2), candidate(1, "1.A"), candidate(2, "2.A")]
    plan = Blueprint((BlueprintRow("1.A", 1), BlueprintRow("2.A", 1)))
    for seed in "abcdef":
        assert [s.item_id for s in assemble(plan, pool, seed) if s.task_code == "1.A"] == ["i001"]


def test_a_pool_that_is_too_small_is_refused_with_the_task() -> None:
    plan = Blueprint((BlueprintRow("1.A", 1), BlueprintRow("1.B", 2)))
    with pytest.raises(Refused) as refusal:
        assemble(plan, [candidate(1), candidate(2, "1.B")], "seed")
    assert (refusal.value.code, refusal.value.facts) == ("pool_too_small", {"task": "1.B"})


def test_a_first_form_is_drawn_even_where_no_top_up_can_follow() -> None:
    plan = Blueprint((BlueprintRow("1.A", 3, 2),))
    assert len(assemble(plan, [candidate(n) for n in range(4)], "seed")) == 3


@pytest.mark.parametrize(
    ("pool", "need", "reserve"),
    [
        ([candidate(n, "1.A", f"s{n // 6}") for n in range(30)], 11, 0),
        ([candidate(n, "1.A", None, n ^ 1) for n in range(40)], 21, 0),
        ([candidate(n) for n in range(23)], 12, 12),
        ([candidate(n, "1.A", None, *({*range(12)} - {n} if n < 12 else ())) for n in range(24)], 8, 8),
    ],
    ids=["scenarios", "pairs of enemies", "too few for both", "one crowd of enemies"],
)
def test_what_cannot_be_is_found_out_at_once(pool: list[Candidate], need: int, reserve: int) -> None:
    assert pick(pool, need, reserve) is None


def test_a_hopeless_search_ends() -> None:
    # A ring of 41 enemies holds 20 together, which no count here shows.
    ring = [candidate(n, "1.A", None, (n + 1) % 41, (n - 1) % 41) for n in range(41)]
    assert pick(ring, 20) is not None
    assert pick(ring, 21) is None


def test_the_top_up_asks_only_for_the_tasks_named() -> None:
    plan = Blueprint((BlueprintRow("1.A", 8, 4, 1), BlueprintRow("1.B", 8, 4), BlueprintRow("2.A", 8)))
    assert plan.top_up({"1.A", "2.A"}).rows == (BlueprintRow("1.A", 4, 0, 1),)


def test_every_problem_of_a_blueprint_is_told() -> None:
    rows = (
        BlueprintRow("1.A", 0),
        BlueprintRow("1.A", 1, -1),
        BlueprintRow("9.Z", 1),
        BlueprintRow("1.B", 1, 0, 2),
    )
    told = [(p.field, p.value, p.reason) for p in blueprint.check(Blueprint(rows), TASKS, 2)]
    assert told == [
        ("blueprint", "1.A", "duplicate_code"),
        ("blueprint[1.A]", "0+0", "out_of_range"),
        ("blueprint[1.A]", "1+-1", "out_of_range"),
        ("blueprint[9.Z]", "9.Z", "unknown_code"),
        ("blueprint[1.B].section", "2", "unknown_section"),
    ]
    assert [p.reason for p in blueprint.check(Blueprint(()), TASKS, 0)] == ["missing"]
