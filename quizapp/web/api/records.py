"""Records for programs: changes since a cursor, one by its serial, and who is current."""

from __future__ import annotations

from typing import Any

from quizapp.domain.api_token import Scope
from quizapp.services import records_api
from quizapp.services.currency import Line
from quizapp.services.records_api import ChangePage, RecordState
from quizapp.web.access import api_token, context
from quizapp.web.api.parts import NEEDS_TOKEN, TOKEN_PROBLEMS, address, bearer, bp, limited, problems
from quizapp.web.api.schemas import (
    ChangePageSchema,
    ChangesQuery,
    CurrencyQuery,
    CurrencySchema,
    RecordSchema,
)


@bp.get("/changes")
@api_token(Scope.CHANGES)
@limited
@bp.arguments(ChangesQuery, location="query", unknown="raise", error_status_code=422)
@bp.response(200, ChangePageSchema)
@bp.doc(**NEEDS_TOKEN, **problems(*TOKEN_PROBLEMS, 422))
def changes(query: dict[str, int]) -> dict[str, Any]:
    """Every change of every record since a cursor, oldest first.

    Read until `has_more` is false, keep `cursor`, and come back with it: no change is skipped
    and none comes twice.
    """
    told = records_api.changes(context(), bearer(), query["cursor"], query["limit"])
    return _page(told, query["limit"])


def _page(told: ChangePage, limit: int) -> dict[str, Any]:
    entries = [
        {
            "number": change.number,
            "verb": change.verb,
            "status": change.status,
            "reason_category": change.reason_category,
            "at": change.at,
            "serial": change.record.serial,
            "successor": change.successor_serial,
            "record": address("api.record", serial=change.record.serial),
        }
        for change in told.changes
    ]
    following = address("api.changes", cursor=told.cursor, limit=limit)
    return {"changes": entries, "cursor": told.cursor, "has_more": told.has_more, "next": following}


@bp.get("/records/<serial>")
@api_token(Scope.RECORDS)
@limited
@bp.etag
@bp.response(200, RecordSchema)
@bp.doc(**NEEDS_TOKEN, **problems(*TOKEN_PROBLEMS, 404))
def record(serial: str) -> dict[str, Any]:
    """One record by its serial, with what its issuer says of it today.

    Send `If-None-Match` with the last `ETag`: 304 means that nothing has changed.
    """
    told = records_api.record(context(), bearer(), serial)
    bp.set_etag({"tag": told.tag})
    return _record(told)


def _record(told: RecordState) -> dict[str, Any]:
    return {
        "serial": told.serial,
        "status": told.status.value,
        "successor": told.successor_serial,
        "record": told.payload,
        "proof": {
            "type": "ed25519-rfc8785",
            "key_id": told.key_id,
            "payload_sha256": told.payload_sha256,
            "signature": told.signature,
        },
        "verify": address("records.verify", serial=told.serial),
    }


@bp.post("/currency")
@api_token(Scope.CURRENCY)
@limited
@bp.arguments(CurrencyQuery, error_status_code=422)
@bp.response(200, CurrencySchema)
@bp.doc(**NEEDS_TOKEN, **problems(400, *TOKEN_PROBLEMS, 422))
def currency(query: dict[str, Any]) -> dict[str, Any]:
    """Whether each of these people or records is current, and which tasks are missing.

    An entry nobody here knows answers `no_current_record`, in this system: somebody may hold a
    record elsewhere. A name that several people have is `ambiguous`.
    """
    told = records_api.check(context(), bearer(), query["entries"], query["framework"])
    return {"framework": query["framework"], "results": [_standing(line) for line in told]}


def _standing(line: Line) -> dict[str, Any]:
    held = line.answer.holding
    return {
        "asked": line.asked,
        "answer": line.answer.currency.value,
        "serial": held.serial if held else None,
        "expires_on": held.expires_on if held else None,
        "demonstrated": line.answer.demonstrated,
        "missing": line.answer.missing,
    }
