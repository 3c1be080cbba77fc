"""The rows of an article's history."""

from __future__ import annotations

import pytest

from tests.newsroom.stories import arrive, at, story
from wireroom.newsroom.history import revision


@pytest.mark.parametrize(("minutes", "told"), [(0.9, False), (1, True), (-0.9, False), (-1, True)])
def test_a_row_says_when_the_editor_decided_where_that_is_a_minute_or_more_from_its_own_time(
    minutes: float,
    told: bool,
) -> None:
    article = arrive(None, story(), minutes=60)
    decided = at(60 - minutes)
    row = revision(None, article, who="asha", what="hold", decided=decided)
    assert row.at == at(60)
    assert row.decided == (decided if told else None)
