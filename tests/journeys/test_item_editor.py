"""A new instructor writes an item of each type in a browser; a reviewer approves them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from quizapp.domain.item_types import ITEM_TYPES
from quizapp.domain.person import Actor, Role
from quizapp.services import item_draft_views, items_read, people
from tests.journeys.conftest import PASSWORD, World
from tests.journeys.test_main_job import sign_in
from tests.support.drawings import drawing
from tests.support.people import TESTS
from tests.support.server import Server

BANK = "security-cooperation"
#: After these the page saves by itself, and tries again.
AUTOSAVE_MS, AGAIN_MS = 1_500, 5_500
SOURCE = {"authority": "Port law", "section": "4", "as_of": "2026-01", "review_by": "2028-01"}


def paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of the author's form by the name of its input; ids are given by the page."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name != "id":
                yield from paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from paths(inner, f"{path}.{at}")
    else:
        yield path, value


def fill(page: Any, source: Mapping[str, Any]) -> None:
    """Type a whole item as its author would, field by field."""
    told = "form => Object.fromEntries([...form.elements].map(n => [n.name, n.tagName]))"
    tags = page.locator("#draft-form").evaluate(told)
    for path, value in paths(source):
        field = page.locator(f'#draft-form [name="{path}"]')
        if path.endswith(".match"):
            options = [row["id"] for row in source["options"]]
            field.select_option(index=options.index(value) + 1)
        elif isinstance(value, bool):
            field.set_checked(value)
        elif tags.get(path) == "SELECT":
            field.select_option(value)
        else:
            field.fill(str(value))


def write(page: Any, server: Server, kind: str) -> None:
    """From the bank's page to a draft in review."""
    example = ITEM_TYPES[kind].example()
    page.goto(f"{server.url}/banks/{BANK}/write?task=1.A")
    page.locator(f"#type-{kind}").check()
    page.get_by_role("button", name="Begin").click()
    belongs = {"level": "apply", "difficulty": 60, "sources": [SOURCE]}
    page.locator('button[value="add:sources"]').press("Enter")
    page.locator('[name="sources.0.authority"]').wait_for()
    rest = {name: value for name, value in example.items() if name not in ("prompts", "options")}
    # What is matched with can only be chosen once it is written.
    fill(page, {name: example[name] for name in ("options",) if name in example})
    page.get_by_role("button", name="Save", exact=True).click()
    fill(page, {**rest, **{n: example[n] for n in ("options", "prompts") if n in example}, **belongs})
    page.locator('[name="id"]').fill(f"journey-{kind.replace('_', '-')}")
    page.clock.fast_forward(AUTOSAVE_MS)
    page.get_by_text("Nothing. It can be submitted.").wait_for()
    assert page.locator("#shown .item-stem").inner_text() == example["stem"]
    page.get_by_role("button", name="Submit for review").click()
    page.wait_for_url("**/review")


@pytest.mark.parametrize("journey_settings", ["sqlite"], indirect=True)
def test_items_of_every_type_are_written_and_approved(world: World, server: Server, browser: Any) -> None:
    ids = {role: newcomer(world, role) for role in (Role.INSTRUCTOR, Role.REVIEWER)}
    author = browser.new_context(reduced_motion="reduce")
    author.clock.install()
    page = author.new_page()
    sign_in(page, server, "instructor")
    for kind in ITEM_TYPES:
        write(page, server, kind)
    two_windows(author, server)
    a_picture_and_a_sign_out(author, server)
    a_table_of_items(author, server)
    author.close()
    desk = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = desk.new_page()
    sign_in(page, server, "reviewer")
    page.goto(f"{server.url}/drafts")
    for kind in ITEM_TYPES:
        page.get_by_role("link", name=f"journey-{kind.replace('_', '-')}", exact=True).click()
        page.get_by_role("button", name="Approve").click()
        page.get_by_role("link", name="Drafts").click()
    desk.close()
    reviewer = Actor(ids[Role.REVIEWER], frozenset({Role.REVIEWER}))
    assert [line.stem for line in item_draft_views.listed(world.context, reviewer) if not line.item_id] == [
        "Written while signed out",
        "First words",
    ]
    for kind in ITEM_TYPES:
        told = items_read.item(world.context, reviewer, BANK, f"journey-{kind.replace('_', '-')}")
        assert (told.line.status, told.history[0].author) == ("approved", "Instructor Journey")


def newcomer(world: World, role: Role) -> Any:
    return people.create(
        world.context,
        TESTS,
        name=f"{role.value.title()} Journey",
        email=f"{role.value}@journey.example",
        roles=[role],
        password=PASSWORD,
    )


