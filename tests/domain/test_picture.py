"""How texts name pictures, and what is wrong with how they do."""

from __future__ import annotations

from quizapp.domain import picture
from quizapp.domain.item import read_item
from quizapp.domain.item_bank import read_stimulus
from tests.support.inventions import item

FORM = {
    "stem": 'Look: ![the port](media/port.png "Port") and ![sea](<media/sea.png>)',
    "options": [{"id": "a", "text": "![](media/bare.png)"}, {"id": "b", "text": "![x](http://e.org/x.png)"}],
    "picture": {"name": "spots.png", "alt": "four spots"},
}


def test_every_picture_is_found_and_can_be_renamed() -> None:
    assert picture.names(FORM) == {"port.png", "sea.png", "bare.png", "spots.png"}
    told = picture.renamed(FORM, {"port.png": "P", "bare.png": "B", "spots.png": "S"})
    assert told == {
        "stem": 'Look: ![the port](media/P "Port") and ![sea](<media/sea.png>)',
        "options": [{"id": "a", "text": "![](media/B)"}, {"id": "b", "text": "![x](http://e.org/x.png)"}],
        "picture": {"name": "S", "alt": "four spots"},
    }
    assert FORM["picture"] == {"name": "spots.png", "alt": "four spots"}


def test_a_picture_needs_words_and_belongs_to_the_bank() -> None:
    assert [(p.field, p.reason) for p in picture.check(FORM)] == [
        ("options[a].text", "picture_without_words"),
        ("options[b].text", "picture_elsewhere"),
    ]
    _, problems = read_item(item("a1", stem="![](media/a.png)"))
    assert [(p.field, p.reason) for p in problems] == [("stem", "picture_without_words")]
    _, problems = read_stimulus({"id": "s1", "title": "S", "text": "![a](media/b/c.png)"})
    assert [(p.field, p.reason) for p in problems] == [("text", "picture_elsewhere")]


def test_a_picture_is_shown_by_its_name_and_its_words() -> None:
    told = picture.reference("a.png", "A [red] buoy\n and a \\ sign")
    assert told == "![A \\[red\\] buoy and a \\\\ sign](media/a.png)"
    assert (picture.names(told), list(picture.check(told))) == ({"a.png"}, [])
    assert [(p.field, p.reason) for p in picture.check_words(" ")] == [("alt", "picture_without_words")]
    assert [(p.field, p.reason) for p in picture.check_words("x" * 501)] == [("alt", "too_long")]
