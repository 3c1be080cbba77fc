"""The id of an article, from the provider and id of its entry."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

from wireroom.markup.spelling import canonical, spellings


def article_id(provider: str, entry_id: str) -> str:
    """The id of the article of `entry_id`: 16 letters and digits. It is the same in every feed of a
    provider, and for every spelling of an address in `entry_id`.

    No provider can change another's articles, whatever ids its entries have.
    """
    return _hashed(provider, canonical(entry_id))


def article_ids(provider: str, entry_id: str) -> tuple[str, ...]:
    """The ids that the article of `entry_id` may have in the table, the likeliest first: that of
    `article_id`, then those of earlier releases, which hashed an address as it was spelled."""
    former = (_hashed(provider, spelling) for spelling in spellings(entry_id))
    return tuple(dict.fromkeys((article_id(provider, entry_id), *former)))


def _hashed(provider: str, text: str) -> str:
    digest = blake2b(f"{provider}\0{text}".encode("utf-8", "replace"), digest_size=10).digest()
    return b32encode(digest).decode().lower()
