"""What the kinds, states, outcomes and ties of cases are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from quizapp.domain.case_file import CaseKind, CaseOutcome, CaseState, Tie

#: The vocabularies templates need; each word is looked up when it is shown.
WORDS: Mapping[str, Any] = {
    "kind_words": {CaseKind.APPEAL: _l("Appeal"), CaseKind.IRREGULARITY: _l("Irregularity")},
    "state_chips": {
        CaseState.OPEN: ("attention", _l("Open")),
        CaseState.DECIDED: ("ok", _l("Decided")),
        CaseState.WITHDRAWN: ("plain", _l("Withdrawn")),
    },
    "outcome_words": {
        CaseOutcome.UPHOLD: _l("The result stands"),
        CaseOutcome.RESCORE: _l("Score again"),
        CaseOutcome.VOID: _l("Make void"),
        CaseOutcome.FREE_RESIT: _l("Free resit"),
        CaseOutcome.BAR: _l("Make void and bar for a time"),
    },
    "outcome_hints": {
        CaseOutcome.UPHOLD: _l("Nothing changes."),
        CaseOutcome.RESCORE: _l(
            "A result that was not shown is scored again at once. One that was shown changes by a "
            "regrade, with its own preview and approval: propose it from the evidence."
        ),
        CaseOutcome.VOID: _l(
            "The attempt counts for nobody and uses up nothing. Its record is revoked, and later "
            "results that pooled its evidence are scored again without it. This cannot be taken back."
        ),
        CaseOutcome.FREE_RESIT: _l(
            "The result stays. One further exam may be started at once: a whole form in a cycle of its "
            "own, which counts against no limit."
        ),
        CaseOutcome.BAR: _l(
            "The same as void, and no certification exam can be started before the time is over."
        ),
    },
    "moment_words": {
        "opened": _l("When it was opened"),
        "decided": _l("The decision"),
        "withdrawn": _l("When it was withdrawn"),
    },
    "verb_words": {
        "opened": _l("Opened"),
        "noted": _l("Note"),
        "sent": _l("Letter sent"),
        "decided": _l("Decided"),
        "withdrawn": _l("Withdrawn"),
    },
    "tie_words": {
        Tie.LEARNER: _l("This case is about you."),
        Tie.OPENED: _l("You opened this case, so somebody else decides it."),
        Tie.PROCTORED: _l("You proctored this attempt, so somebody else decides."),
        Tie.REGRADED: _l("You proposed a regrade of one of its questions, so somebody else decides."),
        Tie.ISSUED: _l("You issued the record of this attempt, so somebody else decides."),
    },
    "challenge_words": {
        "": _l("Reported during the exam"),
        "open": _l("Challenge: waits for an answer"),
        "answered": _l("Challenge: answered"),
        "taken_up": _l("Challenge: taken up by a regrade"),
    },
    "close_words": {
        "": _l("not closed"),
        "submitted": _l("submitted"),
        "time": _l("time was over"),
        "proctor": _l("ended by a proctor"),
        "window": _l("the sitting was over"),
        "paper": _l("keyed in from paper"),
    },
}
