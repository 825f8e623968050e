"""Writing and reviewing items by their pages, without a script: every type, every button."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Actor
from quizapp.services import item_drafts, items_read, saved_views
from quizapp.services.unit_of_work import Context
from tests.support import forms
from tests.support.drafts import BANK, Desk, sound
from tests.support.drawings import drawing
from tests.support.inventions import item
from tests.support.people import sign_in


class Office(Desk):
    """The desk, and a browser for each of its people."""

    def __init__(self, app: Flask, context: Context, folder: Path) -> None:
        more = [item(f"k-{kind}".replace("_", "-"), kind) for kind in ITEM_TYPES]
        super().__init__(context, folder, *more, item("p-1", pool="practice", stimulus="storm"))
        app.config["WTF_CSRF_ENABLED"] = False
        self.app = app

    def client(self, actor: Actor) -> Any:
        client = self.app.test_client()
        assert actor.person_id is not None
        sign_in(client, self.context, actor.person_id)
        return client


@pytest.fixture
def office(sqlite_app: Flask, sqlite_context: Context, tmp_path: Path) -> Office:
    return Office(sqlite_app, sqlite_context, tmp_path / "bank")


def draft_in(location: str) -> UUID:
    found = re.search(r"/drafts/([0-9a-f-]{36})", location)
    assert found, location
    return UUID(found[1])


def test_a_page_sent_untouched_changes_nothing_whatever_the_type(office: Office) -> None:
    ann = office.client(office.ann)
    for name in [*(f"k-{kind}".replace("_", "-") for kind in ITEM_TYPES), "p-1"]:
        answer = ann.post(f"/banks/{BANK}/items/{name}/edit")
        url = answer.location
        before = office.view(draft_in(url))
        sent = forms.read(ann.get(url).text, "draft-form").fields
        assert ann.post(url, data=sent).status_code == 302, name
        after = office.view(draft_in(url))
        assert (after.form, after.saves) == (before.form, 1), name


def test_an_item_from_nothing_to_its_version(office: Office) -> None:
    ann, rita = office.client(office.ann), office.client(office.rita)
    started = ann.post(
        f"/banks/{BANK}/write", data={"type": "single_choice", "task": "ship C11", "pool": "secure"}
    )
    url = started.location
    page = ann.get(url).text
    assert "Still to be written." in page
    sent = forms.read(page, "draft-form")
    # The task was found by its words.
    assert (sent.fields["tasks.0"], sent.buttons[0]) == ("C.11", "save")
    added = ann.post(url, data={**sent.fields, "stem": "Who pays?", "do": "add:options"})
    assert added.location.endswith("#f-options")
    sent = forms.read(ann.get(url).text, "draft-form")
    assert "options.3.text" in sent.fields
    ann.post(url, data={**sent.fields, "options.0.text": "Kept", "do": "remove:options.3"})
    ann.post(url, data={**forms.read(ann.get(url).text, "draft-form").fields, "do": "down:options.0"})
    told = office.view(draft_in(url)).form
    assert [row.get("text") for row in told["options"]] == [None, "Kept", None]
    refused = ann.post(url, data={**forms.read(ann.get(url).text, "draft-form").fields, "do": "submit"})
    assert refused.location.endswith("#missing")
    office.write(draft_in(url), **sound("single_choice", "n-1"))
    ann.post(url, data={**forms.read(ann.get(url).text, "draft-form").fields, "do": "submit"})
    review = f"{url}/review"
    assert "Your review" not in ann.get(review).text
    page = rita.get(review).text
    assert all(words in page for words in ("Your review", "Key and rationales", "What has to change"))
    rita.post(f"{url}/comments", data={"place": "options[agenda]", "text": "Too easy?"})
    rita.post(f"{url}/request-changes", data={"why": "See there"})
    assert "Too easy?" in ann.get(review).text
    (comment, _) = office.view(draft_in(url)).comments[1:]
    ann.post(f"{url}/comments/{comment.id}/resolve")
    ann.post(f"{url}/submit", data={"why": "Harder now"})
    assert "own_item" not in rita.post(f"{url}/approve", data={"why": "Good"}).text
    assert "Approved" in rita.get(f"/banks/{BANK}/items/n-1").text
    history = rita.get(f"/banks/{BANK}/items/n-1/history").text
    assert all(
        words in history
        for words in ("Harder now", "See there", "Ann Author", "Version frozen", "Never asked")
    )


def test_two_windows_undo_and_the_parts_a_script_asks_for(office: Office) -> None:
    ann, ben = office.client(office.ann), office.client(office.ben)
    url = ann.post(f"/banks/{BANK}/items/h-1/edit").location
    seen = forms.read(ann.get(url).text, "draft-form").fields
    part = ann.post(url, data={**seen, "stem": "Anns words"}, headers={"X-Part": "beside"})
    assert (part.status_code, 'id="fresh-saves" value="2"' in part.text, "<html" in part.text) == (
        200,
        True,
        False,
    )
    late = ben.post(url, data={**seen, "stem": "Bens words"}, headers={"X-Part": "beside"})
    assert (late.status_code, late.json["code"]) == (409, "draft_changed")
    page = ben.get(url).text
    assert ("Set aside" in page, "Bens" in page, "Anns" in page) == (True, True, True)
    number = office.view(draft_in(url)).asides[0].number
    ben.post(f"{url}/take-up/{number}")
    now = forms.read(ben.get(url).text, "draft-form").fields
    assert now["stem"] == "Bens words"
    ben.post(url, data={**now, "do": "undo"})
    assert forms.read(ben.get(url).text, "draft-form").fields["stem"] != ""
    ben.post(url, data={**forms.read(ben.get(url).text, "draft-form").fields, "do": "redo"})
    assert forms.read(ben.get(url).text, "draft-form").fields["stem"] == "Bens words"
    assert ben.post(url, data={**now, "do": "fly:options"}).status_code == 422
    ben.post(f"{url}/discard")
    assert ben.get(url).location.endswith("/review")


def test_scenarios_lists_and_links(office: Office) -> None:
    ann, rita = office.client(office.ann), office.client(office.rita)
    scenarios = f"/banks/{BANK}/scenarios"
    assert ann.post(scenarios, data={"id": "Bad Id", "title": "", "text": ""}).status_code == 422
    ann.post(scenarios, data={"id": "calm", "title": "A calm", "text": "No wind."})
    ann.post(f"{scenarios}/calm", data={"title": "A calm", "text": "No wind at all."})
    assert "No wind at all." in ann.get(f"{scenarios}/calm").text
    # Items rest on this one: what follows is shown before it happens, and then begun.
    assert "Versions of items stay frozen" in ann.get(f"{scenarios}/storm").text
    shown = ann.post(f"{scenarios}/storm", data={"title": "x", "text": "y", "number": "1"})
    told = forms.read(shown.text, "reword-form").fields
    assert (shown.status_code, told["confirmed"], told["number"], told["text"]) == (200, "yes", "1", "y")
    assert f'href="/banks/{BANK}/items/p-1"' in shown.text
    for _ in range(2):  # A second window is told, and nothing is begun twice.
        assert ann.post(f"{scenarios}/storm", data=told).status_code == 302
    assert "rests on wording 1" in ann.get(f"{scenarios}/storm").text
    assert ann.get("/drafts").text.count(">p-1<") == 1
    assert ann.get(f"{scenarios}/none").status_code == 404
    bank = ann.get(f"/banks/{BANK}").text
    assert f"/banks/{BANK}/write?task=B.1&amp;pool=secure" in bank
    assert "/write" not in rita.get(f"/banks/{BANK}").text
    copy = ann.post(f"/banks/{BANK}/items/h-1/duplicate").location
    for path in ("/drafts", f"{copy}/preview", f"{copy}/review"):
        assert rita.get(path).status_code == 200
    assert rita.get(copy).status_code == 403
    ann.post(f"{copy}/type", data={"type": "matching"})
    assert "Rows to match" in ann.get(copy).text
    item_drafts.discard(office.context, office.ann, draft_in(copy))
    assert ann.post(f"{copy}/type", data={"type": "numeric"}).status_code == 302


def test_a_picture_is_added_and_shown_by_what_the_page_says(office: Office) -> None:
    ann, rita = office.client(office.ann), office.client(office.rita)
    url = f"/banks/{BANK}/pictures"
    assert f'href="{url}"' in ann.get(f"/banks/{BANK}/scenarios").text

    def sent(data: bytes, alt: str, **headers: str) -> Any:
        return ann.post(url, data={"picture": (BytesIO(data), "pier.png"), "alt": alt}, headers=headers)

    bare = sent(drawing(), " ")
    assert (bare.status_code, "Say what the picture shows" in bare.text) == (422, True)
    drawn = sent(b"<svg/>", "A pier")
    assert (drawn.status_code, "SVG can hold programs" in drawn.text) == (422, True)
    assert "Choose a file." in ann.post(url, data={"alt": "A pier"}).text
    page = sent(drawing(), "A <pier>").text
    (name,) = set(re.findall(r"[0-9a-f]{64}\.png", page))
    assert f"![A &lt;pier&gt;](media/{name})" in page
    part = sent(drawing(), "A pier", **{"X-Part": "picture"}).text
    assert ('data-width="30"' in part, 'data-height="20"' in part, "<html" in part) == (True, True, False)
    draft_id = item_drafts.start(office.context, office.ann, BANK, "single_choice")
    office.write(draft_id, stem=f"Where? ![A pier](media/{name})")
    assert f'src="/media/{name}"' in ann.get(f"/drafts/{draft_id}/preview").text
    assert (rita.get(url).status_code, ann.get("/banks/none/pictures").status_code) == (403, 404)


def test_item_text_cannot_run(office: Office) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>"
    draft_id = item_drafts.start(office.context, office.ann, BANK, "single_choice")
    office.write(draft_id, stem=evil, id=evil, options=[{"id": "a", "text": evil, "rationale": evil}] * 2)
    ann = office.client(office.ann)
    for path in ("", "/preview", "/review"):
        page = ann.get(f"/drafts/{draft_id}{path}").text
        assert ("<script>alert" in page, "<img" in page) == (False, False), path
    assert "<script>alert" not in ann.get("/drafts").text


def test_many_items_at_once_by_the_list(office: Office) -> None:
    ann, chosen = office.client(office.ann), {"item": ["h-1", "k-numeric"], "reason": "Old"}
    list_ = f"/banks/{BANK}"
    assert 'name="item" value="h-1"' in ann.get(list_).text
    ann.post(f"{list_}/upkeep", data={**chosen, "do": "propose_task", "task": "B.1"})
    assert "2 items were changed." in ann.get(list_).text
    ann.post(f"{list_}/upkeep", data={**chosen, "do": "retire", "reason": ""})
    assert "Nothing was changed: choose some items" in ann.get(list_).text
    ann.post(f"{list_}/upkeep", data={**chosen, "do": "retire"})
    told = statuses(office)
    assert [told[name] for name in chosen["item"]] == ["retired", "retired"]
    assert f"/drafts?bank={BANK}" in ann.get(list_).text
    assert "Nobody writes anything" in ann.get(f"/drafts?bank={BANK}").text


def test_many_items_in_a_table_without_a_script(office: Office) -> None:
    ann, rita, list_ = office.client(office.ann), office.client(office.rita), f"/banks/{BANK}"
    assert f'href="{list_}/grid?pool=practice"' in ann.get(f"{list_}?pool=practice").text
    assert ann.post(f"{list_}/grid/chosen", data={}).location == f"{list_}#items"
    assert "Tick 1 to 50 items first." in ann.get(list_).text
    table = ann.post(f"{list_}/grid/chosen", data={"item": ["k-numeric", "h-1"]}).location
    assert table == f"{list_}/grid?item=k-numeric&item=h-1"
    sent = forms.read(ann.get(table).text, "grid-form").fields
    assert [name for name in sent if name.startswith("base.")] == ["base.k-numeric", "base.h-1"]
    assert "Nothing has changed." in ann.post(f"{list_}/grid", data=sent).text
    assert ann.post(f"{list_}/grid", data={"do": "write"}).location == f"{list_}#items"
    sent |= {"difficulty.h-1": "41", "stem.k-numeric": "<b>How many?", "tasks.k-numeric": "Z.9"}
    seen = ann.post(f"{list_}/grid", data=sent).text
    assert ("Nothing has changed yet." in seen, "<b>How many" in seen) == (True, False)
    assert re.findall(r"Write (\d) draft", seen) == ["1"]
    assert ann.post(f"{list_}/grid", data=sent | {"do": "again"}).text.count('value="41"') == 1
    refused = ann.post(f"{list_}/grid", data=sent | {"do": "write"}).text
    assert "some rows cannot be written" in refused
    sent["tasks.k-numeric"] = "A.1"
    assert ann.post(f"{list_}/grid", data=sent | {"do": "write"}).location == f"/drafts?bank={BANK}"
    assert "2 items have a draft with your changes." in ann.get(f"/drafts?bank={BANK}").text
    assert rita.get(table).status_code == 403
    assert ann.get(f"{list_}/grid?text=nothing+like+it").text.count("No items to write in.") == 1


def test_a_search_among_items_is_kept_for_who_saved_it(office: Office) -> None:
    ann, rita = office.client(office.ann), office.client(office.rita)
    list_ = f"/banks/{BANK}"
    assert "Keep this search" not in ann.get(list_).text
    page = ann.get(f"{list_}?pool=practice&type=&text=wind").text
    assert ">Answers so far<" in page
    assert "No item answers to all of this." in ann.get(f"{list_}?answers=hard").text
    assert ann.get(f"{list_}?answers=none+such").text.count("No item answers") == 0
    query = re.search(r'name="query"[^>]* value="([^"]*)"', page)
    assert query
    assert query[1] == "pool=practice&amp;text=wind"
    sent = {"name": " Windy  practice ", "query": "pool=practice&text=wind&next=//evil.example"}
    kept = ann.post(f"{list_}/views", data=sent)
    assert kept.location == f"{list_}?pool=practice&text=wind#items"
    page = ann.get(list_).text
    assert f'href="{list_}?pool=practice&amp;text=wind#items" translate="no">Windy practice</a>' in page
    assert "Windy practice" not in rita.get(list_).text
    ann.post(f"{list_}/views", data={"name": " ", "query": ""})
    assert "The view was not saved" in ann.get(list_).text
    (view,) = saved_views.listed(office.context, office.ann, saved_views.of_bank(BANK))
    # Nor can somebody else delete it, nor is it a view of the records or of another bank.
    assert rita.post(f"{list_}/views/{view.id}/delete").status_code == 404
    assert ann.post(f"/banks/another/views/{view.id}/delete").status_code == 404
    ann.post(f"{list_}/views/{view.id}/delete")
    assert saved_views.listed(office.context, office.ann, saved_views.of_bank(BANK)) == []
    assert ann.post("/banks/none/views", data=sent).status_code == 404


def statuses(office: Office) -> dict[str, str]:
    return {line.item_id: line.status for line in items_read.bank(office.context, office.ann, BANK).lines}
