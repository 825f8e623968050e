"""What can be wrong with people and files of people, in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Problem

SENTENCES: dict[str, LazyString] = {
    "missing": _l("This is missing."),
    "not_an_address": _l("This is not an e-mail address."),
    "in_use": _l("This is taken already."),
    "bad_length": _l("This is empty or too long."),
    "unchanged": _l("This is the name already."),
    "too_long": _l("This is too long."),
    "unknown_role": _l("There is no such role."),
    "unknown_person": _l("No account has this address. Add the person first."),
    "unknown_zone": _l("There is no such time zone."),
    "differs": _l("The account with this address says otherwise. Change the person, or the row."),
    "twice": _l("An earlier row has this address with another name or other roles."),
    "missing_column": _l("The first row must name this column."),
    "double_column": _l("The first row names this column twice."),
    "too_many_cells": _l("This row has more cells than there are columns."),
    "not_utf8": _l('The file is not in UTF-8. Save it as "CSV UTF-8".'),
    "not_csv": _l("This is not a CSV file, or a quotation mark is not closed."),
    "empty": _l("There are no rows below the header."),
    "out_of_range": _l("This is outside what is allowed."),
}


def sentence(problem: Problem) -> str:
    """What is wrong, for whoever has to put it right."""
    return str(SENTENCES.get(problem.reason, problem.detail or problem.reason))
