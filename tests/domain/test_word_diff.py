"""Two wordings side by side: nothing is lost, and only what changed is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quizapp.domain.word_diff import Piece, changes, word_diff


def marked(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in pieces)


def test_words_that_left_and_came_are_marked() -> None:
    examples = {
        ("Who pays?", "Who pays?"): ("Who pays?", "Who pays?"),
        ("Who pays first?", "Who signs first?"): ("Who [pays] first?", "Who [signs] first?"),
        ("", "New words"): ("", "[New words]"),
        ("One two", "One"): ("One[ two]", "One"),
        ("12 days", "30 days"): ("[12] days", "[30] days"),
    }
    assert {pair: tuple(map(marked, word_diff(*pair))) for pair in examples} == examples


@given(st.text(max_size=60), st.text(max_size=60))
def test_each_side_is_its_text(before: str, after: str) -> None:
    left, right = word_diff(before, after)
    assert ("".join(p.text for p in left), "".join(p.text for p in right)) == (before, after)
    assert (before == after) == (not any(p.is_changed for p in (*left, *right)))


def test_changes_name_rows_by_id_and_tell_a_new_order() -> None:
    before = {
        "stem": "Who?",
        "difficulty": 60,
        "options": [{"id": "a", "text": "Ann"}, {"id": "b", "text": "Ben", "key": True}],
        "sources": [{"authority": "Law", "as_of": "2026-01"}],
    }
    after = {
        "stem": "Who pays?",
        "difficulty": 60,
        "options": [{"id": "b", "text": "Ben", "key": True}, {"id": "a", "text": "Anna"}],
        "sources": [{"authority": "Law", "as_of": "2026-02"}],
        "stimulus": "storm",
    }
    assert [(c.place, marked(c.before), marked(c.after)) for c in changes(before, after)] == [
        ("stem", "Who?", "Who[ pays]?"),
        ("options", "[a], [b]", "[b], [a]"),
        ("options[a].text", "[Ann]", "[Anna]"),
        ("sources[#1].as_of", "2026-[01]", "2026-[02]"),
        ("stimulus", "", "[storm]"),
    ]
    assert changes(after, after) == []
