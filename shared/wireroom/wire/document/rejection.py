"""Entries of a document that can't be used, each with the reason."""

from __future__ import annotations

from msgspec import Struct

MAX_ENTRIES = 1000  # of one document that are read


class Rejection(Struct, frozen=True):
    """One entry that can't be used. `reason` begins with the field that is wrong, or says what is
    wrong with its XML.

    `entry_id`: its guid, else a hash, so that it can be recognised in the next document.
    """

    entry_id: str
    title: str
    reason: str


def surplus(left_out: int) -> Rejection:
    """The one rejection for all entries beyond MAX_ENTRIES."""
    return Rejection(
        "surplus", "", f"entries: {left_out} left out, only the newest {MAX_ENTRIES} are read"
    )
