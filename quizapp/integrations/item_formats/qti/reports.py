"""What the reader says of an item: what had to become something else, and why it may be refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quizapp.domain.errors import Problem
from quizapp.domain.item import shown

#: Stands where an item needs a reason and the file has none, until its author writes one.
NO_REASON = "The file this item came from gives no reason."
CHANGES: Mapping[str, str] = {
    "adaptive_dropped": "The item asked again after each try; here it is answered once.",
    "bounds_closed": "A bound that was outside the right range is inside it.",
    "element_dropped": "An element that items here do not have was left out; its text stays.",
    "formatting_dropped": "Markdown has no such formatting; the text stays.",
    "gap_shown": "The place of the answer in the text is shown as […], and answered below.",
    "label_made": "A region without a label is named by a letter.",
    "id_changed": "Ids here are made of other characters, or must not give the key away.",
    "link_dropped": "Items here have no links; the words stay.",
    "math_as_text": "A formula became one line of text; read it again.",
    "no_reason": "The file gives no reason for some options or answers; write one before review.",
    "partial_credit_dropped": "An answer that gave a part of the points gives none.",
    "words_typed": "Every word of the pool is right somewhere, so words are typed instead of chosen.",
    "stem_from_title": "The item asks with its text alone, so its title says what to do.",
    "picture_elsewhere": "The picture is not in the file; its words stay.",
    "points_scaled": "Every item is worth one point here; blueprints say how many items count.",
    "response_limit_dropped": "The number of choices is not limited here.",
    "rubric_made": "The file has no rubric of ours; say what earns the points.",
    "scoring_changed": "No policy pays what the file pays for a part; only a right answer counts.",
    "scoring_unread": "How the file pays cannot be told; only a right answer counts.",
    "shuffled": "The order of these options is shuffled here.",
    "single_key": "Only one choice is right, so one can be chosen.",
    "spans_dropped": "Cells of a table that spread over others became one cell each.",
    "tasks_unknown": "The file names no task of this framework; those given with the import stand instead.",
    "tolerance_widened": "A tolerance here is the same on both sides; the wider one was taken.",
    "unlocked": "The order of the file would give the matches away, so it is shuffled.",
}
REFUSALS: Mapping[str, str] = {
    "bad_xml": "The file is not readable XML.",
    "include_not_supported": "A text of the item stands in another file by XInclude; put it into the item.",
    "key_unclear": "The right response cannot be told.",
    "media_not_supported": "Items here have no sound, film or other embedded object.",
    "missing_file": "The file is named in the manifest, but it is not in the package.",
    "no_interaction": "Nothing is asked: the item has no interaction.",
    "not_an_item": "The file does not begin with an item.",
    "picture_size_unknown": "The file does not say how large the picture is, so its regions mean nothing.",
    "several_interactions": "More than one thing is asked; split the item.",
    "several_matches": "A prompt is matched with exactly one option here.",
    "templates_not_supported": "The item is made anew each time, by rules that items here do not have.",
    "type_not_supported": "Items of this kind cannot be taken yet.",
}
NOTES: Mapping[str, str] = {
    "no_manifest": "The package has no manifest; every item in it was read.",
    "not_read": "A resource of this kind is not read.",
    "other_version": "The file is of another version of QTI than its format's name says.",
    "test_dropped": "Tests, their sections, time limits and weights are not taken, only their items.",
}
DETAILS = {**CHANGES, **REFUSALS, **NOTES}


def problem(place: str, value: object, reason: str) -> Problem:
    """A problem with the sentence for its reason."""
    return Problem(place, shown(value), reason, DETAILS[reason])


class Refusal(Exception):
    """An item cannot be taken; the reader turns it into the entry's problem."""

    def __init__(self, place: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem(place, value, reason)


@dataclass(slots=True)
class Changes:
    """The changes of one item, each said once."""

    told: list[Problem] = field(default_factory=list)

    def add(self, place: str, value: object, reason: str) -> None:
        """Say that something became something else."""
        made = problem(place, value, reason)
        if made not in self.told:
            self.told.append(made)
