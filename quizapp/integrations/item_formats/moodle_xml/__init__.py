"""Moodle XML: the questions of a question bank of Moodle, with pictures, tags and categories."""

from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats.moodle_xml.reading import read
from quizapp.integrations.item_formats.moodle_xml.writing import losses, write

FORMAT = ItemFormat(
    name="moodle-xml",
    title="Moodle XML",
    suffix="xml",
    media_type="application/xml",
    read=read,
    write=write,
    losses=losses,
)
