"""What the fields of an item's form are called, and what its author is told about them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Problem

#: What fields are called. A field that is missing here is called by its name in bank files.
LABELS: Mapping[str, LazyString] = {
    "stem": _l("Question"),
    "options": _l("Options"),
    "prompts": _l("Rows to match"),
    "answers": _l("Accepted answers"),
    "answer": _l("Answer"),
    "text": _l("Text"),
    "key": _l("This one is right"),
    "rationale": _l("Why it is right or wrong"),
    "match": _l("Goes with"),
    "lock_order": _l("Keep the options in this order on every form"),
    "scoring": _l("Scoring"),
    "case_sensitive": _l("Capitals count"),
    "value": _l("Value"),
    "tolerance": _l("Tolerance"),
    "unit": _l("Unit"),
    "id": _l("Id"),
    "tasks": _l("Task statements"),
    "pool": _l("Pool"),
    "level": _l("Level"),
    "difficulty": _l("Expected to answer right, in percent"),
    "stimulus": _l("Scenario"),
    "enemies": _l("Never on one form with"),
    "sources": _l("Sources"),
    "authority": _l("Which text says so"),
    "section": _l("Where in it"),
    "as_of": _l("Read on"),
    "review_by": _l("Read again by"),
}

#: What one row of a list is called.
ROWS: Mapping[str, LazyString] = {
    "options": _l("Option"),
    "prompts": _l("Row"),
    "answers": _l("Accepted answer"),
    "sources": _l("Source"),
    "tasks": _l("Task statement"),
    "enemies": _l("Item"),
}

HINTS: Mapping[str, LazyString] = {
    "stem": _l("Ask one thing, as a whole question. Markdown works: **strong**, *slanted*, lists."),
    "tasks": _l("The first one is the task the answer counts for. Type a code or words of the task."),
    "id": _l("Its name for ever: lower-case letters, digits, dots and hyphens."),
    "difficulty": _l("How many of a hundred people who are just good enough answer it right."),
    "as_of": _l("A month, such as 2026-11."),
    "review_by": _l("A month, such as 2027-11."),
    "enemies": _l("Items that give this one away, or ask the same."),
    "lock_order": _l("For numbers and times. Otherwise each form shuffles them."),
    "value": _l("Digits and at most one point, such as 1.5."),
    "match": _l("The option this row is matched with."),
}

CHOICES: Mapping[str, LazyString] = {
    "all_or_nothing": _l("All or nothing"),
    "right_minus_wrong": _l("Right choices less wrong ones"),
    "per_option": _l("Each option for itself"),
    "per_pair": _l("Each row for itself"),
    "per_gap": _l("Each gap for itself"),
    "per_row": _l("Each row for itself"),
    "adjacent_pairs": _l("Each pair of neighbours in the right order"),
}

#: What is missing or wrong, said to somebody who is still writing.
SENTENCES: Mapping[str, LazyString] = {
    "missing": _l("Still to be written."),
    "bad_id": _l("Lower-case letters, digits, dots and hyphens, 2 to 64 of them."),
    "duplicate_id": _l("Another item of this bank is called so."),
    "duplicate_text": _l("Another row says the same."),
    "duplicate_code": _l("This task stands twice."),
    "too_few": _l("At least two are needed."),
    "too_long": _l("This is too long."),
    "no_answer": _l("At least one accepted answer is needed."),
    "no_key": _l("Mark the option that is right."),
    "several_keys": _l("Only one option may be right."),
    "too_few_keys": _l("At least two options have to be right."),
    "no_distractor": _l("If every option is right, there is nothing to choose."),
    "bad_number": _l("Write digits with at most one point, such as 30 or 1.5."),
    "negative_tolerance": _l("A tolerance is zero or more."),
    "unmatched": _l("Say which option this goes with."),
    "unknown_option": _l("The option this went with is gone. Choose another one."),
    "order_reveals_key": _l(
        "In this order every row stands beside its option. Move some, or let forms shuffle."
    ),
    "ids_reveal_key": _l("The order gives the answer away. Move one row away and back."),
    "unknown_value": _l("Choose one."),
    "out_of_range": _l("A whole number from 0 to 100."),
    "bad_date": _l("A month, such as 2026-11."),
    "unknown_code": _l("The framework has no such task statement."),
    "unknown_item": _l("The bank has no such item."),
    "own_enemy": _l("An item is not its own enemy."),
    "unknown_stimulus": _l("The bank has no such scenario."),
    "pools_mixed": _l("Items of the other pool share this scenario, and practising it would expose them."),
    "practised_item": _l("It was practised, so it stays in the practice pool."),
    "absolute_word": _l("Words such as always and never tell a guesser that an option is wrong."),
    "negative_stem": _l("Ask for what is right: a question with a not measures how carefully people read."),
    "all_or_none": _l("An option may not speak of the others: forms shuffle them."),
    "length_outlier": _l("One option is much longer or shorter than the others. Make them alike."),
    "grammatical_cue": _l(
        "Begin and end every option in the same way, and fit each of them to the question."
    ),
    "overlapping_ranges": _l("Two ranges share a number, so both or neither are right."),
    "unordered_numbers": _l("Put numbers in order, and keep that order on every form."),
    "stem_echo": _l("Only the right option repeats words of the question, which gives it away."),
    "missing_rationale": _l("Say why in a whole sentence: learners read it after the exam."),
    "letter_reference": _l("Name an option by what it says: its letter changes from form to form."),
    "stale_source": _l("This source was to be read again by now. Do so, and set a new month."),
}


def label(name: str) -> LazyString | None:
    """What a field is called, or None where only its name in bank files is known."""
    return LABELS.get(name)


def sentence(problem: Problem) -> str:
    """What is wrong, in words, or the empty text where only the bank check has words for it."""
    return str(SENTENCES.get(problem.reason, ""))
