"""How copies of pictures are printed."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from wireroom.model import Picture, Stored
from wireroom.site.pictures import in_body, of_those, shot

COPY = Stored(
    name="abc", widths=(320, 640, 1024, 1600), width=1600, height=900, share=(1200, 630), credit="C"
)
SMALL = Stored(name="def", widths=(200,), width=200, height=150, share=(200, 105))
BODY = (
    '<p>One.</p><figure><img src="https://p.example/a.jpg?x=1&amp;y=2" srcset="s 2x" loading="lazy"'
    ' alt="A &quot;boat&quot;"><figcaption>A boat.</figcaption></figure>'
    '<p><a href="https://p.example/"><img src="https://p.example/b.jpg" alt=""></a></p><p>Two.</p>'
)
BOTH = {"https://p.example/a.jpg?x=1&y=2": COPY, "https://p.example/b.jpg": SMALL}


def test_the_pictures_of_a_body_are_replaced_by_their_copies_with_their_size() -> None:
    large, small = LexborHTMLParser(in_body(of_those(BODY, BOTH), BOTH)).css("img")
    assert large.attributes == {
        "src": "/pictures/abc-640.webp",
        "srcset": ", ".join(f"/pictures/abc-{width}.webp {width}w" for width in COPY.widths),
        "sizes": "(min-width: 42rem) 40rem, 92vw",
        "width": "1600",
        "height": "900",
        "loading": "lazy",
        "alt": 'A "boat"',
    }
    assert small.attributes["src"] == "/pictures/def-200.webp"
    assert "srcset" not in small.attributes


def test_a_picture_that_has_no_copy_leaves_no_empty_place_and_takes_no_words_with_it() -> None:
    printed = of_those(BODY, {})
    assert printed == "<p>One.</p><figure><figcaption>A boat.</figcaption></figure><p>Two.</p>"
    assert of_those("<p>A</p><p></p>", {}) == "<p>A</p><p></p>"  # nothing else is touched


def test_the_body_of_a_feed_whose_pictures_are_linked_is_printed_as_it_is() -> None:
    assert in_body(of_those(BODY, None), None) == BODY


def test_a_linked_picture_and_a_copy_are_shown_from_where_they_are() -> None:
    linked = shot(Picture(url="https://p.example/a.jpg", width=4), "https://site.example")
    assert linked
    assert (linked.src, linked.srcset, linked.share, linked.width) == (
        "https://p.example/a.jpg", "", "https://p.example/a.jpg", 4,
    )  # fmt: skip
    copied = shot(Picture(url="https://p.example/a.jpg", stored=COPY), "https://site.example")
    assert copied
    assert copied.large == "https://site.example/pictures/abc-1600.webp"
    assert copied.share == "https://site.example/pictures/abc-share.jpg"
    assert shot(Picture(url="javascript:x"), "https://site.example") is None
