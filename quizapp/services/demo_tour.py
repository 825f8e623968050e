"""What the demonstration shows of writing and marking: a bank with one item of every type.

Three invented learners have taken its exam, one of their essays is marked, and three drafts stand
where drafts stand in a working week.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from quizapp.domain.person import Actor, Role, operator
from quizapp.services import (
    exam_files,
    frameworks,
    item_draft_views,
    item_drafts,
    item_reviews,
    items,
    markings,
)
from quizapp.services.simulation import SimulatedLearner, take
from quizapp.services.unit_of_work import Context
from quizapp.store import attempts as attempt_store

DEMO = operator("demo")
BANK, EXAM = "tour", "tour"
ESSAYS = (
    "Thank you for asking in time. By our rules a ferry may stay two hours, in your case until 11:00. "
    "This time we grant you a stay until 15:00. Should you still be here afterwards with fuel drums on "
    "board, please move to the fuel pier.",
    "Good morning. You may stay a little longer, as the repair needs it. If you take fuel on board, you "
    "have to leave the west quay and go to the fuel pier at once.",
    "The rules say two hours, so you must be gone by 11:00. There is no other berth for you, with fuel or "
    "without it, and nothing else is to be said about it.",
)
#: What the instructor makes of each essay: the level of every criterion, and a word to the learner.
MARKS: Mapping[str, tuple[Mapping[str, int], str]] = {
    ESSAYS[0]: (
        {"until": 1, "leave": 2, "berth": 1, "tone": 1},
        "All four points, and the master knows what to do.",
    ),
    ESSAYS[1]: (
        {"until": 0, "leave": 1, "berth": 1, "tone": 1},
        "Kind and clear. Both times are missing: 11:00 and 15:00.",
    ),
    ESSAYS[2]: (
        {"until": 1, "leave": 0, "berth": 0, "tone": 0},
        "The office had decided to grant the stay; the letter refuses it.",
    ),
}
#: Minutes between one learner's attempt and the next.
APART = 35
UNFINISHED = {
    "stem": "A coaster wants to stay four days. What does its master do first?",
    "options": [
        {"id": "a", "text": "Asks the harbour office before the third day is over", "key": True},
        {"id": "b", "text": "Moves to the fuel pier"},
        {"id": "c", "text": ""},
    ],
}
WAITING = {
    "id": "tour-1a-p04",
    "stem": "By the harbour rules, a coaster that carries fuel berths at the east quay.",
    "stimulus": "tour-rules",
    "level": "understand",
    "difficulty": 80,
    "options": [
        {"id": "true", "rationale": "The table says so, but the rule on fuel goes before it."},
        {"id": "false", "key": True, "rationale": "With fuel on board it berths at the fuel pier."},
    ],
    "sources": [
        {
            "authority": "Harbour rules of Port Merrow (invented)",
            "section": "first sentence",
            "as_of": "2026-11",
            "review_by": "2036-11",
        }
    ],
}
SENT_BACK = "tour-1b-p02"
WISH = "The lighthouse is never right, and everybody sees it. Give it a duty of its own, or leave it out."


def load(context: Context, folder: Path) -> None:
    """Load the framework, the bank and the exam of the tour; those that are known stay as they are."""
    frameworks.load_file(context, DEMO, folder / "framework.yaml")
    items.load_bank(context, DEMO, folder)
    exam_files.load(context, DEMO, folder / "exams" / f"{EXAM}.yaml", publish=True)


def sit(at: Callable[[int], Context], seed: str, people: Sequence[UUID], sitting_id: UUID) -> None:
    """Some of ``people`` take the tour one after another, each with an essay; ``at`` is given minutes."""
    for number, (person_id, essay) in enumerate(zip(people, ESSAYS, strict=False)):
        context = at(APART * number)
        with context.reading() as session:
            is_taken = attempt_store.count_in_sitting(session, person_id, sitting_id) > 0
        if not is_taken:
            take(context, person_id, sitting_id, SimulatedLearner(seed, f"tour {number + 1}", essay=essay))


def mark(context: Context, who: Mapping[str, UUID]) -> None:
    """The instructor marks one essay, and leaves the others for whoever looks at the queue."""
    marker = Actor(who["instructor"], frozenset({Role.INSTRUCTOR}))
    for line in markings.queue(context, marker):
        script_id = markings.next_script(context, marker, line.version_id)
        if script_id is None or line.to_mark < len(ESSAYS):
            continue
        told = markings.script(context, marker, script_id)
        levels, comment = MARKS[told.text]
        markings.mark(context, marker, script_id, levels, digest=told.digest, comment=comment)


def write(context: Context, who: Mapping[str, UUID]) -> None:
    """One draft that is begun, one that waits for its review, one that was sent back."""
    author = Actor(who["instructor"], frozenset({Role.INSTRUCTOR}))
    reviewer = Actor(who["reviewer"], frozenset({Role.REVIEWER}))
    if item_draft_views.listed(context, author, BANK):
        return
    _draft(context, author, "single_choice", UNFINISHED)
    waiting = _draft(context, author, "true_false", WAITING)
    item_reviews.submit(context, author, waiting, "The rule on fuel had only one question so far.")
    item_reviews.assign(context, author, waiting, who["reviewer"])
    sent_back = item_drafts.edit(context, author, BANK, SENT_BACK)
    form = item_draft_views.view(context, author, sent_back).form
    _fill(
        context, author, sent_back, {"stem": form["stem"].replace("One of them gets none", "One gets none")}
    )
    item_reviews.submit(context, author, sent_back)
    item_reviews.comment(context, reviewer, sent_back, "options.3", WISH)
    item_reviews.request_changes(context, reviewer, sent_back, "One option does no work.")


def _draft(context: Context, author: Actor, type_name: str, form: Mapping[str, Any]) -> UUID:
    draft_id = item_drafts.start(context, author, BANK, type_name, task="1.A", pool="practice")
    _fill(context, author, draft_id, form)
    return draft_id


def _fill(context: Context, author: Actor, draft_id: UUID, told: Mapping[str, Any]) -> None:
    known = item_draft_views.view(context, author, draft_id)
    item_drafts.save(context, author, draft_id, {**known.form, **told}, known.saves)
