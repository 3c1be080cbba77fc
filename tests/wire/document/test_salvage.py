"""Entries that are saved out of a document that is not well-formed."""

from __future__ import annotations

from wireroom.wire.formats.feeds import parse


def test_the_mark_that_ends_a_cdata_section_is_text_in_an_entry_that_is_read_as_html() -> None:
    found = parse(
        b"<rss><channel><title>T</title><item><title>Index</title><guid>i</guid>"
        b"<description>a[b[0]]> 1<br>and more</description></item></channel></rss>",
        url="https://wire.example/feed.xml",
    )
    assert found.rejected == ()
    assert [entry.body for entry in found.entries] == ["a[b[0]]&gt; 1<br>and more"]
