"""A Superdesk newsroom whose destination is Wireroom: what its HTTP Push sends, as it sends it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.pictures.drawing import drawn, written
from tests.pipeline.newsroom import Wire
from tests.pipeline.test_push import (
    PUSHED,
    Pushed,
    is_there,
    keep_secret,
    send_picture,
    sha1,
    status,
)
from tests.pipeline.world import SETTINGS, World
from wireroom import clock

GUID = "urn:newsml:superdesk.example:2026-02-11T09:00:00.000000:5d3f"
UPLOADS = "https://superdesk.example/api/upload-raw"


class Superdesk:
    """Sends an item's files and then the item, as superdesk-core's `http_push` does."""

    def __init__(self, newsroom: Pushed) -> None:
        self.newsroom = newsroom
        self.asked: list[int] = []

    def publish(self, item: dict[str, Any], files: dict[str, bytes] | None = None) -> Any:
        for media, data in (files or {}).items():
            self.asked.append(is_there(self.newsroom, media))
            assert self.asked[-1] in {200, 404}  # it takes nothing else
            if self.asked[-1] == 404:
                assert status(send_picture(self.newsroom, media, data)) in {200, 201}
        body = json.dumps(item).encode()
        kind = {"content-type": "application/json", "accept": "application/json"}
        answer = self.newsroom.call("POST", "/push/desk-wire", body, kind | sha1(body))
        self.newsroom.aws.drain()
        return answer


@pytest.fixture
def superdesk(world: World) -> Superdesk:
    newsroom = Pushed(world, Wire())
    keep_secret(newsroom)
    newsroom.apply(SETTINGS, (replace(PUSHED, pictures="store"),), pages=False)
    return Superdesk(newsroom)


def story(version: int = 1, **more: Any) -> dict[str, Any]:
    """An item of NINJSFormatter."""
    at = clock.now() - timedelta(hours=1) + timedelta(minutes=version)
    item = {
        "guid": GUID,
        "version": str(version),
        "type": "text",
        "byline": "Asha Rao",
        "versioncreated": at.isoformat(),
        "firstcreated": (clock.now() - timedelta(hours=1)).isoformat(),
        "headline": f"Ferries stop, {version}",
        "slugline": "ferry-strike",
        "language": "en",
        "urgency": 3,
        "priority": 5,
        "pubstatus": "usable",
        "ednote": "Call the harbour master at 555 0100",
        "body_html": f"<p>The ferries <em>stopped</em> at noon, {version} of them.</p>",
        "subject": [{"code": "15000000", "name": "sport"}],
        "service": [{"code": "i", "name": "India"}],
        "source": "Harbour Desk",
        "renditions": {},
        "charcount": 40,
    }
    return item | more


def picture(media: str, name: str = "featuremedia") -> dict[str, Any]:
    sizes = {"original": (3200, "o"), "baseImage": (1400, "b"), "thumbnail": (160, "t")}
    return {
        name: {
            "guid": f"tag:{media}",
            "type": "picture",
            "pubstatus": "usable",
            "headline": "The pier",
            "description_text": "The pier at noon",
            "byline": "B. Khan",
            "renditions": {
                size: {
                    "href": f"{UPLOADS}/{media}{letter}",
                    "media": f"{media}{letter}",
                    "mimetype": "image/png",
                    "width": width,
                    "height": width // 2,
                }
                for size, (width, letter) in sizes.items()
            },
        }
    }


def files(media: str, size: int = 400) -> dict[str, bytes]:
    one = written(drawn(size, size // 2), "PNG")
    return {f"{media}{letter}": one for letter in "obt"}


def test_an_item_is_published_with_what_it_says(superdesk: Superdesk) -> None:
    answer = superdesk.publish(story())
    assert status(answer) == 201
    assert json.loads(answer["body"])["new"] == 1
    article = superdesk.newsroom.article(GUID)
    assert article.state == "live"
    assert article.categories == ("india", "sport")
    page = superdesk.newsroom.page(article.path)
    assert "The ferries <em>stopped</em> at noon, 1 of them." in page
    assert "Asha Rao" in page
    assert "555 0100" not in "".join(superdesk.newsroom.site().values())
    assert article.wire.editorial.note == "Call the harbour master at 555 0100"


def test_the_highest_version_counts_in_whatever_order_they_come(superdesk: Superdesk) -> None:
    for version in (1, 3, 2, 3, 1):
        assert status(superdesk.publish(story(version))) == 201
    article = superdesk.newsroom.article(GUID)
    assert article.wire.headline == "Ferries stop, 3"
    assert article.wire.version == 3
    assert superdesk.newsroom.headlines() == ["Ferries stop, 3"]


def test_a_correction_is_an_update(superdesk: Superdesk) -> None:
    superdesk.publish(story())
    path = superdesk.newsroom.article(GUID).path
    right = "<p>The ferries stopped at one.</p>"
    superdesk.publish(story(2, headline="Ferries stop at one", body_html=right))
    assert superdesk.newsroom.article(GUID).path == path
    page = superdesk.newsroom.page(path)
    assert "stopped at one" in page
    assert "at noon" not in page


def test_a_kill_takes_the_story_down_and_an_older_version_does_not_bring_it_back(
    superdesk: Superdesk,
) -> None:
    superdesk.publish(story())
    path = superdesk.newsroom.article(GUID).path
    kill = story(2, pubstatus="canceled", headline="Kill/Takedown notice", body_html="<p>Kill.</p>")
    assert status(superdesk.publish(kill)) == 201
    superdesk.publish(story())
    superdesk.publish(kill)
    assert superdesk.newsroom.article(GUID).state == "killed"
    assert superdesk.newsroom.headlines() == []
    assert "stopped" not in superdesk.newsroom.page(path)


def test_a_kill_that_comes_before_its_story_keeps_it_down(superdesk: Superdesk) -> None:
    superdesk.publish(story(2, pubstatus="canceled"))
    superdesk.publish(story())
    assert superdesk.newsroom.headlines() == []


def test_a_withheld_item_waits_for_an_editor(superdesk: Superdesk) -> None:
    superdesk.publish(story(pubstatus="withheld"))
    assert superdesk.newsroom.article(GUID).state == "held"
    assert superdesk.newsroom.headlines() == []


def test_an_embargo_is_kept_to_the_minute(superdesk: Superdesk) -> None:
    until = clock.now() + timedelta(minutes=30)
    superdesk.publish(story(embargoed=until.isoformat()))
    assert superdesk.newsroom.article(GUID).state == "scheduled"
    assert superdesk.newsroom.headlines() == []
    superdesk.newsroom.aws.clock.advance(31 * 60)
    superdesk.newsroom.aws.invoke("ReleaseFunction", {})
    superdesk.newsroom.aws.drain()
    assert superdesk.newsroom.headlines() == ["Ferries stop, 1"]


def test_pictures_that_came_before_their_item_are_shown_from_the_site(
    superdesk: Superdesk,
) -> None:
    body = (
        f'<p>At noon.</p><!-- EMBED START Image {{id: "editor_0"}} --><figure>'
        f'<img src="{UPLOADS}/ino" alt="Inside"><figcaption>Inside</figcaption></figure>'
        f'<!-- EMBED END Image {{id: "editor_0"}} --><p>At one.</p>'
    )
    item = story(body_html=body, associations=picture("pier") | picture("in", "editor_0"))
    superdesk.publish(item, files("pier") | files("in", 300))
    article = superdesk.newsroom.article(GUID)
    assert sorted(len(each.widths) > 0 for each in article.pictures.values()) == [True, True]
    site = superdesk.newsroom.site()
    page = superdesk.newsroom.page(article.path)
    assert all(f"/pictures/{each.name}" in page for each in article.pictures.values())
    assert "The pier at noon" in page
    assert "B. Khan" in page
    assert page.count("<figure") == 2
    for place in (UPLOADS, "uploads.invalid", "superdesk.example"):
        assert place not in "".join(text for key, text in site.items() if key.endswith(".html"))


def test_files_that_are_there_are_not_sent_again(superdesk: Superdesk) -> None:
    superdesk.publish(story(associations=picture("pier")), files("pier"))
    superdesk.publish(story(2, associations=picture("pier")), files("pier"))
    assert superdesk.asked == [404] * 3 + [200] * 3
    assert superdesk.newsroom.article(GUID).wire.version == 2


def test_an_item_asks_once_for_each_of_its_files(superdesk: Superdesk) -> None:
    superdesk.publish(story(associations=picture("pier")), files("pier"))
    superdesk.newsroom.aws.calls.reset()
    body = json.dumps(story(2, associations=picture("pier"))).encode()
    superdesk.newsroom.call(
        "POST", "/push/desk-wire", body, {"content-type": "application/json"} | sha1(body)
    )
    made = [call.operation for call in superdesk.newsroom.aws.calls]
    assert made.count("HeadObject") == 3
    assert len(made) == 3 + 4


def test_a_killed_story_leaves_with_its_pictures(superdesk: Superdesk) -> None:
    superdesk.publish(story(associations=picture("pier")), files("pier"))
    superdesk.publish(story(2, pubstatus="canceled", associations=picture("pier")), files("pier"))
    assert not [key for key in superdesk.newsroom.site() if key.startswith("pictures/")]


def test_pictures_and_packages_by_themselves_are_taken_and_left_out(superdesk: Superdesk) -> None:
    alone = picture("pier")["featuremedia"] | {"version": "1", "versioncreated": "2026-02-11"}
    package = {
        "guid": "tag:package",
        "version": "1",
        "type": "composite",
        "pubstatus": "usable",
        "headline": "Ferries",
        "associations": {"main": {"guid": GUID, "type": "text"}},
    }
    for item in (alone, package):
        assert status(superdesk.publish(item)) == 201
    assert superdesk.newsroom.headlines() == []
    assert superdesk.newsroom.letters() == []


def test_an_item_without_words_is_refused_with_the_reason(superdesk: Superdesk) -> None:
    answer = superdesk.publish(story(headline="", body_html=""))
    assert status(answer) == 422
    (rejected,) = json.loads(answer["body"])["rejected"]
    assert rejected["entry"] == GUID
    (letter,) = superdesk.newsroom.letters()
    assert rejected["reason"] in letter
