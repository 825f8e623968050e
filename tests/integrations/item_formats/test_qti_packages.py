"""Our own packages of QTI: what leaves comes back, and what others changed comes back changed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from quizapp.domain.errors import Invalid
from quizapp.domain.exchange import Given, Outgoing, Picture
from quizapp.domain.item import ItemVersion, read_item, to_source
from quizapp.domain.item_bank import Stimulus
from quizapp.integrations.item_formats import item_format
from quizapp.integrations.item_formats.bank_files import read_bank
from tests.support.banks import SHIPPED
from tests.support.qti import (
    FORMATS,
    PNG,
    example,
    examples,
    files,
    items,
    outgoing,
    packed,
    read,
    returned,
    texts,
    written,
)
from tests.support.qti_grammar import breaches

PORT = Stimulus("1-port", "The <port> & \n its pilots", "A port.\n\n- two *piers*\n- ![crane](media/p.png)\n")
CRANE = Picture("p.png", "image/png", PNG)
SCORED = {
    "multiple_response": ("all_or_nothing", "right_minus_wrong", "per_option"),
    "ordering": ("all_or_nothing", "adjacent_pairs"),
    "matching": ("all_or_nothing", "per_pair"),
}


def _varied() -> list[ItemVersion]:
    """Every type, every policy, every field."""
    told = examples()
    for kind, policies in SCORED.items():
        for policy in policies:
            told.append(
                example(kind, id=f"{kind.replace('_', '-')}.{policy.replace('_', '-')}", scoring=policy)
            )
    stem = "Look:\n\n![the mark](media/p.png)\n\n| a | b |\n|---|---|\n| `c` | 1 < 2 |\n"
    full = {"stimulus": PORT.id, "enemies": ["b-1", "a-1"], "tasks": ["B.1", "A.1"], "reviewer": None}
    told.append(
        example("single_choice", id="0-first", stem=stem, lock_order=True, rationale="So.\n\nThus.", **full)
    )
    told.append(example("short_text", id="lost", stimulus="gone", status="retired", case_sensitive=True))
    return told


def _all() -> Outgoing:
    return outgoing(_varied(), [PORT], [CRANE])


@pytest.mark.parametrize("name", FORMATS)
def test_what_leaves_comes_back(name: str) -> None:
    leaving = _all()
    data = written(name, leaving)
    package = read(name, data, Given())
    assert returned(package) == list(leaving.items)
    assert (package.stimuli, package.pictures, package.notes) == (leaving.stimuli, leaving.pictures, ())
    assert written(name, leaving) == data
    assert item_format(name).losses(leaving) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_is_built_as_the_specification_says(name: str) -> None:
    members = files(written(name, _all()))
    assert breaches(members) == []


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60)
@given(item=items, scenario=texts)
def test_items_of_any_text_come_back(name: str, item: ItemVersion, scenario: str) -> None:
    about = Stimulus("s-1", "Title", scenario)
    leaving = outgoing([replace(item, stimulus="s-1")], [about], [CRANE])
    data = written(name, leaving)
    package = read(name, data, Given())
    assert (returned(package), package.stimuli) == (list(leaving.items), (about,))
    assert breaches(files(data)) == []


def test_the_shipped_bank_comes_back() -> None:
    found = read_bank(SHIPPED)
    whole = [read_item(entry.value)[0] for entry in found.items]
    stimuli = [
        Stimulus(one["id"], one["title"], one["text"]) for one in (entry.value for entry in found.stimuli)
    ]
    leaving = outgoing([item for item in whole if item is not None], stimuli)
    assert len(leaving.items) == len(whole) > 1000
    package = read("qti3", written("qti3", leaving), Given())
    assert returned(package) == list(leaving.items)
    assert {one.id: one for one in package.stimuli} == {one.id: one for one in stimuli}


@pytest.mark.parametrize("name", FORMATS)
def test_what_another_program_changed_comes_back_changed(name: str) -> None:
    item = example("single_choice", id="a-1", stem="Which *one*?\n", stimulus=PORT.id)
    members = files(written(name, outgoing([item], [PORT], [CRANE])))
    members["items/a-1.xml"] = members["items/a-1.xml"].replace(
        b"The implementing arrangement", b"The <em>new</em> deal"
    )
    manifest = members["imsmanifest.xml"].replace(b">A.1<", b">B.1<")
    (entry,) = read(name, packed({**members, "imsmanifest.xml": manifest})).entries
    source = entry.source or {}
    assert [option["text"] for option in source["options"]] == [  # type: ignore[attr-defined]
        "The agenda of the planning conference",
        "The *new* deal",
        "The after-action report",
    ]
    # What nobody touched is as exact as before, the line end of the stem included.
    assert (source["stem"], source["tasks"], source["pool"]) == ("Which *one*?\n", ["B.1"], "secure")


def test_without_our_metadata_an_item_still_says_the_same() -> None:
    """Everything a learner sees, and the key, is in the item itself."""
    leaving = _varied()
    members = files(written("qti3", outgoing(leaving, [PORT], [CRANE])))
    root = etree.fromstring(members["imsmanifest.xml"])
    for lom in list(root.iter("{http://ltsc.ieee.org/xsd/LOM}lom")):
        lom.getparent().remove(lom)
    members["imsmanifest.xml"] = etree.tostring(root)
    back = [read_item(entry.source or {})[0] for entry in read("qti3", packed(members)).entries]
    assert [_key(item) for item in back] == [_key(item) for item in leaving]
    assert {item.pool for item in back if item} == {"practice"}


def _key(item: ItemVersion | None) -> str:
    """Type and key, without what is so anyway when nobody says it."""
    assert item is not None
    usual = {"scoring": "all_or_nothing"}
    # By how many people an essay is marked is no part of a file.
    told = {name: value for name, value in item.key.items() if name != "marking"}
    key = {name: value for name, value in told.items() if usual.get(name) != value}
    return json.dumps([item.type, key], sort_keys=True)


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_package_cannot_hold_is_told_and_left_out(name: str) -> None:
    good = example("single_choice", id="good")
    bell = example("single_choice", id="bell", stem="Ring \x07 the bell")
    about = example("single_choice", id="about", stimulus="s-bell")
    expression = {"expression": "round(days / passed, passed - passed)", "tolerance": "1"}
    later = example("parametrised_numeric", id="later")
    later = example("parametrised_numeric", id="later", answer={**to_source(later)["answer"], **expression})
    leaving = outgoing([good, bell, about, later], [Stimulus("s-bell", "\x07", "Ring")])
    told = [(problem.place, problem.reason) for problem in item_format(name).losses(leaving)]
    assert told == [
        ("bell", "bad_character"),
        ("about", "bad_character"),
        ("later", "not_held"),
    ]
    assert returned(read(name, written(name, leaving))) == [good]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_xml"),
        (b"PK\x03\x04 no archive", "not_zip"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml_doctype"),
        (packed({"../x.xml": b"<a/>"}), "zip_bad_name"),
        (packed({"readme.txt": b"Nothing"}), "no_items"),
        (packed({"imsmanifest.xml": b"<manifest"}), "not_xml"),
        (packed({"imsmanifest.xml": b"<manifest/>"}), "no_items"),
    ],
)
def test_a_file_that_is_no_package_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    for name in FORMATS:
        with pytest.raises(Invalid) as refusal:
            read(name, data)
        assert (refusal.value.code, [one.reason for one in refusal.value.problems]) == ("bad_file", [reason])


@pytest.mark.parametrize(
    "kept",
    [
        "[]",
        "{}",
        '{"fields": []}',
        '{"fields": {"id": {}}, "kept": [[[], null, [1]], [["stem"], 1, []], 7, [["stem", 0], null, ["x"]]]}',
        '{"fields": {"type": "essay", "stem": "x", "status": "approved"}, "kept": {"a": 1}}',
    ],
)
def test_metadata_that_only_looks_like_ours_breaks_nothing(kept: str) -> None:
    members = files(written("qti3", outgoing([example("single_choice", id="a-1")])))
    root = etree.fromstring(members["imsmanifest.xml"])
    (words,) = root.iter("{http://ltsc.ieee.org/xsd/LOM}string")
    words.text = kept
    (entry,) = read("qti3", packed({**members, "imsmanifest.xml": etree.tostring(root)})).entries
    assert entry.source is not None
    read_item(entry.source)
    assert entry.source["type"] == "single_choice"


def test_a_bank_of_no_items_is_still_a_package(tmp_path: Path) -> None:
    members = files(written("qti3", outgoing([])))
    assert sorted(members) == ["assessment.xml", "imsmanifest.xml"]
