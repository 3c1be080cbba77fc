"""What a story was at its earlier revisions, from its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wireroom.model import Revision


def bodies_at(history: Sequence[Revision], revision: int) -> tuple[str, str]:
    """The keys of the bodies at `revision`: what readers saw or would have seen, and the agency's;
    "" where there was none."""
    facts: dict[str, str] = {}
    for row in sorted(history, key=lambda each: each.revision):
        if row.revision <= revision:
            facts |= {field: after for field, (_, after) in row.changes.items()}
    wire = facts.get("wire body", "")
    return facts.get("desk body") or wire, wire


def since(history: Iterable[Revision], revision: str) -> list[Revision]:
    """What has changed since a form was made at `revision`, the oldest first."""
    seen = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0
    return sorted(
        (row for row in history if seen and row.revision > seen), key=lambda each: each.revision
    )
