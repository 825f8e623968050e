"""The sentences of errors, by code: what happened, that nothing was lost, what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

UNKNOWN = _l("Something was refused. Nothing was changed.")

MESSAGES: Mapping[str, LazyString] = {
    "not_allowed": _l("Your account may not do this. Nothing was changed."),
    "not_found": _l("There is nothing here, or it is not yours to see."),
    "not_on_roster": _l("You are not on the list for this sitting. Ask whoever runs it to add you."),
    "exam_not_published": _l("This exam is not open. Nothing was started."),
    "sitting_closed": _l("This sitting is closed. Nothing was started."),
    "window_not_open": _l("This sitting has not opened yet. Nothing was started."),
    "window_over": _l("This sitting is over. Nothing was started."),
    "wrong_access_code": _l("The access code is not right. Nothing was started; ask your proctor."),
    "attempt_already_open": _l("You have already started. Resume the attempt that is open."),
    "attempt_closed": _l("This attempt is closed. What you saved before is safe."),
    "too_soon": _l("It is too soon for another attempt. Nothing was started."),
    "no_cycles_left": _l("No further attempts are allowed at the moment. Nothing was started."),
    "pool_too_small": _l(
        "There are no unseen questions left for you, so no attempt can be built. Nothing was started."
    ),
    "illegal_transition": _l("This step is not possible in the present state. Nothing was changed."),
    "bad_response": _l("The answer could not be understood, so it was not stored."),
    "stale_writer": _l("This exam was opened in another window; only the newer one can save."),
    "bad_token": _l("The right to save has run out. Reload the page; saved answers are safe."),
}


def message(code: str) -> LazyString:
    """The sentence for an error code."""
    return MESSAGES.get(code, UNKNOWN)
