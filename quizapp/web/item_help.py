"""What the fields of an item's form are called, and what its author is told about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Problem
from quizapp.web import formula_words

#: The item itself, in the names of its own fields; rows and groups are named by their lists.
ITEM = "item"

#: What fields are called, by the end of their path: "text" is any text, "item.text" the item's own.
LABELS: Mapping[str, LazyString] = {
    "stem": _l("Question"),
    "options": _l("Options"),
    "prompts": _l("Rows to match"),
    "answers": _l("Accepted answers"),
    "answer": _l("Answer"),
    "text": _l("Text"),
    "item.text": _l("Text with gaps"),
    "key": _l("This one is right"),
    "rationale": _l("Why it is right or wrong"),
    "item.rationale": _l("Why, for the whole item"),
    "gaps": _l("Gaps"),
    "gaps.id": _l("Name of the gap"),
    "gaps.rationale": _l("Why this belongs in the gap"),
    "distractors": _l("Other words to choose from"),
    "statements": _l("Statements"),
    "columns": _l("Columns"),
    "column": _l("Right column"),
    "parameters": _l("Numbers that change"),
    "parameters.name": _l("Name"),
    "from": _l("Smallest"),
    "to": _l("Largest"),
    "step": _l("Step"),
    "expression": _l("Formula of the answer"),
    "answer.rationale": _l("How it is worked out"),
    "picture": _l("Picture"),
    "picture.name": _l("Name of the picture"),
    "width": _l("Width in pixels"),
    "height": _l("Height in pixels"),
    "alt": _l("What it shows, in words"),
    "several": _l("Several regions may be chosen"),
    "shape": _l("Shape of the region"),
    "coords": _l("Where it lies"),
    "words": _l("Length of the answer"),
    "least": _l("Words, at least"),
    "most": _l("Words, at most"),
    "criteria": _l("What is marked"),
    "criteria.text": _l("What is looked for"),
    "levels": _l("Levels"),
    "levels.text": _l("What earns these points"),
    "points": _l("Points"),
    "marking": _l("How it is marked"),
    "markers": _l("Marked by"),
    "difference": _l("Points two people may differ by"),
    "enough": _l("Points that are enough"),
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
    "gaps": _l("Gap"),
    "distractors": _l("Word"),
    "statements": _l("Statement"),
    "columns": _l("Column"),
    "parameters": _l("Number"),
    "criteria": _l("Criterion"),
    "levels": _l("Level"),
}

#: What is said below a label, by the end of the field's path.
HINTS: Mapping[str, LazyString] = {
    "stem": _l(
        "Ask one thing, as a whole question. Markdown works: **strong**, *slanted*, lists, tables. "
        "A formula stands between dollars, as in TeX: $x^2$, or $$x^2$$ on a line of its own."
    ),
    "tasks": _l("The first one is the task the answer counts for. Type a code or words of the task."),
    "item.id": _l("Its name for ever: lower-case letters, digits, dots and hyphens."),
    "difficulty": _l("How many of a hundred people who are just good enough answer it right."),
    "as_of": _l("A month, such as 2026-11."),
    "review_by": _l("A month, such as 2027-11."),
    "enemies": _l("Items that give this one away, or ask the same."),
    "lock_order": _l("For numbers and times. Otherwise each form shuffles them."),
    "value": _l("Digits and at most one point, such as 1.5."),
    "match": _l("The option this row is matched with."),
    "item.text": _l(
        "Name each gap in double square brackets where it stands: A permit is issued by [[issuer]]. "
        "The text is plain, without Markdown."
    ),
    "gaps": _l("One row for each gap of the text."),
    "gaps.id": _l("As it stands in the brackets, such as issuer for [[issuer]]."),
    "distractors": _l("With such words, learners choose from a list. Without any, they type."),
    "columns": _l("What can be said of a statement. Without columns it is true or false."),
    "parameters": _l("Each form draws its own. Show every one of them in the question: {days} days."),
    "parameters.name": _l("As it stands in the question between braces, such as days for {days}."),
    "step": _l("From 30 to 90 by 15 gives 30, 45, 60, 75 and 90."),
    "expression": _l(
        "Names and numbers with + - * / ^ and brackets, and abs, max, min, round and sqrt. "
        "For example: round(days / 7, 1)."
    ),
    "picture.name": _l("Such as quay.png. Without a name only the outlines of the regions are drawn."),
    "alt": _l("For people who cannot see it: everything they need to answer, but not the answer."),
    "coords": _l(
        "Pixels from the top left corner. Rectangle: left,top,right,bottom, such as 20,30,150,90. "
        "Circle: x,y,radius, such as 235,170,45. Polygon: x,y of each corner, such as 10,10,60,10,35,50."
    ),
    "words": _l("Leave a limit empty if there is none."),
    "criteria": _l("Each criterion has levels, and one of them is worth nothing: 0 points."),
    "points": _l("A whole number. Each level of a criterion has another one."),
    "difference": _l("If two people are further apart, a third one marks, and that mark holds."),
    "enough": _l("From here the answer counts as right. Left empty: all points."),
}

CHOICES: Mapping[str, LazyString] = {
    "all_or_nothing": _l("All or nothing"),
    "right_minus_wrong": _l("Right choices less wrong ones"),
    "per_option": _l("Each option for itself"),
    "per_pair": _l("Each row for itself"),
    "per_gap": _l("Each gap for itself"),
    "per_row": _l("Each row for itself"),
    "kprim": _l("All right for everything, one wrong for half"),
    "true": _l("True"),
    "false": _l("False"),
    "rect": _l("Rectangle"),
    "circle": _l("Circle"),
    "poly": _l("Polygon"),
    "1": _l("One person"),
    "2": _l("Two people"),
    "adjacent_pairs": _l("Each pair of neighbours in the right order"),
}

#: What is missing or wrong, said to somebody who is still writing.
SENTENCES: Mapping[str, LazyString] = {
    **formula_words.SENTENCES,
    **formula_words.RECKONING,
    "missing": _l("Still to be written."),
    "bad_id": _l("Lower-case letters, digits, dots and hyphens, 2 to 64 of them."),
    "duplicate_id": _l("Another item of this bank is called so."),
    "duplicate_text": _l("Another row says the same."),
    "duplicate_code": _l("This task stands twice."),
    "too_many": _l("These are too many."),
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
    "bad_words": _l("The fewest words are more than the most."),
    "no_column": _l("Say which column is right."),
    "unknown_column": _l("The column this had is gone. Choose another one."),
    "one_variant": _l("These numbers never change. Widen a range, or make it a numeric item."),
    "unknown_gap": _l("The text names this gap, and no row describes it."),
    "gap_not_once": _l("The text has to name this gap exactly once, such as [[issuer]]."),
    "bad_name": _l("A small letter first, then small letters, digits or underscores, such as days."),
    "bad_range": _l("Smallest, largest and step are numbers, and steps lead from one to the other."),
    "unknown_parameter": _l("The question or the formula names a number that no row describes."),
    "not_in_stem": _l("The question does not show this number. Write its name there between braces."),
    "bad_size": _l("A whole number of pixels from 1 to 8192."),
    "bad_picture_name": _l("The name of a picture, such as quay.png, without a folder."),
    "bad_area": _l("These numbers do not make this shape, such as 20,30,150,90 for a rectangle."),
    "outside_picture": _l("The region lies partly outside the picture."),
    "bad_whole": _l("A whole number, such as 12."),
    "bad_markers": _l("One person or two mark it."),
    "bad_enough": _l("At least 1 point, and no more than all criteria give together."),
    "duplicate_points": _l("Another level of this criterion gives the same points."),
    "no_zero": _l("One level has to be worth 0 points."),
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


def label(path: str) -> LazyString | None:
    """What the field at a path such as ``gaps.0.id`` is called; None where only bank files name it."""
    return _of(LABELS, path)


def hint(path: str) -> LazyString | None:
    """What an author is told about the field at a path, or None."""
    return _of(HINTS, path)


def _of(told: Mapping[str, LazyString], path: str) -> LazyString | None:
    return next((told[end] for end in _ends(path) if end in told), None)


def _ends(path: str) -> Iterator[str]:
    """The ends of a path without the numbers of rows, the longest first."""
    steps = [ITEM, *(step for step in path.split(".") if not step.isdecimal())]
    return (".".join(steps[at:]) for at in range(1 if len(steps) > 2 else 0, len(steps)))


def sentence(problem: Problem) -> str:
    """What is wrong, in words, or the empty text where only the bank check has words for it."""
    return str(SENTENCES.get(problem.reason, ""))
