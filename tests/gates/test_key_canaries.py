"""No key, rationale or task label of a secure item reaches a learner before release (S01, S02, S04)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from quizapp.services import attempts
from quizapp.store.items import RowItemVersion
from tests.support import attempts as room
from tests.support.people import TESTS, sign_in

CANARY = "zqcanary"


def planted(context: Any) -> Any:
    """A learner with a running exam whose every rationale carries a canary."""
    actor = room.learner(context)
    sitting_id = room.room(context, [actor.person_id])
    with context.transaction(TESTS) as uow:
        for number, row in enumerate(uow.session.query(RowItemVersion)):
            rationales = {name: f"{CANARY}{number}{name}" for name in "abc"}
            row.key = {**row.key, "rationales": rationales}
        uow.audit("plant", "canary", "test")
    return actor, sitting_id, attempts.start(context, actor, sitting_id)


def reachable(client: Any, starts: list[str]) -> dict[str, str]:
    """Everything a client can see by following links from these pages: path to headers and body."""
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = client.get(path)
        seen[path] = f"{answer.headers}\n{answer.get_data(as_text=True)}"
        waiting += [
            link.replace("&amp;", "&")
            for link in re.findall(r'href="(/[^"#]*)', seen[path])
            if not link.startswith(("/static", "/bootstrap"))
        ]
    return seen


def test_a_learner_finds_no_canary_and_no_task_label(sqlite_app, sqlite_context) -> None:
    actor, sitting_id, attempt_id = planted(sqlite_context)
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, actor.person_id)
    slots = room.slots(sqlite_context, attempt_id)
    client.post(f"/attempts/{attempt_id}/resume", data={"csrf_token": csrf(client, sitting_id)})
    runner = [f"/attempts/{attempt_id}/items/{slot.position}" for slot in slots]
    seen = reachable(
        client, ["/", f"/sittings/{sitting_id}/start", *runner, f"/attempts/{attempt_id}/review"]
    )
    assert [path for path, text in seen.items() if CANARY in text] == []
    labelled = [path for path in runner if re.search(r"\b1\.[AB]\b", seen[path])]
    assert (labelled, {"item-form" in seen[path] for path in runner}) == ([], {True})


def csrf(client: Any, sitting_id: UUID) -> str:
    page = client.get(f"/sittings/{sitting_id}/start").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_saving_tells_nothing_about_right_and_wrong(sqlite_app, sqlite_context) -> None:
    _, _, attempt_id = planted(sqlite_context)
    token = room.token(sqlite_context, attempt_id)
    client = sqlite_app.test_client()
    told = []
    for seq, choice in enumerate(("a", "b", "c"), 1):
        entry = {"client_seq": seq, "slot": 1, "kind": "response", "payload": {"choice": choice}}
        answer = client.post(
            f"/attempts/{attempt_id}/events",
            json={"protocol": 1, "entries": [entry]},
            headers={"X-Attempt-Token": token},
        )
        told.append((answer.status_code, len(answer.data), answer.headers["Content-Type"]))
    assert told == [told[0]] * 3


def test_no_content_before_the_start_or_after_the_close(sqlite_app, sqlite_context, clock) -> None:
    actor, sitting_id, attempt_id = planted(sqlite_context)
    client = sqlite_app.test_client()
    sign_in(client, sqlite_context, actor.person_id)
    attempts.submit(sqlite_context, actor, attempt_id)
    stem = room.slots(sqlite_context, attempt_id)[0].content["stem"]
    seen = reachable(
        client,
        ["/", f"/sittings/{sitting_id}/start", f"/attempts/{attempt_id}/items/1", f"/results/{attempt_id}"],
    )
    assert [path for path, text in seen.items() if stem in text] == []
