"""Item banks to look through: what they cover, which items they hold, one item in full."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.domain.framework import TaskStatement
from quizapp.domain.item_bank import PRACTICE_NEEDED, SECURE_NEEDED, CoverageLevel
from quizapp.domain.item_statistics import Finding
from quizapp.domain.person import Permission
from quizapp.services import item_links, item_stages, items_read, problem_reports, saved_views
from quizapp.services import item_statistics as statistics_service
from quizapp.services.item_statistics import Report as StatisticsReport
from quizapp.services.items_read import BankPage, ItemFilter
from quizapp.web import item_statistics, task_maps
from quizapp.web.access import actor, context, needs
from quizapp.web.forms.records import ViewForm
from quizapp.web.item_words import DRAFT_CHIPS, words

bp = Blueprint("items", __name__, url_prefix="/banks")
ITEMS_PER_PAGE = 100
FILTERS = ("task", "pool", "type", "status", "text", "answers")


@bp.get("")
@needs(Permission.BROWSE_BANK)
def index() -> Any:
    """Every bank."""
    return render_template(
        "banks/index.html",
        banks=items_read.banks(context(), actor()),
        words=words(),
        may_suspend=actor().may(Permission.SUSPEND_ITEM),
        may_read_key=actor().may(Permission.READ_KEYS),
    )


@bp.get("/<bank_id>")
@needs(Permission.BROWSE_BANK)
def bank(bank_id: str) -> Any:
    """One bank: its coverage and its items."""
    told, wanted = searched(bank_id)
    pages = max(-(-len(told.lines) // ITEMS_PER_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * ITEMS_PER_PAGE
    set_filters: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return render_template(
        "banks/bank.html",
        told=told,
        bank=told.bank,
        map=_coverage_map(told),
        gaps=[c for c in told.coverage.values() if c.level is not CoverageLevel.OK],
        secure_needed=SECURE_NEEDED,
        practice_needed=PRACTICE_NEEDED,
        **_columns(told),
        lines=told.lines[first : first + ITEMS_PER_PAGE],
        wanted=wanted,
        task_choices=[(code, code) for code in told.framework.task_codes],
        is_filtered=bool(set_filters),
        grid_filters=set_filters,
        page=page,
        pages=pages,
        page_url=lambda n: url_for("items.bank", bank_id=bank_id, page=n, **set_filters),
        words=words(),
        chips=DRAFT_CHIPS,
        views=saved_views.listed(context(), actor(), saved_views.of_bank(bank_id)),
        view_form=ViewForm(formdata=None, query=urlencode(set_filters)),
        file_actions=_file_actions(bank_id),
        asked=item_stages.asked(context(), actor(), bank_id),
        may_read_key=actor().may(Permission.READ_KEYS),
        findings=item_statistics.finding_words() if actor().may(Permission.READ_ITEM_STATISTICS) else {},
        may_write=actor().may(Permission.WRITE_ITEM),
    )


def searched(bank_id: str) -> tuple[BankPage, dict[str, str]]:
    """A bank with the items the address asks for, and what it asks."""
    wanted = {name: request.args.get(name, "").strip() for name in FILTERS}
    told = items_read.bank(
        context(),
        actor(),
        bank_id,
        ItemFilter(**{name: wanted[name] for name in FILTERS if name != "answers"}),
    )
    if wanted["answers"] not in set(Finding):
        return told, {**wanted, "answers": ""}
    ids = statistics_service.found(context(), actor(), bank_id, Finding(wanted["answers"]))
    return replace(told, lines=tuple(line for line in told.lines if line.item_id in ids)), wanted


def _file_actions(bank_id: str) -> list[dict[str, str]]:
    """The links to files of a bank, for whoever may follow them."""
    links = (
        (Permission.LOAD_BANK, _("Import items"), "bank_files.import_page"),
        (Permission.READ_KEYS, _("Export"), "bank_files.export_page"),
    )
    return [
        {"label": label, "href": url_for(endpoint, bank_id=bank_id), "kind": "secondary"}
        for permission, label, endpoint in links
        if actor().may(permission)
    ]


def _columns(told: BankPage) -> dict[str, Any]:
    """Columns of the table of tasks: the (pool, state) pairs and the types that occur in the bank."""
    held = told.items_by_task.values()
    named = words()
    pairs = [(pool, state) for pool in named["pool"] for state in named["status"]]
    states = [pair for pair in pairs if any(pair in task.states for task in held)]
    return {
        "states": states,
        "state_heads": {
            (pool, state): f"{named['pool'][pool]} · {named['status'][state]}" for pool, state in states
        },
        "types": [name for name in named["type"] if any(name in task.types for task in held)],
    }


def _coverage_map(told: BankPage) -> task_maps.TaskMap:
    words_of = {
        CoverageLevel.OK: _("Enough approved items"),
        CoverageLevel.LOW: _("More items needed"),
        CoverageLevel.HOLE: _("No approved item: write one"),
    }

    def cell(task: TaskStatement) -> task_maps.Cell:
        found = told.coverage[task.code]
        href = url_for("items.bank", bank_id=told.bank.bank_id, task=task.code, _anchor="items")
        label = _("%(state)s; secure + practice:", state=words_of[found.level])
        count = f"{found.secure}+{found.practice}" if found.level is not CoverageLevel.HOLE else "0"
        return task_maps.Cell(
            task.code, task.letter, task.text, href, "count", label, count, found.level.value
        )

    return task_maps.draw(
        told.framework,
        cell,
        legend=[("count", text, level.value) for level, text in words_of.items()],
        description=_(
            "Approved items of each task, secure + practice. Certification under the default rule "
            "needs %(secure)d secure items: 8 for a first attempt and 4 for a second.",
            secure=SECURE_NEEDED,
        ),
        row_href=lambda code: url_for(
            "frameworks.competency",
            framework_id=told.framework.id,
            code=code,
            version=told.framework.version,
        ),
    )


@bp.get("/<bank_id>/items/<item_id>")
@needs(Permission.BROWSE_BANK)
def item(bank_id: str, item_id: str) -> Any:
    """One item: as the learner sees it, and for authors and reviewers its key."""
    told = items_read.item(context(), actor(), bank_id, item_id)
    may_read_key = actor().may(Permission.READ_KEYS)
    return render_template(
        "banks/item.html",
        told=told,
        bank=told.bank,
        line=told.line,
        enemies=item_links.enemies(context(), actor(), bank_id, item_id),
        **_linkable(bank_id, item_id),
        reports=_reports(bank_id, item_id),
        may_suspend=actor().may(Permission.SUSPEND_ITEM),
        statistics=_statistics(bank_id, item_id),
        may_read_key=may_read_key,
        may_write=actor().may(Permission.WRITE_ITEM),
        stage=item_stages.of_item(context(), actor(), bank_id, item_id) if may_read_key else None,
        words=words(),
        chips=DRAFT_CHIPS,
        tasks=[(code, told.framework.task(code)) for code in told.line.tasks],
        **item_statistics.facts(),
    )


def _linkable(bank_id: str, item_id: str) -> dict[str, Any]:
    """What a search for further enemies finds, for whoever may link them."""
    text = request.args.get("apart", "").strip()
    may_look = text and actor().may(Permission.WRITE_ITEM)
    found = item_links.search(context(), actor(), bank_id, item_id, text) if may_look else None
    return {"apart": text, "found": found}


def _statistics(bank_id: str, item_id: str) -> StatisticsReport | None:
    if not actor().may(Permission.READ_ITEM_STATISTICS):
        return None
    return statistics_service.of_item(context(), actor(), bank_id, item_id)


def _reports(bank_id: str, item_id: str) -> list[problem_reports.Report]:
    if not actor().may(Permission.SUSPEND_ITEM):
        return []
    return problem_reports.listed(context(), actor(), bank_id, item_id)
