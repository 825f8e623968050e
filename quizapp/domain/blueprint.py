"""How many items per task statement, and the form drawn from a pool by it.

Drawing is by hash, not by a random generator: item order is the order of SHA-256 over
(seed, label), so a form can be rebuilt on any version of anything from its stored seed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quizapp.domain.errors import Problem, Refused
from quizapp.domain.item_types import item_type

#: At most this many items of one shared scenario count for one task on one form.
MAX_PER_STIMULUS_AND_TASK = 2
#: How often a draw starts again with another order when tasks block each other by enemies.
MAX_DRAWS = 32
#: Steps after which a search for items that fit together gives up; real banks need a few dozen.
MAX_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class BlueprintRow:
    """``items`` of this task on a first form, ``top_up`` on the second; drawn into ``section``."""

    task_code: str
    items: int
    top_up: int = 0
    section: int = 0


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The rows of an exam, in the order of the framework."""

    rows: tuple[BlueprintRow, ...]

    @property
    def task_codes(self) -> tuple[str, ...]:
        """The task statements this blueprint asks about."""
        return tuple(row.task_code for row in self.rows)

    @property
    def length(self) -> int:
        """Items on a first form."""
        return sum(row.items for row in self.rows)

    def top_up(self, task_codes: Collection[str]) -> Blueprint:
        """The second form's blueprint: the top-up counts of ``task_codes`` only."""
        return Blueprint(
            tuple(
                BlueprintRow(row.task_code, row.top_up, 0, row.section)
                for row in self.rows
                if row.task_code in task_codes and row.top_up
            )
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """What drawing needs to know of an eligible item; ``id`` is its stable id."""

    id: str
    task_code: str
    stimulus: str | None = None
    enemies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a form."""

    position: int
    item_id: str
    task_code: str
    section: int
    stimulus: str | None


def check(blueprint: Blueprint, task_codes: Collection[str], sections: int) -> list[Problem]:
    """Everything wrong with a blueprint against its framework and number of sections."""
    problems = []
    if not blueprint.rows:
        problems.append(Problem("blueprint", "", "missing", "at least one task is needed"))
    for code, times in Counter(blueprint.task_codes).items():
        if times > 1:
            problems.append(Problem("blueprint", code, "duplicate_code", "the task stands twice"))
    for row in blueprint.rows:
        place = f"blueprint[{row.task_code}]"
        if row.task_code not in task_codes:
            problems.append(Problem(place, row.task_code, "unknown_code", "not in the framework"))
        if row.items < 1 or row.top_up < 0:
            told = f"{row.items}+{row.top_up}"
            problems.append(Problem(place, told, "out_of_range", "at least one item, no negatives"))
        if not 0 <= row.section < max(sections, 1):
            problems.append(Problem(f"{place}.section", str(row.section), "unknown_section"))
    return problems


def order(seed: str, label: str, names: Iterable[str]) -> list[str]:
    """``names`` in the order that ``seed`` and ``label`` fix for ever."""

    def rank(name: str) -> bytes:
        return hashlib.sha256(f"{seed}\x1f{label}\x1f{name}".encode()).digest()

    return sorted(names, key=rank)


def orderer(seed: str, item_id: str) -> Callable[[str, Sequence[str]], list[str]]:
    """The ordering function an item type's `present` takes, bound to one item of one form."""
    return lambda label, names: order(seed, f"{item_id}/{label}", names)


def settled(type_name: str, content: Mapping[str, Any], seed: str, item_id: str) -> Mapping[str, Any]:
    """The content of an item as one form asks it: with its own numbers, where every form has others."""
    return item_type(type_name).settle(content, orderer(seed, item_id))


def assemble(blueprint: Blueprint, pool: Collection[Candidate], seed: str) -> tuple[Slot, ...]:
    """Draw a form: every row filled, enemies apart, scenarios capped and kept together.

    Raises `Refused` ("pool_too_small", task=code) naming the first task that cannot be filled.
    The same blueprint, pool and seed always give the same form.
    """
    missing = ""
    for draw in range(MAX_DRAWS):
        chosen, missing = _draw(blueprint, pool, f"{seed}/{draw}")
        if not missing:
            return _lay_out(chosen, seed)
    raise Refused("pool_too_small", task=missing)


def _draw(
    blueprint: Blueprint, pool: Collection[Candidate], seed: str
) -> tuple[list[tuple[BlueprintRow, Candidate]], str]:
    by_task = group_by_task(pool)
    chosen: list[tuple[BlueprintRow, Candidate]] = []
    # Scarce tasks first: they have the fewest ways around an enemy chosen elsewhere.
    for row in sorted(blueprint.rows, key=lambda r: len(by_task.get(r.task_code, ())) - r.items):
        taken = {candidate.id for _, candidate in chosen}
        barred = {enemy for _, candidate in chosen for enemy in candidate.enemies}
        free = [
            c for c in by_task.get(row.task_code, ()) if c.id not in barred and c.enemies.isdisjoint(taken)
        ]
        ranked = {name: n for n, name in enumerate(order(seed, row.task_code, [c.id for c in free]))}
        free.sort(key=lambda c: ranked[c.id])
        picked = pick(free, row.items, row.top_up) or pick(free, row.items)
        if picked is None:
            return [], row.task_code
        chosen += [(row, candidate) for candidate in picked]
    return chosen, ""


def group_by_task(pool: Collection[Candidate]) -> Mapping[str, list[Candidate]]:
    """The pool's candidates by scoring task."""
    grouped: dict[str, list[Candidate]] = {}
    for candidate in pool:
        grouped.setdefault(candidate.task_code, []).append(candidate)
    return grouped


def pick(candidates: Sequence[Candidate], need: int, reserve: int = 0) -> list[Candidate] | None:
    """The first ``need`` candidates, in order, that fit one form together, or None.

    With ``reserve``, the candidates left over must still fill a form of that many, so that a
    first form does not use up the items its own top-up needs. Gives up after `MAX_STEPS`.
    """
    search = _Search(candidates, need, reserve)
    if reserve and search.room(candidates, forms=2) < need + reserve:
        return None
    return search.run(list(candidates), [])


class _Search:
    """Depth first, in order, leaving a branch as soon as a count shows that it cannot end well."""

    def __init__(self, candidates: Sequence[Candidate], need: int, reserve: int) -> None:
        self.candidates, self.need, self.reserve = candidates, need, reserve
        self.foes = _foes(candidates)
        self.cliques = _cliques(candidates, self.foes)
        #: Nothing keeps any two of them apart, so that counting them is enough.
        self.is_plain = not any(self.foes.values()) and not any(c.stimulus for c in candidates)
        self.steps = MAX_STEPS

    def run(self, free: Sequence[Candidate], taken: list[Candidate]) -> list[Candidate] | None:
        """``taken`` completed from ``free``, all of which fit beside ``taken``."""
        self.steps -= 1
        rest = [c for c in self.candidates if c not in taken] if self.reserve else []
        if self.steps < 0 or self.room(rest) < self.reserve:
            return None
        missing = self.need - len(taken)
        if not missing:
            return taken if not self.reserve or pick(rest, self.reserve) is not None else None
        for index, candidate in enumerate(free):
            if self.room(free[index:]) < missing:
                return None
            more = [*taken, candidate]
            found = self.run(self._beside(free[index + 1 :], more), more)
            if found is not None:
                return found
        return None

    def room(self, candidates: Sequence[Candidate], forms: int = 1) -> int:
        """So many forms hold no more of these: scenarios are capped, of mutual enemies one fits."""
        if self.is_plain:
            return len(candidates)
        sharing = Counter([c.stimulus for c in candidates])
        single = sharing.pop(None, 0)
        capped = sum([min(forms * MAX_PER_STIMULUS_AND_TASK, count) for count in sharing.values()])
        apart = Counter([self.cliques[c.id] for c in candidates])
        return min(single + capped, sum([min(forms, count) for count in apart.values()]))

    def _beside(self, free: Sequence[Candidate], taken: Sequence[Candidate]) -> Sequence[Candidate]:
        """Those of ``free``, all of which fit beside ``taken`` without its last, that fit beside all."""
        if self.is_plain:
            return free
        last = taken[-1]
        foes = self.foes[last.id]
        full = last.stimulus if _sharing(taken, last.stimulus) == MAX_PER_STIMULUS_AND_TASK else None
        return [c for c in free if c.id not in foes and (full is None or c.stimulus != full)]


def _sharing(taken: Sequence[Candidate], stimulus: str | None) -> int:
    return sum([c.stimulus == stimulus for c in taken]) if stimulus else 0


def _foes(candidates: Sequence[Candidate]) -> dict[str, set[str]]:
    """Who may not stand on one form with whom; it is enough that one of two says so."""
    foes: dict[str, set[str]] = {c.id: set() for c in candidates}
    for candidate in candidates:
        for enemy in candidate.enemies & foes.keys():
            foes[candidate.id].add(enemy)
            foes[enemy].add(candidate.id)
    return foes


def _cliques(candidates: Sequence[Candidate], foes: Mapping[str, set[str]]) -> dict[str, int]:
    """A number per candidate; those of one number are all enemies of each other."""
    groups: list[set[str]] = []
    numbers: dict[str, int] = {}
    for candidate in candidates:
        own = foes[candidate.id]
        home = next((n for n, group in enumerate(groups) if group <= own), None) if own else None
        if home is None:
            home = len(groups)
            groups.append(set())
        groups[home].add(candidate.id)
        numbers[candidate.id] = home
    return numbers


def _lay_out(chosen: Sequence[tuple[BlueprintRow, Candidate]], seed: str) -> tuple[Slot, ...]:
    sections: dict[int, dict[str, list[Candidate]]] = {}
    for row, candidate in chosen:
        testlet = candidate.stimulus or f"item:{candidate.id}"
        sections.setdefault(row.section, {}).setdefault(testlet, []).append(candidate)
    slots: list[Slot] = []
    for section in sorted(sections):
        testlets = sections[section]
        for testlet in order(seed, f"section {section}", testlets):
            members = {c.id: c for c in testlets[testlet]}
            # Inside a scenario items keep their authored order: later ones may build on it.
            for name in sorted(members):
                c = members[name]
                slots.append(Slot(len(slots) + 1, c.id, c.task_code, section, c.stimulus))
    return tuple(slots)
