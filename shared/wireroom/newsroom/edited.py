"""The body that an editor wrote, as readers get it, and what follows from it."""

from __future__ import annotations

from msgspec import Struct

from wireroom.errors import EditRefused, EntryRejected
from wireroom.markup.body import body_of, first_words
from wireroom.markup.characters import says_something
from wireroom.model import Entry, Picture
from wireroom.newsroom.normalise import body_picture
from wireroom.newsroom.pictures import of_body


class Edited(Struct, frozen=True):
    """`html`: sanitised. Its first words, its first picture and the addresses of its pictures."""

    html: str = ""
    summary: str = ""
    picture: Picture | None = None
    pictures: tuple[str, ...] = ()


def edited(body: str, base: str) -> Edited:
    """An editor's `body`; plain text becomes paragraphs. `base`: what relative addresses are
    relative to. Raises EditRefused."""
    try:
        clean, _ = body_of(Entry(id="", title="", body=body), base)
    except EntryRejected as error:
        raise EditRefused("body", str(error)) from error
    words = first_words(clean)
    if not says_something(words) and "<img " not in clean:
        raise EditRefused("body", "has no words that readers would see")
    return Edited(clean, words, body_picture(clean), of_body(clean))
