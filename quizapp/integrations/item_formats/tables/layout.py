"""The columns, and what cells of several things look like."""

from __future__ import annotations

from typing import Any

LETTERS = tuple("abcdefgh")
NUMBERS = tuple("12345678")
COMMON = ("id", "type", "tasks", "pool", "level", "difficulty")
SCENARIO = ("stimulus", "stimulus_title", "stimulus_text")
ABOUT = ("enemies", "sources", "author", "reviewer", "status")
COLUMNS = (
    *COMMON,
    *SCENARIO,
    "stem",
    *LETTERS,
    "key",
    "rationale",
    *(f"rationale_{letter}" for letter in LETTERS),
    *(f"prompt_{number}" for number in NUMBERS),
    *(f"rationale_{number}" for number in NUMBERS),
    "tolerance",
    "unit",
    "case_sensitive",
    "lock_order",
    "scoring",
    *ABOUT,
    "option_ids",
    "prompt_ids",
    "more",
)
#: Without these a row says nothing; everything else may be left out or told once for the whole file.
REQUIRED = ("type", "stem")
#: Stands in files that give refused rows back, and is passed over when they come again.
REASON = "reason"
LONGEST_CELL = 32_767
MOST_ROWS = 20_000
YES, NO = "yes", "no"
#: What a cell that holds several things sets them apart by.
COMMA, BAR = ", ", " | "

Row = dict[str, str]
Form = dict[str, Any]
