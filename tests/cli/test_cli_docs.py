"""The generated pages are what the code says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from quizapp.cli import docs

FOLDER = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["settings.md", "cli.md"])
def test_the_committed_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text() == docs.pages()[name], "run `quizapp docs`"


def test_the_readme_is_short() -> None:
    lines = (FOLDER.parent / "README.md").read_text().splitlines()
    assert len(lines) <= 100


def test_every_dependency_is_explained_once() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = [re.split(r"[\[=; ]", entry)[0] for entry in wanted]
    rows = re.findall(r"^\| (\S+) \| \S", (FOLDER / "dependencies.md").read_text(), re.MULTILINE)
    assert [row for row in rows if row != "library"] == names


def pages() -> list[Path]:
    return [FOLDER.parent / "README.md", *sorted(FOLDER.rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", re.sub(r"`[^`]*`", "", page.read_text()))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
