"""The forms a record can leave in: all of them say the same facts, and one line here makes one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quizapp.integrations import record_files, record_pages
from quizapp.services import credentials, record_pdfs
from quizapp.services.unit_of_work import UnitOfWork
from quizapp.store.records import RowRecord

#: Reads in a transaction what the file needs; the function given back writes it after the commit,
#: so that nobody waits for a signature to be computed.
Prepare = Callable[[UnitOfWork, RowRecord], Callable[[], bytes]]


@dataclass(frozen=True, slots=True)
class Projection:
    """One form: how its files end, what a browser is told they are, and how they are made."""

    suffix: str
    mimetype: str
    prepare: Prepare


def _json(_uow: UnitOfWork, row: RowRecord) -> Callable[[], bytes]:
    data = record_files.write(row.payload.encode(), row.key_id, row.signature)
    return lambda: data


def _html(uow: UnitOfWork, row: RowRecord) -> Callable[[], bytes]:
    base = uow.context.settings.public_url.rstrip("/")
    address = f"{base}/verify/{row.serial}" if base else ""
    signed = (row.key_id, row.signature, row.payload_sha256, address)
    return lambda: record_pages.write(json.loads(row.payload), *signed)


def _pdf(uow: UnitOfWork, row: RowRecord) -> Callable[[], bytes]:
    return record_pdfs.prepare(uow.context, uow.actor, uow.session, row)


PROJECTIONS: Mapping[str, Projection] = {
    "json": Projection("json", "application/json", _json),
    "openbadge": Projection("openbadge.json", "application/vc+ld+json", credentials.open_badge),
    "clr": Projection("clr.json", "application/vc+ld+json", credentials.transcript),
    "html": Projection("html", "text/html", _html),
    "pdf": Projection("pdf", "application/pdf", _pdf),
}
