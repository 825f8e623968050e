"""Frameworks as 1EdTech CASE 1.0, under the paths that standard gives; open to anybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from quizapp.services import case_packages
from quizapp.web.access import context, public
from quizapp.web.api.parts import PREFIX, address, bp, problems
from quizapp.web.api.schemas import CaseDocuments, CasePackage

CASE = "/ims/case/v1p0"


def _base() -> str:
    """The address of the CASE service."""
    return address("api.case_documents").removesuffix("/CFDocuments")


@bp.get(f"{CASE}/CFDocuments")
@public
@bp.etag
@bp.response(200, CaseDocuments)
def case_documents() -> dict[str, Any]:
    """Every framework version there is."""
    return {"CFDocuments": case_packages.documents(context(), _base())}


@bp.get(f"{CASE}/CFDocuments/<uuid:document_id>")
@public
@bp.etag
@bp.response(200)
@bp.doc(**problems(404))
def case_document(document_id: UUID) -> dict[str, Any]:
    """One framework version, without its items."""
    return case_packages.document(context(), _base(), document_id)


@bp.get(f"{CASE}/CFPackages/<uuid:document_id>")
@public
@bp.etag
@bp.response(200, CasePackage)
@bp.doc(**problems(404))
def case_package(document_id: UUID) -> dict[str, Any]:
    """One framework version with every competency and task statement."""
    return case_packages.package(context(), _base(), document_id)


@bp.get(f"{CASE}/CFItems/<uuid:item_id>")
@public
@bp.etag
@bp.response(200)
@bp.doc(**problems(404))
def case_item(item_id: UUID) -> dict[str, Any]:
    """One competency or task statement."""
    return case_packages.item(context(), _base(), item_id)


__all__ = ["CASE", "PREFIX"]
