"""When a story appears, and the date that it appears under."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.newsroom.stories import arrive, at, settled, story
from wireroom.model import Article, Decision, Desk


def scheduled(article: Article, publish: datetime, said_at: datetime) -> Article:
    return settled(replace(article, desk=Desk(publish_at=Decision(publish, said_at, "asha"))), 60)


@pytest.mark.parametrize(("asked", "due"), [(at(200), at(200)), (at(100), at(120))])
def test_of_a_schedule_and_an_embargo_that_was_sent_after_it_the_later_holds(
    asked: datetime, due: datetime
) -> None:
    article = arrive(None, story(at=at(50), embargo=at(120)))
    article = scheduled(article, asked, said_at=at(40))
    assert (article.state, article.due) == ("scheduled", due)


@pytest.mark.parametrize("asked", [at(200), at(100)])
def test_a_schedule_that_an_editor_set_over_an_embargo_holds(asked: datetime) -> None:
    article = arrive(None, story(at=at(30), embargo=at(120)))
    article = scheduled(article, asked, said_at=at(40))
    assert (article.state, article.due) == ("scheduled", asked)


def test_a_date_ahead_of_when_the_story_was_first_seen_is_no_date_once_it_has_passed() -> None:
    waiting = arrive(None, story(published=at(60), embargo=at(30)), minutes=5)
    assert waiting.state == "scheduled"
    assert settled(waiting, 90).published == at(30)


def test_a_story_that_expires_before_its_embargo_ends_is_looked_at_when_it_expires() -> None:
    article = arrive(None, story(embargo=at(120)), minutes=10)
    expiring = replace(article, desk=Desk(expire_at=Decision(at(100), at(10), "asha")))
    assert (settled(expiring, 20).state, settled(expiring, 20).due) == ("scheduled", at(100))
    assert settled(expiring, 100).state == "expired"
