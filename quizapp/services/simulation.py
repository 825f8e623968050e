"""Simulated learners: a seeded response model, and attempts made through the real services.

The model (a Rasch model with a random effect per task): a learner has an ability a ~ N(1.3, 0.9),
a further deviation per task d ~ N(0, 0.6), and answers an item that its author guesses P per
cent of people answer right with probability 1 / (1 + exp(-(a + d + logit P))). Every draw is a
hash of (seed, learner, item), so the same world comes out again. Floats are fine here: this
decides what an invented person answers, never what an answer is worth.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import Any
from uuid import UUID

from quizapp.domain.attempt import EventKind, canonical
from quizapp.domain.item_types import item_type, matrix, parametrised_numeric
from quizapp.domain.person import Actor, Role
from quizapp.services import attempts, saving
from quizapp.services.saving import Sent
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store
from quizapp.store import scores as score_store
from quizapp.store.attempts import RowAttempt
from quizapp.store.scores import MarkingSlot

ABILITY = NormalDist(1.3, 0.9)
DEVIATION = NormalDist(0.0, 0.6)
#: Guesses of 0 or 100 per cent would have no logit.
LEAST, MOST = 5, 95
BATCH = 10
TOKEN_LIFE = timedelta(days=1)


def uniform(*labels: object) -> float:
    """A number in (0, 1) that the labels fix for ever."""
    digest = hashlib.sha256("\x1f".join(map(str, labels)).encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2**64


#: What a scripted learner writes; its points are up to whoever marks it.
ESSAY = "We thank you for the request. It is put off until the survey is done, and taken up again in May."


@dataclass(frozen=True, slots=True)
class SimulatedLearner:
    """Somebody invented.

    ``lift`` is added to the drawn ability, for a learner who has studied; ``essay`` is what they write
    where people mark; ``slip`` is the place of a question they get wrong whatever they know.
    """

    seed: str
    name: str
    lift: float = 0.0
    essay: str = ESSAY
    slip: int | None = None

    def chance(self, task_code: str, difficulty: int) -> float:
        """The probability of a right response to such an item."""
        ability = ABILITY.inv_cdf(uniform(self.seed, self.name, "ability")) + self.lift
        deviation = DEVIATION.inv_cdf(uniform(self.seed, self.name, "task", task_code))
        share = min(max(difficulty, LEAST), MOST) / 100
        return 1 / (1 + math.exp(-(ability + deviation + math.log(share / (1 - share)))))

    def answers_right(self, slot: MarkingSlot, difficulty: int) -> bool:
        """Whether this learner answers this item right."""
        if slot.position == self.slip:
            return False
        draw = uniform(self.seed, self.name, "item", slot.item_id)
        return draw < self.chance(slot.task_code, difficulty)

    def response(self, slot: MarkingSlot, difficulty: int) -> dict[str, Any]:
        """What this learner enters."""
        if item_type(slot.type).award is not None:
            return {"text": self.essay}
        return right_response(slot) if self.answers_right(slot, difficulty) else wrong_response(slot)


def right_response(slot: MarkingSlot) -> dict[str, Any]:
    """The response that gets full marks."""
    return _RIGHT[slot.type](slot.content, slot.key)


def wrong_response(slot: MarkingSlot) -> dict[str, Any]:
    """A plausible response that does not."""
    return _WRONG[slot.type](slot.content, slot.key)


Key = Mapping[str, Any]
_RIGHT: Mapping[str, Callable[[Key, Key], dict[str, Any]]] = {
    "single_choice": lambda _content, key: {"choice": key["keys"][0]},
    "true_false": lambda _content, key: {"choice": key["keys"][0]},
    "multiple_response": lambda _content, key: {"choices": sorted(key["keys"])},
    "ordering": lambda _content, key: {"ranks": {name: n for n, name in enumerate(key["order"], 1)}},
    "matching": lambda _content, key: {"pairs": dict(key["pairs"])},
    "numeric": lambda _content, key: {"number": key["value"]},
    "short_text": lambda _content, key: {"text": key["answers"][0]},
    "gap_text": lambda _content, key: {"words": {name: words[0] for name, words in key["answers"].items()}},
    "matrix": lambda _content, key: {"cells": dict(key["cells"])},
    "parametrised_numeric": parametrised_numeric.right,
    "hotspot": lambda _content, key: {"choices": sorted(key["keys"])},
    "dropdown_cloze": lambda _content, key: {"gaps": {name: keys[0] for name, keys in key["keys"].items()}},
    "essay": lambda _content, _key: {"text": ESSAY},
}


def _other_choice(content: Key, key: Key) -> dict[str, Any]:
    return {"choice": next(o["id"] for o in content["options"] if o["id"] not in key["keys"])}


def _too_few_choices(_content: Key, key: Key) -> dict[str, Any]:
    return {"choices": sorted(key["keys"])[1:]}


def _turned_around(_content: Key, key: Key) -> dict[str, Any]:
    return {"ranks": {name: n for n, name in enumerate(reversed(key["order"]), 1)}}


def _one_pair_wrong(content: Key, key: Key) -> dict[str, Any]:
    pairs = dict(key["pairs"])
    first = next(iter(pairs))
    pairs[first] = next(o["id"] for o in content["options"] if o["id"] != pairs[first])
    return {"pairs": pairs}


def _one_gap_wrong(content: Key, key: Key) -> dict[str, Any]:
    chosen = {name: keys[0] for name, keys in key["keys"].items()}
    gap = content["gaps"][0]
    chosen[gap["id"]] = next(o["id"] for o in gap["options"] if o["id"] not in key["keys"][gap["id"]])
    return {"gaps": chosen}


def _one_word_wrong(content: Key, key: Key) -> dict[str, Any]:
    words = {name: answers[0] for name, answers in key["answers"].items()}
    words[content["gaps"][0]["id"]] = next(iter(key.get("distractors", ["no idea"])))
    return {"words": words}


def _two_cells_wrong(content: Key, key: Key) -> dict[str, Any]:
    columns = [row["id"] for row in content.get("columns", matrix.TRUE_FALSE)]
    cells = dict(key["cells"])
    for name in list(cells)[:2]:
        cells[name] = next(column for column in columns if column != cells[name])
    return {"cells": cells}


_WRONG: Mapping[str, Callable[[Key, Key], dict[str, Any]]] = {
    "single_choice": _other_choice,
    "true_false": _other_choice,
    "multiple_response": _too_few_choices,
    "ordering": _turned_around,
    "matching": _one_pair_wrong,
    "numeric": lambda _content, _key: {"number": "999999"},
    "short_text": lambda _content, _key: {"text": "no idea"},
    "dropdown_cloze": _one_gap_wrong,
    "gap_text": _one_word_wrong,
    "matrix": _two_cells_wrong,
    "hotspot": lambda content, key: {"choices": list(_other_choice(content, key).values())},
    "parametrised_numeric": lambda _content, _key: {"number": "999999"},
    "essay": lambda _content, _key: {"text": "no idea"},
}


def take(context: Context, person_id: UUID, sitting_id: UUID, learner: SimulatedLearner) -> UUID:
    """Start, answer everything, submit; through the services a browser reaches. Gives the attempt."""
    actor = Actor(person_id, frozenset({Role.LEARNER}))
    attempt_id = attempts.start(context, actor, sitting_id)
    answers = answers_of(context, attempt_id, learner)
    token = context.tokens.make(attempt_id, 1, context.clock.now() + TOKEN_LIFE)
    for start in range(0, len(answers), BATCH):
        saving.save(context, token, answers[start : start + BATCH])
    attempts.submit(context, actor, attempt_id)
    return attempt_id


def answers_of(context: Context, attempt_id: UUID, learner: SimulatedLearner) -> list[Sent]:
    """What this learner enters in every slot of an attempt, in the form's order."""
    with context.reading() as session:
        row = session.get_one(RowAttempt, attempt_id)
        slots = score_store.marking_slots(session, row)
        guesses = attempt_store.difficulties(session, row.form_id)
    return [
        Sent(
            client_seq=slot.position,
            slot=slot.position,
            kind=EventKind.RESPONSE,
            payload=canonical(learner.response(slot, guesses[slot.position])),
        )
        for slot in slots
    ]
