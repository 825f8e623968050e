"""GIFT: questions in a text file, as Moodle and others read and write them."""

from quizapp.domain.exchange import ItemFormat
from quizapp.integrations.item_formats.gift.reading import read
from quizapp.integrations.item_formats.gift.writing import losses, write

FORMAT = ItemFormat(
    name="gift",
    title="GIFT",
    suffix="txt",
    media_type="text/plain; charset=utf-8",
    read=read,
    write=write,
    losses=losses,
)
