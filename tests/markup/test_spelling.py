from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.markup.spelling import canonical, spellings

STORY = "https://wire.example/news/dam?p=1"


@pytest.mark.parametrize(
    "spelled",
    [
        "http://wire.example/news/dam?p=1",
        "HTTPS://WIRE.Example/news/dam?p=1",
        "//wire.example/news/dam?p=1",
        "https://www.wire.example/news/dam?p=1",
        "http://www.wire.example:80/news/dam/?p=1",
        "https://wire.example:443/news/dam?p=1",
        "https://wire.example./news/dam?p=1",
        "https://wire.example/news/d%61m?p=1",
        "https://wire.example/news/dam?p=1&utm_source=rss&utm_medium=feed",
        "https://wire.example/news/dam?fbclid=x&p=1",
        "https://wire.example/news/dam?p=1#rss",
        "https://wire.example/news/dam?p=1#comments",
        "https://wire.example/news/dam?p=1#xtor=RSS-1",
        "https://wire.example/news/dam?p=1#:~:text=2026",
    ],
)
def test_what_leads_to_the_same_place_is_one_address(spelled: str) -> None:
    assert canonical(spelled) == canonical(STORY)
    assert canonical(f"{spelled} {spelled}") == canonical(f"{STORY} {STORY}")


@pytest.mark.parametrize(
    "other",
    [
        "https://wire.example/news/dam",
        "https://wire.example/news/dam?p=2",
        "https://wire.example/news/Dam?p=1",
        "https://wire.example/news/dams?p=1",
        "https://wire.example/news%2Fdam?p=1",
        "https://other.example/news/dam?p=1",
        "https://in.wire.example/news/dam?p=1",
        "https://wire.example:8080/news/dam?p=1",
        "https://wire.example/news/dam?p=1#post-2",
        "https://wire.example/news/dam?p=1#!/next",
        "ftp://wire.example/news/dam?p=1",
        "urn:https://wire.example/news/dam?p=1",
    ],
)
def test_what_may_lead_elsewhere_is_another(other: str) -> None:
    assert canonical(other) != canonical(STORY)


@pytest.mark.parametrize(
    "no_address",
    ["12345", "tag:ptn,2026:1", "http://", "https://[x/", "a b", "", "//", "urn:uuid:1"],
)
def test_an_id_that_is_no_address_stays_what_it_is(no_address: str) -> None:
    assert canonical(no_address) == no_address


@given(st.text() | st.text(max_size=40).map("http://{}".format))
def test_any_text_has_one_canonical_spelling(text: str) -> None:
    once = canonical(text)
    assert canonical(f"{text}") == once
    for spelled in spellings(text):
        assert isinstance(canonical(spelled), str)


@given(st.from_regex(r"https?://(www\.)?[a-z]{2,8}\.example(/[a-z]{1,5}){0,3}/?", fullmatch=True))
def test_an_address_is_among_its_own_spellings_and_all_of_them_are_one(address: str) -> None:
    found = spellings(address)
    assert address in found
    assert {canonical(each) for each in found} == {canonical(address)}
