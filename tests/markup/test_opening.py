"""What stands for a story in lists and descriptions: its first words, and nothing beside them."""

from __future__ import annotations

import pytest

from wireroom.markup.opening import opening
from wireroom.markup.sanitise import sanitise

STORY = "The ministry will open the dam gates on Tuesday."
PICTURE = '<img src="https://img.example/a.jpg">'

BESIDE = {
    "a caption": f"<figure>{PICTURE}<figcaption>The minister on Monday.</figcaption></figure>",
    "a caption in a paragraph": f"<p>{PICTURE}</p><p><em>The minister speaks on Monday.</em></p>",
    "a credit under a picture": f"<p>{PICTURE}<br><em>Photo: Wire</em></p>",
    "a credit by itself": "<p>(AP Photo/R. K. Singh)</p><p>© Wire</p><p>Foto: dpa.</p>",
    "a heading and its list": "<h2>Key points</h2><ul><li>Gates open.</li><li>No flood.</li></ul>",
    "a heading that is a paragraph": "<p><b>Key points</b></p>",
    "a table": "<table><tr><td>Dams open</td><td>2</td></tr></table>",
    "a byline": "<p><strong>By A. Reporter</strong></p>",
    "two bylines": "<p>By Ana de la Cruz and O. Müller, PTN</p>",
    "a byline in another language": "<p>Von Anna Müller</p><p>Par Jean d'Ormesson</p>",
    "a pointer": '<p>Also read: <a href="https://wire.example/x">Rain expected.</a></p>',
    "a pointer without a link": "<p>READ MORE: Rain is expected on Sunday.</p>",
    "a pointer in Hindi": '<p>यह भी पढ़ें: <a href="https://wire.example/x">बारिश होगी।</a></p>',
    "a link alone": '<p><a href="https://wire.example/x">Rain is expected in the north.</a></p>',
    "a full stop": "<p>.</p><p>***</p><p>1</p>",
    "a video": '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>',
    "a quoted post": '<blockquote class="twitter-tweet"><p>Gates opening.</p></blockquote>',
    "dates": "<p>Published: 10 February 2026</p><p>3 min read</p>",
    "a rule and an empty paragraph": "<hr><p>&nbsp;</p>",
}


@pytest.mark.parametrize("before", BESIDE.values(), ids=BESIDE)
def test_what_stands_before_a_story_never_stands_for_it(before: str) -> None:
    assert opening(sanitise(f"{before}<p>{STORY}</p><p>Second.</p>")) == STORY


@pytest.mark.parametrize(
    "line", ["By A. Reporter", "<em>Photo: Wire</em>", "<a href=https://a.example/>Rain fell.</a>"]
)
def test_nor_does_it_within_the_storys_own_paragraph(line: str) -> None:
    assert opening(sanitise(f"<p>{PICTURE}<b>{line}</b><br>{STORY}<br>Second.</p>")) == (
        f"{STORY} Second."
    )


def test_a_line_that_is_the_entrys_byline_is_one_in_any_words() -> None:
    body = sanitise(f"<p>Rapport från A. Reporter</p><p>{STORY}</p>")
    assert opening(body, "A. Reporter") == STORY


NEWS = (
    "By Monday the gates will be open.",
    "Photo ID will be needed to vote.",
    "Watch: that is what the minister told his men to do when the water rose, and "
    "they watched for three days until the rain stopped and the valley was dry again.",
    "Related parties met.",
    "<a href=https://a.example/>Agencies</a> said that the gates would be open on Tuesday.",
    "<em>Il Corriere</em> said so.",
    "“Open the gates,” she said.",
    "A. Reporter, who wrote this, was there.",
    "台风登陆沿海三省。",
    "बाँध के द्वार मंगलवार को खुलेंगे।",
    "سيفتح السد أبوابه يوم الثلاثاء؟",
)


@pytest.mark.parametrize("news", NEWS)
def test_a_sentence_of_the_story_stands_for_it_whatever_it_begins_with(news: str) -> None:
    body = sanitise(f"<p>{news}</p><p>Second sentence of the story.</p>")
    assert opening(body, "A. Reporter") == opening(sanitise(f"<p>{news}</p>"))
    assert opening(body, "A. Reporter").endswith(news[-5:])


def test_a_dateline_and_text_beside_a_picture_are_the_storys_own() -> None:
    body = sanitise(f"<p>{PICTURE} PORT AMRITA, Feb 10 (Wire) - {STORY}</p><p>Second.</p>")
    assert opening(body) == f"PORT AMRITA, Feb 10 (Wire) - {STORY}"


ALONE = {
    "<p>Rain expected</p><p>Sun later</p>": "Rain expected",
    "<h2>Key points</h2><ul><li>Gates open</li></ul>": "Key points",
    f"<figure>{PICTURE}<figcaption>The dam.</figcaption></figure><ul><li>a</li></ul>": "a",
    f"<figure>{PICTURE}<figcaption>The dam.</figcaption></figure>": "The dam.",
    "<p>By A. Reporter</p>": "By A. Reporter",
    "<p>.</p>": ".",
    f"<p>{PICTURE}</p>": "",
    "": "",
}


@pytest.mark.parametrize(("body", "words"), ALONE.items())
def test_a_body_without_a_sentence_is_told_by_the_words_that_it_has(body: str, words: str) -> None:
    assert opening(sanitise(body)) == words
