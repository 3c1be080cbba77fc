"""A hash to compare versions of a story: equal if readers would see no difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from html import unescape

from wireroom.markup.addresses import without_tracking
from wireroom.markup.plain import blocks

VERSION = "v1"

_ADDRESS = re.compile(r' (?:href|src)="([^"]*)"')


def fingerprint(
    fields: Mapping[str, str], body: str, address: Callable[[str], str] = without_tracking
) -> str:
    """`v1:` and a hash (128 bits, hex) of the fields that aren't empty and of what `body` shows.

    `body` is sanitised HTML, from which tracking pixels have been removed. The hash contains its
    words, block by block, and the addresses of its links and pictures without tracking parameters.
    So neither a feed that adds a new tracking parameter to each answer, nor a newer sanitiser,
    makes a new version. `address`: an address of the body → as it is compared.
    """
    digest = blake2b(digest_size=16)
    parts = [f"{name}={value}" for name, value in sorted(fields.items()) if value]
    parts += [f"text={block}" for block in blocks(body)]
    parts += [f"to={address(unescape(found))}" for found in _ADDRESS.findall(body)]
    for part in parts:
        # With its length, so that no text can look like the border between two fields.
        encoded = part.encode()
        digest.update(f"{len(encoded)}:".encode() + encoded)
    return f"{VERSION}:{digest.hexdigest()}"
