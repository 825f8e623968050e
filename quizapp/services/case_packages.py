"""Framework versions for programs that read CASE: the document, the whole package, one item."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from quizapp.domain.errors import NotFound
from quizapp.integrations import case_package
from quizapp.integrations.case_package import Package
from quizapp.services.unit_of_work import Context
from quizapp.store import frameworks as store


def documents(context: Context, base: str) -> list[dict[str, Any]]:
    """The CFDocument of every loaded version; ``base`` is the address of the CASE service."""
    with context.reading() as session:
        return [package.document() for package in _packages(context, session, base)]


def document(context: Context, base: str, document_id: UUID) -> dict[str, Any]:
    """One CFDocument; raises `NotFound`."""
    return _package(context, base, document_id).document()


def package(context: Context, base: str, document_id: UUID) -> dict[str, Any]:
    """One CFPackage; raises `NotFound`."""
    return _package(context, base, document_id).write()


def item(context: Context, base: str, item_id: UUID) -> dict[str, Any]:
    """One CFItem of any version; raises `NotFound`."""
    with context.reading() as session:
        for told in _packages(context, session, base):
            for entry in told.items():
                if entry["identifier"] == str(item_id):
                    return entry
    raise NotFound("not_found")


def _package(context: Context, base: str, document_id: UUID) -> Package:
    with context.reading() as session:
        for told in _packages(context, session, base):
            if case_package.document_id(told.framework) == document_id:
                return told
    raise NotFound("not_found")


def _packages(context: Context, session: Session, base: str) -> list[Package]:
    return [
        Package(store.version(session, row_id), loaded_at, base, context.settings.issuer_name)
        for row_id, loaded_at in store.load_times(session)
    ]
