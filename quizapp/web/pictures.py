"""Pictures of items: added by their authors; a browser asks for each once and keeps it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from quizapp.domain.errors import Invalid
from quizapp.domain.person import Permission
from quizapp.services import items_read, pictures
from quizapp.services.pictures import Added
from quizapp.web.access import actor, context, needs, signed_in
from quizapp.web.forms.pictures import PictureForm
from quizapp.web.import_problems import sentence

bp = Blueprint("pictures", __name__)
#: A name is a digest, so what it names never changes.
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: With this header a script of the editor asks for the form and what became of it, without a page.
PART = "X-Part"


@bp.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Pictures may be larger than forms; said before anything reads the request."""
    if endpoint == f"{bp.name}.upload":
        request.max_content_length = context().settings.max_import_bytes


@bp.route("/banks/<bank_id>/pictures", methods=["GET", "POST"])
@needs(Permission.WRITE_ITEM)
def upload(bank_id: str) -> Any:
    """Add a picture; what shows it in a text stands on the page afterwards."""
    bank, _framework = items_read.header(context(), actor(), bank_id)
    form, added = PictureForm(), None
    if form.validate_on_submit():
        added = _added(form)
        # The form is for the next picture then.
        form = PictureForm(formdata=None) if added else form
    template = "drafts/_picture.html" if PART in request.headers else "drafts/picture.html"
    page = render_template(template, bank=bank, bank_id=bank_id, picture_form=form, added=added)
    return page, 422 if form.errors else 200


def _added(form: PictureForm) -> Added | None:
    """The picture that was sent, or None with every reason beside its field."""
    try:
        return pictures.add(context(), actor(), form.picture.data.read(), form.alt.data or "")
    except Invalid as error:
        for problem in error.problems:
            field = form[problem.field]
            field.errors = [*field.errors, str(sentence(problem))]
        return None


@bp.get("/media/<name>")
@signed_in
def show(name: str) -> Any:
    """One picture."""
    told = pictures.show(context(), actor(), name)
    answer = Response(told.data, mimetype=told.media_type, headers=HEADERS)
    answer.set_etag(told.name)
    return answer.make_conditional(request)
