"""When two versions of a story look the same to a reader."""

from __future__ import annotations

from wireroom.newsroom.fingerprint import fingerprint


def test_no_text_looks_like_the_border_between_two_fields_or_paragraphs() -> None:
    assert fingerprint({}, "<p>a</p><p>b</p>") != fingerprint({}, "<p>atext=b</p>")
    assert fingerprint({"byline": "A", "source": "B"}, "") != fingerprint(
        {"byline": "Asource=B"}, ""
    )


def test_a_field_that_is_empty_is_a_field_that_is_not_there() -> None:
    assert fingerprint({"byline": ""}, "<p>a</p>") == fingerprint({}, "<p>a</p>")
