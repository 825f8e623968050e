"""The framework as a map to walk: competencies, task statements, versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain import framework as domain
from quizapp.domain.errors import NotFound
from quizapp.domain.framework import Competency, Framework, TaskStatement
from quizapp.domain.item_bank import Coverage
from quizapp.domain.person import Permission
from quizapp.services import frameworks, items_read
from quizapp.web import task_maps
from quizapp.web.access import actor, context, needs

bp = Blueprint("frameworks", __name__, url_prefix="/framework")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A framework version on a page; ``pinned`` is kept in links away from the current one."""

    framework: Framework
    versions: tuple[frameworks.FrameworkVersion, ...]
    pinned: str | None

    def url(self, endpoint: str, **values: Any) -> str:
        return url_for(
            f"frameworks.{endpoint}", framework_id=self.framework.id, version=self.pinned, **values
        )


def _shown(framework_id: str) -> _Shown:
    version = request.args.get("version")
    framework = frameworks.get(context(), framework_id, version)
    told = tuple(e for e in frameworks.listed(context()) if e.framework_id == framework_id)
    is_current = any(e.is_current and e.version == framework.version for e in told)
    return _Shown(framework, told, None if is_current else framework.version)


@bp.get("")
@needs(Permission.BROWSE_FRAMEWORK)
def index() -> Any:
    """The one framework there is, else the list of them."""
    told = [entry for entry in frameworks.listed(context()) if entry.is_current]
    if len(told) == 1:
        return _map_page(told[0].framework_id)
    return render_template("frameworks/index.html", frameworks=told)


@bp.get("/<framework_id>")
@needs(Permission.BROWSE_FRAMEWORK)
def framework(framework_id: str) -> Any:
    """One framework as a map."""
    return _map_page(framework_id)


def _map_page(framework_id: str) -> str:
    shown = _shown(framework_id)

    def cell(task: TaskStatement) -> task_maps.Cell:
        href = shown.url("task", code=task.code)
        return task_maps.Cell(task.code, task.letter, task.text, href, "none", "")

    return render_template(
        "frameworks/map.html",
        shown=shown,
        framework=shown.framework,
        map=task_maps.draw(shown.framework, cell, row_href=lambda code: shown.url("competency", code=code)),
    )


@bp.get("/<framework_id>/competencies/<code>")
@needs(Permission.BROWSE_FRAMEWORK)
def competency(framework_id: str, code: str) -> Any:
    """One competency with its task statements, word for word."""
    shown = _shown(framework_id)
    found = list(shown.framework.competencies)
    place = next((i for i, c in enumerate(found) if c.code == code), None)
    if place is None:
        raise NotFound("not_found", noun="competency", competency=code)
    return render_template(
        "frameworks/competency.html",
        shown=shown,
        competency=found[place],
        before=found[place - 1] if place else None,
        after=found[place + 1] if place + 1 < len(found) else None,
    )


@bp.get("/<framework_id>/tasks/<code>")
@needs(Permission.BROWSE_FRAMEWORK)
def task(framework_id: str, code: str) -> Any:
    """One task statement, word for word, and which banks have items for it."""
    shown = _shown(framework_id)
    statement, parent = shown.framework.task(code), shown.framework.competency_of(code)
    if statement is None or parent is None:
        raise NotFound("not_found", noun="task", task=code)
    codes = shown.framework.task_codes
    place = codes.index(code)
    return render_template(
        "frameworks/task.html",
        shown=shown,
        task=statement,
        competency=parent,
        heading=competency_name(parent),
        before=codes[place - 1] if place else None,
        after=codes[place + 1] if place + 1 < len(codes) else None,
        banks=_banks(framework_id, code),
    )


def competency_name(competency: Competency) -> str:
    """A competency's code with its title, or with words that say the source has none."""
    return f"{competency.code} {competency.title or _('(title not given in source)')}"


def _banks(framework_id: str, code: str) -> list[tuple[items_read.BankSummary, Coverage]]:
    if not actor().may(Permission.BROWSE_BANK):
        return []
    told = items_read.banks_with_coverage(context(), actor(), framework_id)
    return [(bank, coverage[code]) for bank, coverage in told if code in coverage]


@bp.get("/<framework_id>/export.json")
@needs(Permission.BROWSE_FRAMEWORK)
def export(framework_id: str) -> Any:
    """The framework in the published shape, as a file."""
    shown = _shown(framework_id).framework
    response = jsonify(domain.export(shown))
    name = f"{shown.id}-{shown.version}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
