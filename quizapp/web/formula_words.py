"""What can be wrong with a formula, in the reader's language."""

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
