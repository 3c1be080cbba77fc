"""Which article an entry belongs to."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

from wireroom.markup.spelling import canonical, spellings


def article_id(provider: str, entry_id: str) -> str:
    """The article of `entry_id`: 16 letters and digits, the same in every feed of a provider, and
    however an address in it is spelled.

    Providers can't reach each other's articles, whatever ids their entries carry.
    """
    return _hashed(provider, canonical(entry_id))


def article_ids(provider: str, entry_id: str) -> tuple[str, ...]:
    """The ids under which the article of `entry_id` may be kept, the likeliest first: its own, and
    those that releases gave it which took an id with an address in it as it was spelled."""
    former = (_hashed(provider, spelling) for spelling in spellings(entry_id))
    return tuple(dict.fromkeys((article_id(provider, entry_id), *former)))


def _hashed(provider: str, text: str) -> str:
    digest = blake2b(f"{provider}\0{text}".encode("utf-8", "replace"), digest_size=10).digest()
    return b32encode(digest).decode().lower()
