"""What modes, states and rules of exams are called on pages, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Problem

#: The chip that shows a state: its colour repeats what the words say.
EXAM_CHIPS = {"draft": "neutral", "published": "ok", "closed": "neutral"}
PHASE_CHIPS = {
    "upcoming": "neutral",
    "open": "ok",
    "over": "attention",
    "closed": "neutral",
    "cancelled": "danger",
}


def words() -> Mapping[str, Mapping[str, str]]:
    """All of them, for a template."""
    return {
        "mode": {"practice": _("Practice"), "certification": _("Certification")},
        "state": {"draft": _("Draft"), "published": _("Published"), "closed": _("Closed")},
        "standing": {"pilot": _("Pilot"), "operational": _("Operational")},
        "pool": {"secure": _("secure pool"), "practice": _("practice pool")},
        "release": {
            "immediate": _("as soon as an attempt is scored"),
            "after_sitting": _("when the sitting is over"),
            "manual": _("when somebody releases them"),
            "two_people": _("when one person has asked for it and another releases them"),
        },
        "phase": {
            "upcoming": _("Not open yet"),
            "open": _("Open"),
            "over": _("Window over"),
            "closed": _("Closed"),
            "cancelled": _("Cancelled"),
        },
        "attempt": {
            "": _("Not started"),
            "open": _("At work"),
            "closed": _("Finished"),
            "void": _("Void"),
        },
    }


SENTENCES: dict[str, LazyString] = {
    "missing": _l("This is missing."),
    "bad_id": _l("Use lower-case letters, digits, dots and hyphens, 2 to 64 of them."),
    "in_use": _l("Another exam has this short name."),
    "too_long": _l("This is too long."),
    "unknown_framework": _l("There is no such framework."),
    "unknown_bank": _l("There is no such bank."),
    "other_framework": _l("This bank belongs to another framework, or another version of it."),
    "unknown_code": _l("The framework has no such task."),
    "unknown_section": _l("There is no such section."),
    "duplicate_code": _l("The task stands here twice."),
    "empty_section": _l("No task is asked in this section."),
    "out_of_order": _l("The end must be after the start."),
    "in_the_past": _l("This would already be over."),
    "roster_needed": _l("Certification needs a list of people. Only practice may be open to everybody."),
    "unknown_person": _l("No account has this address."),
    "not_a_learner": _l("This person does not hold the role of learner, so could not start."),
    "not_a_proctor": _l("This person does not hold the role of proctor."),
    "not_a_network": _l("This is no network, such as 10.1.0.0/16."),
    "unknown_cohort": _l("There is no such cohort."),
    "pool_too_small": _l("There are not enough eligible items to fill one form."),
    "cannot_certify": _l("Even somebody who answers everything right could not demonstrate this task."),
    "enemies_block": _l("Items that must not meet leave no complete form."),
    "no_second_attempt": _l("No items would be left for a second attempt; learners will be told so."),
    "few_cycles": _l("The items do not last for every cycle the rules allow; learners will be told so."),
    "little_time": _l("This is less than the usual 75 seconds an item."),
    "out_of_range": _l("This is outside what is allowed."),
}


def sentence(problem: Problem) -> str:
    """What is wrong, for whoever has to put it right; numbers are said where there are any."""
    told = str(SENTENCES.get(problem.reason, problem.detail or problem.reason))
    if problem.reason == "out_of_range" and problem.detail:
        told = f"{told} ({problem.detail})"
    return told


def where(problem: Problem) -> str:
    """The task a problem is about, or the empty text."""
    prefix, bracket, rest = problem.field.partition("[")
    return rest.partition("]")[0] if prefix == "blueprint" and bracket else ""


def gathered(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Each sentence once, with the tasks it is about, in their order."""
    told: dict[str, list[str]] = {}
    for problem in problems:
        told.setdefault(sentence(problem), []).append(where(problem))
    return [(", ".join(filter(None, codes)), words) for words, codes in told.items()]


def percent(share: Fraction) -> str:
    """A share as a percentage without needless digits."""
    return f"{float(share * 100):.4g}"


def chance(share: Fraction) -> str:
    """A chance in whole percent; what is not certain is never called 0 or 100."""
    whole = round(share * 100)
    if whole == 0 and share:
        return "< 1 %"
    return "> 99 %" if whole == 100 and share < 1 else f"{whole} %"
