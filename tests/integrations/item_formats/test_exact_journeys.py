"""Items of every type a format has come back from it exactly, and so does the shipped bank."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings

from quizapp import resources
from quizapp.domain.item import ItemVersion, Source, read_item
from quizapp.domain.item_bank import Stimulus, read_stimulus
from quizapp.integrations.item_formats import FORMATS, aiken, gift, moodle_xml
from tests.support import generated_items
from tests.support.generated_items import BODIES, GIVEN, SCENARIO, as_items, items, outgoing, there_and_back

NOT_IN_GIFT = {"ordering", "dropdown_cloze", "gap_text", "parametrised_numeric"}
GIFT_TYPES = sorted(BODIES.keys() - NOT_IN_GIFT)


@given(items())
@settings(max_examples=60)
def test_moodle_xml_keeps_every_item(item: ItemVersion) -> None:
    package = there_and_back(moodle_xml.FORMAT, [item])
    assert as_items(package) == [item]
    assert package.stimuli == ((SCENARIO,) if item.stimulus else ())


@given(items(types=GIFT_TYPES))
@settings(max_examples=60)
def test_gift_keeps_every_item_it_can_write(item: ItemVersion) -> None:
    package = there_and_back(gift.FORMAT, [item])
    is_left_out = any(loss.reason == "left_out" for loss in gift.FORMAT.losses(outgoing([item])))
    assert as_items(package) == ([] if is_left_out else [item])


@given(items(types=["single_choice"]))
@settings(max_examples=30)
def test_aiken_keeps_the_words_and_the_key(item: ItemVersion) -> None:
    item = replace(item, stimulus=None)
    reasons = {loss.reason for loss in aiken.FORMAT.losses(outgoing([item])) if loss.place}
    package = there_and_back(aiken.FORMAT, [item])
    if "left_out" in reasons:
        assert package.entries == ()
        return
    (entry,) = package.entries
    assert entry.source is not None
    back, problems = read_item(entry.source)
    # Without markup two options may say the same; a reader of Aiken cannot know.
    if back is None:
        assert {problem.reason for problem in problems} == {"duplicate_text"}
        return
    assert [row["id"] for row in back.content["options"]] == ["a", "b", "c", "d", "e"]
    place = [row["id"] for row in item.content["options"]].index(item.key["keys"][0])
    assert back.key["keys"] == ["abcde"[place]]
    if not reasons:
        texts = [row["text"] for row in item.content["options"]]
        assert [row["text"] for row in back.content["options"]] == texts
        assert back.content["stem"] == str(item.content["stem"]).strip()


def shipped() -> tuple[list[ItemVersion], list[Stimulus]]:
    """The shipped bank, as its files say it."""
    told: list[ItemVersion] = []
    scenarios: list[Stimulus] = []
    folder = resources.folder("question_banks") / "security-cooperation"
    for path in sorted(folder.glob("[0-9]*/*.yaml")):
        source = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        told += [item for entry in source["items"] if (item := read_item(entry)[0])]
        scenarios += [text for entry in source.get("stimuli") or () if (text := read_stimulus(entry)[0])]
    return told, scenarios


def test_the_shipped_bank_comes_back_from_moodle_xml() -> None:
    told, scenarios = shipped()
    write = moodle_xml.FORMAT.write
    assert write is not None
    data = b"".join(write(replace(outgoing(told), stimuli=tuple(scenarios))))
    package = moodle_xml.FORMAT.read(data, GIVEN) if moodle_xml.FORMAT.read else None
    assert package is not None
    assert as_items(package) == told
    assert package.stimuli == tuple(scenarios)


def test_losses_name_every_item_and_what_becomes_of_it() -> None:
    told = [item for entry in generated_items.PLAIN if (item := read_item(entry)[0])]
    lost = {
        name: [(p.place, p.field, p.reason) for p in form.losses(outgoing(told))]
        for name, form in FORMATS.items()
        if form.write is not None and name in ("moodle-xml", "gift", "aiken")
    }
    assert lost == generated_items.PLAIN_LOSSES


def test_long_facts_travel_in_our_own_line() -> None:
    """Moodle cuts tags at 50 characters."""
    item = read_item(generated_items.PLAIN[0])[0]
    assert item is not None
    long = "x" * 60
    item = replace(
        item, tasks=("1.A", long), sources=(Source("A\u2028B", "]]> [tag:x] </quiz>", "2026-11", "2027-11"),)
    )
    for form in (moodle_xml.FORMAT, gift.FORMAT):
        assert as_items(there_and_back(form, [item])) == [item]


@pytest.mark.parametrize("name", ["moodle-xml", "gift", "aiken"])
def test_a_character_no_text_file_carries_leaves_its_item_out(name: str) -> None:
    item = read_item({**generated_items.PLAIN[0], "stem": "A bell \x07 rings?"})[0]
    assert item is not None
    form = FORMATS[name]
    assert there_and_back(form, [item]).entries == ()
    assert [p.reason for p in form.losses(outgoing([item])) if p.place] == ["bad_character"]
