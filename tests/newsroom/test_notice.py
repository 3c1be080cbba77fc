"""The page says "not edited" exactly when the body shown is what the wire sent, sanitised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom.stories import arrive, story
from tests.newsroom.test_edits import edit, event_of
from tests.pipeline.world import SETTINGS
from wireroom.markup.sanitise import sanitise
from wireroom.newsroom import events
from wireroom.newsroom.shown import shown
from wireroom.site import build
from wireroom.store.bodies import body_key

UNEDITED = (
    "(Except for the headline, this story has not been edited by The Harbour Post staff and is"
    " published from a syndicated feed.)"
)
BODIES = ["<p>One.</p>", "<p>Two <b>bold</b>.</p>", "<p>Three.</p><script>x()</script>"]

wire_events = st.tuples(st.just("wire"), st.integers(1, 9), st.sampled_from(BODIES))
corrections = st.tuples(st.just("correct"), st.integers(61, 99), st.sampled_from(BODIES))
others = st.tuples(
    st.sampled_from(["revert", "headline", "hold", "release", "note"]),
    st.integers(61, 99),
    st.just(""),
)


@given(st.lists(st.one_of(wire_events, corrections, others), max_size=12))
def test_the_page_says_unedited_exactly_when_the_body_is_the_wires(happenings: list) -> None:
    texts = {}

    def kept(html: str) -> str:
        text = sanitise(html, base="https://ptn.example/")
        texts[body_key(text)] = text
        return text

    article = arrive(None, story(0, body=kept("<p>Zero.</p>")))
    for kind, when, html in happenings:
        if kind == "wire":
            body = kept(html)
            article = arrive(article, story(when, body=body, hash=f"v1:{when}{body}"))
            continue
        if kind == "correct":
            body = kept(html)
            event = event_of(events.Correct, when, body=html, correction="Put right.")
            article = edit(article, event, body=body_key(body), minutes=100)
        else:
            made = {
                "revert": event_of(events.Correct, when, revert=True),
                "headline": event_of(events.Headline, when, headline="Ours"),
                "hold": event_of(events.Hold, when),
                "release": event_of(events.Release, when),
                "note": event_of(events.Note, when, note="n"),
            }[kind]
            article = edit(article, made, minutes=100)
    shown_body = texts[shown(article).body]
    page = build.article(SETTINGS, article, shown_body, [])
    assert shown_body in page
    assert (UNEDITED in page) == (shown_body == texts[article.wire.body])


def test_copy_of_the_sites_own_never_says_that_it_was_not_edited() -> None:
    article = arrive(None, story(syndicated=False))
    assert UNEDITED not in build.article(SETTINGS, article, "<p>x</p>", [])
