"""Bodies are named by rows: one that is gone tells the reader to read its row again."""

from __future__ import annotations

import pytest

from wireroom.errors import Conflict
from wireroom.store.bodies import Bodies, body_key


def test_a_body_that_has_been_withdrawn_under_a_readers_hands_is_a_conflict(
    bodies: Bodies,
) -> None:
    with pytest.raises(Conflict, match="is gone"):
        bodies.get(body_key("<p>Withdrawn.</p>"))


def test_a_body_is_kept_once_under_the_hash_of_its_words(bodies: Bodies) -> None:
    first, again = bodies.put("<p>₹4,200 — “crore”</p>"), bodies.put("<p>₹4,200 — “crore”</p>")
    assert first == again != bodies.put("<p>Another.</p>")
    assert bodies.get(first) == "<p>₹4,200 — “crore”</p>"
