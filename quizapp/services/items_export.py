"""A bank as plain data, an item a record: for tools that analyse banks, and for backups of texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from quizapp.domain.errors import NotFound
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_bank import Stimulus
from quizapp.domain.person import Actor, Permission
from quizapp.services.unit_of_work import Context
from quizapp.store import item_lists
from quizapp.store import items as store


def export_bank(context: Context, actor: Actor, bank_id: str) -> list[dict[str, Any]]:
    """Every item of a bank in its current wording, keys included, by stable id.

    The export is audited, because it hands out keys. Raises `NotFound`.
    """
    actor.require(Permission.READ_KEYS)
    with context.transaction(actor) as uow:
        row = store.bank(uow.session, bank_id)
        if row is None:
            raise NotFound("not_found", noun="item_bank", bank=bank_id)
        told = []
        for entry in store.stored(uow.session, row.id):
            codes = item_lists.task_codes(uow.session, entry.version.id)
            scenario = item_lists.stimulus(uow.session, entry.version.stimulus_version_id)
            shown = Stimulus(scenario.stimulus_id, scenario.title, scenario.text) if scenario else None
            item = store.to_domain(entry.item, entry.version, codes, shown.id if shown else None)
            told.append(_record(item, shown, bank_id, entry.version))
        uow.audit("export", "item_bank", bank_id, items=len(told), digest=row.digest)
    return told


def _record(
    item: ItemVersion, stimulus: Stimulus | None, bank_id: str, version: store.RowItemVersion
) -> dict[str, Any]:
    key: Mapping[str, Any] = item.key
    return {
        "id": item.id,
        "bank": bank_id,
        "version": version.number,
        "digest": version.digest,
        "type": item.type,
        "tasks": list(item.tasks),
        "pool": item.pool.value,
        "status": item.status.value,
        "level": item.level.value,
        "difficulty": item.difficulty,
        "stimulus": asdict(stimulus) if stimulus else None,
        **item.content,
        "key": {name: value for name, value in key.items() if name != "rationales"},
        "rationales": key.get("rationales", {}),
        "enemies": sorted(item.enemies),
        "sources": [asdict(source) for source in item.sources],
        "author": item.author,
        "reviewer": item.reviewer,
    }