def two_windows(author: Any, server: Server) -> None:
    """The second window of one draft says so honestly, and neither text is lost."""
    first, second = author.new_page(), author.new_page()
    first.goto(f"{server.url}/banks/{BANK}/write")
    first.get_by_role("button", name="Begin").click()
    second.goto(first.url)
    for page, words in ((first, "First words"), (second, "Second words")):
        page.locator('[name="stem"]').fill(words)
        page.clock.fast_forward(AUTOSAVE_MS)
        page.locator("#save-state:not(:text('Not saved yet')):not(:text('Saving'))").wait_for()
    assert first.locator("#save-state").inner_text() == "Saved"
    assert "Somebody saved this draft meanwhile" in second.locator("#save-state").inner_text()
    second.goto(first.url)
    assert "Second" in second.locator("#aside").inner_text()
    assert second.locator('[name="stem"]').input_value() == "First words"
    first.close()
    second.close()


def a_picture_and_a_sign_out(author: Any, server: Server) -> None:
    """A picture lands in the fields or at the cursor; whoever is signed out loses no word."""
    page = author.new_page()
    page.goto(f"{server.url}/banks/{BANK}/write")
    page.locator("#type-hotspot").check()
    page.get_by_role("button", name="Begin").click()
    page.locator("#add-picture summary").first.click()
    add_picture(page, "A pier [north]")
    assert [
        page.locator(f'[name="picture.{side}"]').input_value() for side in ("width", "height", "alt")
    ] == [
        "30",
        "20",
        "A pier [north]",
    ]
    page.locator("#is-of-regions").uncheck()
    page.locator('[name="stem"]').fill("Before  after")
    page.locator('[name="stem"]').evaluate("n => n.setSelectionRange(7, 7)")
    add_picture(page, "A [buoy]")
    told = page.locator('[name="stem"]').input_value()
    assert told.startswith("Before ![A \\[buoy\\]](media/")
    assert told.endswith(".png) after")
    page.clock.fast_forward(AUTOSAVE_MS)
    page.locator("#save-state:text-is('Saved')").wait_for()
    author.clear_cookies()
    page.locator('[name="stem"]').fill("Written while signed out")
    page.clock.fast_forward(AUTOSAVE_MS)
    page.get_by_text("Not saved: you were signed out.").wait_for()
    assert page.get_by_role("link", name="Sign in in another window").is_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    again = author.new_page()
    sign_in(again, server, "instructor")
    page.clock.fast_forward(AGAIN_MS)
    page.locator("#save-state:text-is('Saved')").wait_for()
    assert page.locator("#sign-in-again").is_hidden()
    page.reload()
    assert page.locator('[name="stem"]').input_value().strip() == "Written while signed out"
    again.close()
    page.close()


def a_table_of_items(author: Any, server: Server) -> None:
    """Arrows move, a key writes, a block is pasted, and everything is seen before it is so."""
    page = author.new_page()
    page.goto(f"{server.url}/banks/{BANK}/grid?task=1.B")
    cells = page.locator("#grid tbody tr").all()[:3]
    tasks, levels, shares = (
        [row.locator(f"[name^='{name}.']") for row in cells] for name in ("tasks", "level", "difficulty")
    )
    was = [share.input_value() for share in shares]
    state = page.locator("#grid-state")
    tasks[0].focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("41")
    page.keyboard.press("Escape")
    assert (shares[0].input_value(), state.inner_text()) == (was[0], "Nothing changed yet")
    page.keyboard.press("F2")
    page.keyboard.press("Control+A")
    page.keyboard.type("42")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == shares[1].get_attribute("name")
    page.keyboard.press("Control+d")
    assert (shares[1].input_value(), state.inner_text()) == ("42", "2 cells changed")
    page.keyboard.press("Control+z")
    assert shares[1].input_value() == was[1]
    levels[1].focus()
    block = 'analyse\t"51"\nEvaluate\t52\tA reason\tMore\n'
    pasting = "(node, text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
    pasting += " node.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }"
    levels[1].evaluate(pasting, block)
    assert [one.input_value() for one in (*levels[1:], *shares)] == ["analyse", "evaluate", "42", "51", "52"]
    assert state.inner_text().endswith("1 cell of the paste has no place here")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Go on in the table").click()
    assert shares[2].input_value() == "52"
    page.get_by_role("button", name="Show what changes").click()
    assert page.locator("#will .count").inner_text() == "3"
    page.get_by_role("button", name="Write 3 drafts").click()
    page.get_by_text("3 items have a draft with your changes.").wait_for()
    page.close()


def add_picture(page: Any, alt: str) -> None:
    """Choose a file, say what it shows, and wait until the page has it."""
    page.locator("#picture-reference").evaluate_all("nodes => nodes.forEach(n => n.remove())")
    file = {"name": "pier.png", "mimeType": "image/png", "buffer": drawing()}
    page.locator("#picture-form [name=picture]").set_input_files(file)
    page.locator("#picture-form [name=alt]").fill(alt)
    page.get_by_role("button", name="Add the picture").click()
    page.locator("#picture-reference").wait_for()
