"""Which article an entry belongs to."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b


def article_id(provider: str, entry_id: str) -> str:
    """The article of `entry_id`: 16 letters and digits, the same in every feed of a provider.

    Providers can't reach each other's articles, whatever ids their entries carry.
    """
    digest = blake2b(f"{provider}\0{entry_id}".encode("utf-8", "replace"), digest_size=10).digest()
    return b32encode(digest).decode().lower()
