"""Anybody may ask whether a record is authentic and current: no account, no address, no waiting."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Flask, Response, redirect, render_template, request, url_for

from quizapp.domain.errors import Invalid, NotFound
from quizapp.domain.record import read_serial
from quizapp.services import credentials, record_pdfs, record_uploads, sharing, verification
from quizapp.services.record_views import RecordView
from quizapp.services.verification import Finding
from quizapp.web import record_pages
from quizapp.web.access import actor, context, public
from quizapp.web.forms.records import FileForm, SerialForm
from quizapp.web.limits import limiter
from quizapp.web.messages import message
from quizapp.web.records import bp

NOT_FOUND = 404
#: Counts look-ups per address; signed-in staff are never counted.
limited = limiter.shared_limit(
    lambda: context().settings.verify_rate, scope="verify", exempt_when=lambda: actor().is_staff
)


def register(app: Flask) -> None:
    """Keep every page of this file out of search engines."""

    @app.after_request
    def no_index(response: Response) -> Response:
        if request.path.startswith("/verify"):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


@bp.get("/verify")
@public
def verify_start() -> Any:
    """Where to enter a serial or hand in a file."""
    told = SerialForm(request.args).serial.data or ""
    if told.strip():
        return redirect(url_for("records.verify", serial=read_serial(told) or told.strip()[:80]))
    return _start_page(FileForm())


def _start_page(form: FileForm, problem: str = "") -> str:
    return render_template("records/verify_start.html", serial_form=SerialForm(), form=form, problem=problem)


@bp.post("/verify")
@public
@limited
def verify_file() -> Any:
    """Check a handed-in file against our keys and our records as they stand now."""
    form = FileForm()
    if not form.validate_on_submit():
        return _start_page(form), 422
    try:
        told = record_uploads.check(context(), actor(), form.file.data.read())
    except Invalid as error:
        return _start_page(form, str(message(error.code))), 422
    return render_template(
        "records/verify_file.html",
        told=told,
        kind=_kind(told),
        sentence=record_pages.finding_sentences()[told.finding],
        headline=record_pages.headline if told.is_authentic else None,
        **record_pages.words(),
    )


def _kind(told: verification.Verification) -> str:
    if told.status is not None:
        return told.status.value
    return "unknown" if told.finding is Finding.NO_SUCH_RECORD else "forged"


@bp.get("/verify/<serial>")
@public
@limited
def verify(serial: str) -> Any:
    """What may be relied on; a serial nobody was given gets the same page, and 404."""
    return _verdict(serial)


@bp.get("/verify/link/<token>")
@public
@limited
def verify_link(token: str) -> Any:
    """What a learner lets somebody see; a link that is over, or never was, gets the same page, and 404."""
    return _page(sharing.by_link(context(), actor(), token), None, is_link=True)


def _verdict(serial: str) -> Any:
    return _page(verification.look_up(context(), actor(), serial), read_serial(serial))


def _page(told: RecordView | None, serial: str | None, *, is_link: bool = False) -> Any:
    text = render_template(
        "records/verify.html",
        page=record_pages.page(told) if told else None,
        serial=serial,
        is_link=is_link,
        kind=told.status.value if told else "unknown",
        **record_pages.words(),
    )
    return text if told else (text, NOT_FOUND)


@bp.get("/verify/<serial>/record.json")
@public
@limited
def verify_json(serial: str) -> Any:
    """The signed file, for checking it without us."""
    data = verification.public_file(context(), actor(), serial)
    if data is None:
        return _verdict(serial)
    return _file(data, f"record-{read_serial(serial)}.json")


@bp.get("/verify/<serial>/record.pdf")
@public
@limited
def verify_pdf(serial: str) -> Any:
    """The same for people: the file its holder has, with the signed record inside."""
    data = record_pdfs.public_file(context(), actor(), serial)
    if data is None:
        return _verdict(serial)
    return _file(data, f"record-{read_serial(serial)}.pdf", "application/pdf")


@bp.get("/verify/issuer.json")
@public
@limited
def issuer() -> Response:
    """Our public keys, for `quizapp record verify --issuer`."""
    return _file(verification.issuer_file(context()), "issuer.json")


def _file(data: bytes, name: str, mimetype: str = "application/json") -> Response:
    return Response(
        data,
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# --- what verifiers of other makers fetch -----------------------------------------------


@bp.get("/status/<purpose>/<int:number>")
@public
@limited
def status_list(purpose: str, number: int) -> Response:
    """A status list that credentials point to; caches ask again each time, for it may have changed."""
    return _fetched(credentials.status_list(context(), purpose, number), "application/vc+ld+json")


@bp.get("/.well-known/did.json")
@bp.get("/did.json")
@public
@limited
def did_document() -> Response:
    """The keys behind our did:web; the second address is that of an installation below a path."""
    return _fetched(credentials.did_document(context()), "application/did+ld+json")


def _fetched(data: bytes | None, mimetype: str) -> Response:
    if data is None:
        raise NotFound("not_found")
    response = Response(data, mimetype=mimetype)
    response.cache_control.public = response.cache_control.no_cache = True
    # Pages of other makers may read it: there is nothing personal in it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(hashlib.sha256(data).hexdigest())
    response.make_conditional(request)
    return response
