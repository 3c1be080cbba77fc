"""What readers see of an article of two layers."""

from __future__ import annotations

from msgspec.structs import replace

from tests.newsroom.stories import NOON, arrive, at, story
from wireroom.model import Article, Correction, Decision, Desk
from wireroom.newsroom.shown import shown
from wireroom.store.bodies import body_key


def edited(body: str) -> Article:
    """A live story whose body an editor replaced by `body`, half an hour past noon."""
    article = arrive(None, story(summary="The agency's words."))
    desk = Desk(
        body=Decision(body, at(30), "asha"),
        body_over=article.wire.body,
        body_summary="The editor's words.",
        corrections=(Correction(event="e", text="A name was wrong.", at=at(30)),),
    )
    return replace(article, desk=desk)


def test_lists_show_the_first_words_of_the_body_that_readers_get() -> None:
    assert shown(edited("bodies/ours")).summary == "The editor's words."
    assert shown(arrive(None, story(summary="The agency's."))).summary == "The agency's."


def test_once_the_agency_sends_the_corrected_body_itself_no_correction_is_shown() -> None:
    corrected = story(2, summary="The agency's new words.")
    before = edited(body_key(corrected.body))
    assert [each.text for each in shown(before).corrections] == ["A name was wrong."]
    view = shown(arrive(before, corrected))
    assert (view.notice, view.corrections) == ("unedited", ())
    assert view.summary == "The agency's new words."


def test_a_revert_of_a_body_that_nobody_had_edited_is_no_update() -> None:
    article = arrive(None, story(at=NOON))
    reverted = replace(article, desk=Desk(body=Decision(None, at(30), "asha"), reverted=at(30)))
    assert shown(reverted).published == NOON
    assert shown(reverted).updated is None


def test_a_body_that_an_editor_replaced_is_an_update_of_that_moment() -> None:
    assert shown(edited("bodies/ours")).updated == at(30)
