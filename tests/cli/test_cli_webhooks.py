"""`quizapp webhook`."""

from __future__ import annotations

import json

from flask import Flask

from quizapp.services.unit_of_work import Context


def test_create_list_disable_enable_replay(sqlite_app: Flask, sqlite_context: Context) -> None:
    runner = sqlite_app.test_cli_runner()
    made = runner.invoke(args=["webhook", "create", "https://hooks.example.org/"])
    assert (made.exit_code, made.stdout[:6]) == (0, "whsec_")

    def listed() -> list[tuple[str, str, int, int]]:
        rows = json.loads(runner.invoke(args=["webhook", "list", "--format", "json"]).stdout)
        return [(row["id"], row["state"], row["cursor"], row["waiting"]) for row in rows]

    webhook_id = listed()[0][0]
    told = []
    for verb, more in (("disable", []), ("enable", []), ("replay", ["--after", "0"])):
        assert runner.invoke(args=["webhook", verb, webhook_id, *more]).exit_code == 0
        told.append(listed())
    assert told == [[(webhook_id, state, 0, 0)] for state in ("disabled", "active", "active")]
