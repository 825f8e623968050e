"""What can be wrong with a formula that is shown, or that is reckoned, in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SENTENCES: dict[str, LazyString] = {
    "formula_too_long": _l("The formula is too long. Cut it into several."),
    "formula_too_deep": _l("Too many groups stand inside each other in the formula."),
    "formula_unbalanced": _l("In the formula a bracket is opened and not closed, or closed and not opened."),
    "formula_sign": _l("This sign has a meaning of its own in a formula. Put a backslash before it."),
    "formula_incomplete": _l("Something is missing behind this in the formula."),
    "formula_unknown": _l("No formula here knows this command."),
}

#: Reasons of the formula a parametrised item's answer is reckoned by.
RECKONING: dict[str, LazyString] = {
    "bad_expression": _l("This is not a formula. Write one such as round(days / 7, 1)."),
    "too_complex": _l("The formula is too long: at most 200 characters, and 20 brackets in each other."),
    "unknown_name": _l("The formula has a name that no row describes."),
    "divided_by_zero": _l("With these numbers the formula divides by zero."),
    "no_root": _l("With these numbers the formula takes the root of a negative number."),
    "bad_power": _l("With these numbers the formula has an exponent that is no whole number."),
    "bad_places": _l("round takes a whole number of decimals from 0 to 12."),
    "huge_number": _l("With these numbers the formula comes to a number of more than 60 digits on its way."),
    "endless_answer": _l("The answer has too many decimals. Round it in the formula, or set a tolerance."),
}
