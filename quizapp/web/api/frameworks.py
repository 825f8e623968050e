"""Frameworks as 1EdTech CASE 1.0, under the paths that standard gives; open to anybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from quizapp.services import case_packages
from quizapp.web.access import context, public
from quizapp.web.api.parts import address, problems
from quizapp.web.api.schemas import CaseDocuments, CasePackage

#: The standard's own path: credentials name tasks by addresses under it.
case = Blueprint("case", __name__, url_prefix="/ims/case/v1p0", description="Frameworks (1EdTech CASE 1.0)")


def _base() -> str:
    """The address of the CASE service."""
    return address("case.documents").removesuffix("/CFDocuments")


@case.get("/CFDocuments")
@public
@case.etag
@case.response(200, CaseDocuments)
def documents() -> dict[str, Any]:
    """Every framework version there is."""
    return {"CFDocuments": case_packages.documents(context(), _base())}


@case.get("/CFDocuments/<uuid:document_id>")
@public
@case.etag
@case.response(200)
@case.doc(**problems(404))
def document(document_id: UUID) -> dict[str, Any]:
    """One framework version, without its items."""
    return case_packages.document(context(), _base(), document_id)


@case.get("/CFPackages/<uuid:document_id>")
@public
@case.etag
@case.response(200, CasePackage)
@case.doc(**problems(404))
def package(document_id: UUID) -> dict[str, Any]:
    """One framework version with every competency and task statement."""
    return case_packages.package(context(), _base(), document_id)


@case.get("/CFItems/<uuid:item_id>")
@public
@case.etag
@case.response(200)
@case.doc(**problems(404))
def item(item_id: UUID) -> dict[str, Any]:
    """One competency or task statement."""
    return case_packages.item(context(), _base(), item_id)
