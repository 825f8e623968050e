"""What can be wrong with files of items, in the reader's language."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from quizapp.domain.errors import Problem
from quizapp.web import item_help

SENTENCES: dict[str, LazyString] = {
    "missing": _l("This is missing."),
    "too_long": _l("This is too long."),
    "bad_id": _l("This is no item id: lower-case letters, digits, dots and hyphens, 2 to 64."),
    "duplicate_id": _l("More than one item of the file has this id."),
    "duplicate_item": _l("The bank has this question under this id, so it was not taken again."),
    "unknown_type": _l("There is no such type of item."),
    "unknown_code": _l("The framework has no such task."),
    "unknown_value": _l("This is not one of the known values."),
    "unknown_field": _l("This type of item has no such field."),
    "unknown_column": _l("No column is called so; it was passed over."),
    "unknown_item": _l("The bank has no such item."),
    "unknown_stimulus": _l("There is no such scenario, neither in the file nor in the bank."),
    "unknown_option": _l("There is no option of this name."),
    "other_scenario": _l("The bank has this scenario in other words, for items that are not in the file."),
    "pools_mixed": _l("A scenario serves one pool: practising it would expose the secure items."),
    "practised_item": _l("People have practised this item; it cannot become secure again."),
    "out_of_range": _l("This is outside what is allowed."),
    "no_key": _l("No option is marked as right."),
    "several_keys": _l("More than one option is marked as right."),
    "too_few": _l("There are too few of these."),
    "missing_column": _l("The first row must name this column."),
    "double_column": _l("The first row names this column twice."),
    "not_utf8": _l("The file is not UTF-8 text. Save it as UTF-8."),
    "no_such_picture": _l("The picture is neither in the file nor in the bank."),
    "picture_without_words": _l("Say what the picture shows, for those who cannot see it."),
    "picture_elsewhere": _l("Only pictures of the bank are shown, named media/NAME."),
    "picture_svg": _l("SVG can hold programs. Save the picture as PNG."),
    "picture_moves": _l("A picture of an exam stands still. Save one frame of it."),
    "picture_damaged": _l("This is not a readable PNG, JPEG, WebP or GIF file."),
    "picture_too_large": _l("The file of the picture is too large."),
    "picture_too_many_pixels": _l("The picture has too many pixels."),
    "picture_not_in_file": _l("The file names the picture and does not hold it."),
    "header_passed_over": _l("The items go into the bank you chose; the file's own header is passed over."),
    "zip_encrypted": _l("Encrypted files are not read."),
    "zip_nested": _l("An archive inside the archive is not read."),
    "zip_too_large": _l("The archive unpacks to too much."),
    "xml_doctype": _l("A document type declaration is not read. Leave it out."),
}


def sentence(problem: Problem) -> LazyString | None:
    """What is wrong, for whoever has to put it right; None where only the format's own words say it."""
    # What a form says of an item that is being written is as true of one in a file.
    return SENTENCES.get(problem.reason) or item_help.SENTENCES.get(problem.reason)
