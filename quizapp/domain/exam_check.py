"""What may be wrong with an exam's definition, or with a sitting's own facts, before any look at a pool."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import ip_network

from quizapp.domain import blueprint as blueprints
from quizapp.domain.errors import Problem
from quizapp.domain.exam import ExamDefinition, Window
from quizapp.domain.item import STABLE_ID, Pool

TITLE_LENGTH = 200
ACCESS_CODE_LENGTH = 40
RULES_LENGTH = 20_000
LATE_RULE_LENGTH = 200
#: A third look at the same task would let luck in; see the feasibility report's chances.
MAX_ATTEMPTS_PER_CYCLE = 2
MAX_CYCLES = 100
MAX_DAYS = 3650
MAX_TIME_LIMIT_SECONDS = 24 * 3600
MAX_GRACE_SECONDS = 3600


def check_slug(slug: str) -> list[Problem]:
    """A short name stands in addresses and commands, so it is plain."""
    if STABLE_ID.fullmatch(slug):
        return []
    return [Problem("slug", slug, "bad_id", "lower-case letters, digits, dots and hyphens, 2 to 64")]


def check(definition: ExamDefinition, task_codes: Collection[str]) -> list[Problem]:
    """Everything wrong with a definition, before any look at the pool."""
    return [
        *blueprints.check(definition.blueprint, task_codes, len(definition.sections)),
        *_check_title(definition.title),
        *_check_pool(definition),
        *_check_sections(definition),
        *_check_attempts(definition),
        *_check_rules(definition),
        *_check_ranges(
            ("time_limit_seconds", definition.time_limit_seconds, 60, MAX_TIME_LIMIT_SECONDS),
            ("grace_seconds", definition.grace_seconds, 0, MAX_GRACE_SECONDS),
            ("valid_days", definition.valid_days, 1, MAX_DAYS),
        ),
    ]


def _check_title(title: str) -> list[Problem]:
    if not title.strip():
        return [Problem("title", "", "missing", "a title is needed")]
    if len(title) > TITLE_LENGTH:
        return [Problem("title", f"{title[:57]}...", "too_long", f"at most {TITLE_LENGTH} characters")]
    return []


def _check_ranges(*values: tuple[str, int, int, int]) -> list[Problem]:
    """A problem for each (field, value, least, most) that is out of its range."""
    return [
        Problem(name, str(value), "out_of_range", f"between {least} and {most}")
        for name, value, least, most in values
        if not least <= value <= most
    ]


def _check_pool(definition: ExamDefinition) -> list[Problem]:
    told = definition.pool.value
    if definition.is_certification and definition.pool is not Pool.SECURE:
        return [
            Problem("pool", told, "pool_not_secure", "practice items are seen before; they prove nothing")
        ]
    if not definition.is_certification and definition.pool is not Pool.PRACTICE:
        return [Problem("pool", told, "pool_not_practice", "practising would use up the secure items")]
    return []


def _check_sections(definition: ExamDefinition) -> list[Problem]:
    problems = []
    used = {row.section for row in definition.blueprint.rows}
    for number, section in enumerate(definition.sections):
        place = f"sections[{number}]"
        problems += [
            Problem(f"{place}.title", p.value, p.reason, p.detail) for p in _check_title(section.title)
        ]
        limit = (f"{place}.time_limit_seconds", section.time_limit_seconds, 0, definition.time_limit_seconds)
        problems += _check_ranges(limit)
        if number not in used:
            problems.append(Problem(place, section.title, "empty_section", "no task is asked in it"))
    return problems


def _check_attempts(definition: ExamDefinition) -> list[Problem]:
    policy = definition.attempts
    if policy.is_unlimited:
        if definition.is_certification:
            return [Problem("attempts", "unlimited", "out_of_range", "certification is limited")]
        return []
    return _check_ranges(
        ("attempts.attempts_per_cycle", policy.attempts_per_cycle, 1, MAX_ATTEMPTS_PER_CYCLE),
        ("attempts.wait_days", policy.wait_days, 0, MAX_DAYS),
        ("attempts.cycle_wait_days", policy.cycle_wait_days, 0, MAX_DAYS),
        ("attempts.max_cycles", policy.max_cycles, 1, MAX_CYCLES),
        ("attempts.window_days", policy.window_days, 1, MAX_DAYS),
    )


def _check_rules(definition: ExamDefinition) -> list[Problem]:
    rule, cut, problems = definition.task_rule, definition.cut_rule, []
    for name, share in (("c", rule.c), ("gamma", rule.gamma), ("total", cut.total)):
        if not 0 < share < 1:
            problems.append(Problem(name, str(share), "out_of_range", "between 0 and 1, exclusive"))
    if rule.n_min < 1:
        problems.append(Problem("n_min", str(rule.n_min), "out_of_range", "at least 1"))
    if not 0 <= cut.max_below < max(len(definition.blueprint.rows), 1):
        problems.append(Problem("max_below", str(cut.max_below), "out_of_range", "fewer than tasks"))
    for name, basis in (("task_rule.basis", rule.basis), ("cut_rule.basis", cut.basis)):
        if not basis.strip():
            problems.append(Problem(name, "", "missing", "say what the value rests on"))
    return problems


def check_exam_day(rules: str, networks: Sequence[str], late_rule: str) -> list[Problem]:
    """Everything wrong with what a sitting asks on the day."""
    problems = [
        Problem(field, text[:60], "too_long", f"at most {most} characters")
        for field, text, most in (("rules", rules, RULES_LENGTH), ("late_rule", late_rule, LATE_RULE_LENGTH))
        if len(text) > most
    ]
    return problems + [
        Problem("networks", text[:60], "not_a_network", "for example 10.1.0.0/16 or 2001:db8::/32")
        for text in networks
        if not _is_network(text)
    ]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def check_window(window: Window) -> list[Problem]:
    """A window must end after it starts."""
    if window.closes_at <= window.opens_at:
        told = window.closes_at.isoformat()
        return [Problem("closes_at", told, "out_of_order", "must be after the opening")]
    return []


def check_sitting(title: str, window: Window, access_code: str) -> list[Problem]:
    """Everything wrong with a sitting's own facts, its roster aside."""
    problems = check_window(window)
    if not 0 < len(title.strip()) <= TITLE_LENGTH:
        detail = f"a title of 1 to {TITLE_LENGTH} characters is needed"
        problems.append(Problem("title", title[:60], "missing" if not title.strip() else "too_long", detail))
    if len(access_code) > ACCESS_CODE_LENGTH:
        detail = f"at most {ACCESS_CODE_LENGTH} characters"
        problems.append(Problem("access_code", access_code[:60], "too_long", detail))
    return problems
