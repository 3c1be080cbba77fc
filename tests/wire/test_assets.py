"""Items that name pictures which were pushed before them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wireroom.wire.assets import LONGEST, MOST, item_of, media_of, placed

HREF = "https://superdesk.example/api/upload-raw/5a?w=800&h=600"
ITEM = {
    "guid": "tag:1",
    "version": "3",
    "body_html": (
        f'<p>See <a href="{HREF}">it</a>.</p>'
        f'<img src="{HREF.replace("&", "&amp;")}" alt="{HREF}"><img src=\'{HREF}\'>'
        f'<img src="{HREF}0">'
    ),
    "renditions": {},
    "associations": {
        "featuremedia": {
            "type": "picture",
            "renditions": {
                "original": {"href": HREF, "media": "5a", "width": 800},
                "thumbnail": {"href": "https://superdesk.example/t", "media": "5b"},
                "other": {"href": "https://superdesk.example/o"},
            },
            "associations": {"inner": {"renditions": {"original": {"media": "5c"}}}},
        },
        "none": None,
    },
}
PLACE = "https://uploads.invalid/desk/0"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["renditions", "media", "href", "original", "body_html"]), inner
        )
    ),
    max_leaves=30,
)


def after(addresses: dict[str, str], item: Any = ITEM) -> Any:
    return json.loads(placed(item_of(json.dumps(item).encode()), addresses))


def test_the_files_of_an_item_are_those_of_all_its_renditions() -> None:
    assert sorted(media_of(ITEM)) == ["5a", "5b", "5c"]


def test_a_picture_that_came_is_shown_from_where_it_is_kept() -> None:
    found = after({"5a": PLACE, "5c": f"{PLACE}c"})
    media = found["associations"]["featuremedia"]
    assert media["renditions"]["original"] == {"href": PLACE, "media": "5a", "width": 800}
    assert media["renditions"]["thumbnail"] == {
        "href": "https://superdesk.example/t", "media": "5b",
    }  # fmt: skip
    assert media["associations"]["inner"]["renditions"]["original"]["href"] == f"{PLACE}c"
    assert found["body_html"] == (
        f'<p>See <a href="{HREF}">it</a>.</p><img src="{PLACE}" alt="{HREF}">'
        f"<img src='{PLACE}'><img src=\"{HREF}0\">"
    )


def test_an_item_none_of_whose_pictures_came_is_as_it_was() -> None:
    assert after({}) == ITEM


@given(JSON)
def test_nothing_but_hrefs_and_sources_changes(item: Any) -> None:
    holder = {"renditions": item, "inner": [item]}
    media = media_of(holder)
    assert len(media) <= MOST
    assert all(0 < len(each) <= LONGEST for each in media)
    assert after({}, holder) == holder
    found = after(dict.fromkeys(media, PLACE), holder)
    assert bare(found) == bare(holder)


def bare(item: Any) -> Any:
    """`item` without hrefs."""
    if isinstance(item, dict):
        return {key: bare(value) for key, value in item.items() if key != "href"}
    return [bare(each) for each in item] if isinstance(item, list) else item


@given(st.binary(max_size=50))
def test_what_is_no_item_names_no_pictures(document: bytes) -> None:
    assert not media_of(item_of(document) or {})


def test_what_is_nested_without_end_is_no_item() -> None:
    assert item_of(b'{"a":' * 100_000) is None
    assert item_of(b'{"a": NaN}') is not None
    assert len(media_of({"renditions": {str(n): {"media": str(n)} for n in range(999)}})) == MOST
