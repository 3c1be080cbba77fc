"""Pictures are copied to the site, and leave it with the stories that show them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from html import escape
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.pictures.drawing import bomb, drawn, written
from tests.pipeline.newsroom import Newsroom, item, rss
from tests.pipeline.world import FEED, entry
from wireroom.errors import Unavailable
from wireroom.model import Picture
from wireroom.pipeline.pictures import BACKOFF, LEASE
from wireroom_infra.local.loopback import Answer

LARGE = written(drawn(1700, 900))
JETTY, BOATS = (written(drawn(340 + 40 * n, 200)) for n in range(2))
DATE = "<pubDate>Wed, 11 Feb 2026 08:00:00 GMT</pubDate>"


class Desk:
    """A newsroom with one feed whose pictures are copied."""

    def __init__(self, newsroom: Newsroom, pictures: str = "store") -> None:
        self.newsroom = newsroom
        self.wire = newsroom.wire
        newsroom.subscribe("top", pictures=pictures)

    def serve(self, path: str, data: bytes, status: int = 200) -> str:
        kind = {"Content-Type": "application/octet-stream"}  # nobody believes it
        self.wire.documents[path] = Answer(status, data, kind)
        return f"{self.wire.address}{path}"

    def pull(self, *items: str) -> None:
        self.wire.documents["/top.xml"] = rss(*items)
        self.newsroom.pull(10)

    def story(
        self, number: int, *addresses: str, main: str = "", date: str = DATE, **more: str
    ) -> str:
        """An item with these pictures in its body."""
        images = "".join(f'<p><img src="{each}" alt="A picture"></p>' for each in addresses)
        body = escape(f"<p>Words of story {number}.</p>{images}")
        enclosure = f'<enclosure url="{main}" type="image/jpeg" length="1"/>' if main else ""
        return item(number, body=body, date=date + enclosure, **more)

    def again(self, wait: timedelta) -> None:
        """The next scheduled run of pictures, `wait` later, and all that follows."""
        self.newsroom.aws.clock.advance(wait.total_seconds())
        (schedule,) = (
            each
            for each in self.newsroom.aws.schedules
            if each.function.logical_id == "PicturesFunction"
        )
        schedule.tick()
        self.newsroom.aws.drain()

    def page(self, number: int) -> HTMLParser:
        return HTMLParser(self.newsroom.page(self.newsroom.article(str(number)).path))

    def stored(self) -> set[str]:
        """The keys of all pictures in the site bucket."""
        return {key for key in self.objects() if key.startswith("pictures/")}

    def objects(self) -> dict[str, bytes]:
        return self.newsroom.aws.contents(self.newsroom.aws.outputs["SiteBucket"])

    def reachable(self) -> set[str]:
        """The keys of all pictures that any page names."""
        text = " ".join(
            body.decode(errors="replace")
            for key, body in self.objects().items()
            if not key.startswith("pictures/")
        )
        return {found[1:] for found in re.findall(r"/pictures/[\w-]+\.\w+", text)}

    def left(self) -> set[str]:
        """What is left of the work on pictures in the table, and who shows which."""
        rows = self.newsroom.aws.client("dynamodb").scan(
            TableName=self.newsroom.aws.outputs["TableName"]
        )["Items"]
        keys = ((row["pk"]["S"], row["sk"]["S"]) for row in rows)
        return {pk for pk, sk in keys if pk.startswith("picture#") or sk.startswith("pictures#")}


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    return Desk(newsroom)


def test_a_story_shows_copies_of_its_pictures_on_every_page(desk: Desk) -> None:
    main, other = (
        desk.serve("/large.jpg", LARGE),
        desk.serve("/larger.jpg", written(drawn(1800, 900))),
    )
    desk.pull(desk.story(1, other, main=main))
    page = desk.page(1)
    first, second = page.css("article img")
    assert first.parent.tag == "figure"
    for image in (first, second):
        assert image.attributes["src"].startswith("/pictures/")
        assert image.attributes["srcset"].count("w") >= 4
        assert "sizes" in image.attributes
        key = image.attributes["srcset"].split(", ")[-1].split(" ")[0][1:]
        shown = Image.open(BytesIO(desk.objects()[key]))
        size = (int(image.attributes["width"]), int(image.attributes["height"]))
        assert shown.size == size
        assert size[0] == 1600
    assert second.attributes["alt"] == "A picture"
    share = page.css_first('meta[property="og:image"]').attributes["content"]
    assert share.startswith("https://harbour.example/pictures/")
    assert share.endswith("-share.jpg")
    assert page.css_first('meta[property="og:image:width"]').attributes["content"] == "1200"
    front = HTMLParser(desk.newsroom.page("/"))
    assert front.css_first("article img").attributes["src"] == first.attributes["src"]
    feed = desk.newsroom.page("/feed.xml")
    assert f'url="https://harbour.example/{desk_key(first)}"' in feed
    assert desk.wire.address not in desk.newsroom.page("/") + feed
    assert desk.stored() == desk.reachable() | {
        key for key in desk.stored() if key.endswith("-share.jpg")
    }


def desk_key(image) -> str:
    """The key of an image's largest rendition."""
    return image.attributes["srcset"].split(", ")[-1].split(" ")[0][1:]


def test_copies_are_kept_by_browsers_for_ever_and_by_the_cdn_for_a_minute(desk: Desk) -> None:
    desk.pull(desk.story(1, desk.serve("/jetty.jpg", JETTY)))
    s3, bucket = desk.newsroom.aws.client("s3"), desk.newsroom.aws.outputs["SiteBucket"]
    for key in desk.stored():
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["CacheControl"] == "public, max-age=31536000, immutable, s-maxage=60"
        assert head["ContentType"] == ("image/jpeg" if key.endswith(".jpg") else "image/webp")


def test_a_story_never_waits_for_its_picture(desk: Desk) -> None:
    """It is on the site without it, and every page is made again when the picture is there."""
    main = desk.serve("/jetty.jpg", b"", 503)
    desk.pull(desk.story(1, main=main))
    assert desk.newsroom.article().state == "live"
    assert desk.page(1).css("article img") == []
    assert "Words of story 1." in desk.page(1).text()
    assert desk.newsroom.headlines() == ["Story 1"]
    desk.serve("/jetty.jpg", JETTY)
    desk.again(BACKOFF[0])
    assert len(desk.page(1).css("article img")) == 1
    assert "/pictures/" in desk.newsroom.page("/")
    assert desk.newsroom.aws.dead_letters() == []


NOT_SHOWN = {
    "a page": (b"<!doctype html><title>Log in</title>", 200, "not-a-picture: a page"),
    "nothing": (b"", 200, "empty: there are no bytes"),
    "half a picture": (JETTY[: len(JETTY) // 2], 200, "broken"),
    "a bomb": (bomb(30_000, 30_000), 200, "too-many-pixels"),
    "a picture that is gone": (b"", 410, "gone"),
    "a pixel": (written(drawn(1, 1), "GIF"), 200, "too-small"),
}


def test_what_is_no_picture_is_told_in_the_history_and_the_story_is_there(desk: Desk) -> None:
    items = []
    for number, (data, status, _) in enumerate(NOT_SHOWN.values(), 1):
        address = desk.serve(f"/{number}.jpg", data, status)
        items.append(desk.story(number, desk.serve("/jetty.jpg", JETTY), main=address))
    desk.pull(*items)
    for number, (_, _, reason) in enumerate(NOT_SHOWN.values(), 1):
        article = desk.newsroom.article(str(number))
        last = desk.newsroom.table.articles.history(article.id)[-1]
        assert (last.who, last.what) == ("pictures", "pictures")
        assert last.why.startswith(f"{desk.wire.address}/{number}.jpg: {reason}")
        # The other picture of the story is there.
        assert len(desk.page(number).css(".body img")) == 1
        assert "Words of story" in desk.page(number).text()
    assert desk.newsroom.aws.failures == []
    assert desk.newsroom.aws.dead_letters() == []


def test_pictures_that_are_stored_asked_for_again_and_given_up_are_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As metrics of CloudWatch, which docs/operating.md names."""
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    late, page = desk.serve("/late.jpg", b"", 503), desk.serve("/page.jpg", b"<html>no</html>")
    desk.pull(
        desk.story(1, main=late),
        desk.story(2, main=page),
        desk.story(3, main=desk.serve("/jetty.jpg", JETTY)),
    )
    for wait in BACKOFF:
        desk.again(wait + timedelta(seconds=30))
    counted: Counter[str] = Counter()
    for line in capsys.readouterr().out.splitlines():
        for name, values in json.loads(line).items():
            if name.startswith("pictures_"):
                counted[name] += int(sum(values))
    assert counted == {
        "pictures_stored": 1,
        "pictures_retried": len(BACKOFF),
        "pictures_refused": 2,
    }


def test_no_picture_leads_to_a_host_that_is_not_public(desk: Desk) -> None:
    """Neither by its own address nor by a redirect; only a feed on an internal host may lead to
    one."""
    other = "http://10.0.0.1/p.jpg"
    desk.wire.documents["/moved.jpg"] = Answer(302, headers={"Location": other})
    desk.pull(desk.story(1, main=other), desk.story(2, main=f"{desk.wire.address}/moved.jpg"))
    for number in ("1", "2"):
        article = desk.newsroom.article(number)
        (found,) = article.pictures.values()
        assert found.reason.startswith("forbidden-address")
        assert article.state == "live"


def test_the_pictures_of_a_public_feed_are_not_fetched_from_the_sites_internal_hosts(
    desk: Desk,
) -> None:
    address = desk.serve("/jetty.jpg", JETTY)
    public = replace(FEED, url="https://ptn.example/top.xml", pictures="store")
    desk.newsroom.publish(entry(picture=Picture(url=address)), feed=public)
    assert desk.newsroom.article().pictures[address].reason.startswith("forbidden-")
    assert desk.wire.asked == []


def test_what_can_not_be_had_is_asked_for_again_a_few_times_and_then_left_out(desk: Desk) -> None:
    address = desk.serve("/late.jpg", b"", 404)
    desk.pull(desk.story(1, main=address))
    for tries, wait in enumerate(BACKOFF, 1):
        asked = sum(request.path == "/late.jpg" for request in desk.wire.asked)
        assert asked == tries
        desk.again(wait - timedelta(seconds=30))
        assert sum(request.path == "/late.jpg" for request in desk.wire.asked) == asked
        desk.again(timedelta(minutes=1))
    article = desk.newsroom.article()
    assert article.pictures[address].reason == "not-found: the server answered 404"
    assert "not-found" in desk.newsroom.table.articles.history(article.id)[-1].why
    assert desk.left() == set()
    desk.again(timedelta(days=1))
    assert sum(request.path == "/late.jpg" for request in desk.wire.asked) == len(BACKOFF) + 1


def test_a_newer_picture_takes_the_place_of_the_older_one(desk: Desk) -> None:
    first, second = desk.serve("/jetty.jpg", JETTY), desk.serve("/boats.jpg", BOATS)
    desk.pull(desk.story(1, main=first))
    before = desk.stored()
    desk.pull(desk.story(1, main=second, date=DATE.replace("08:00", "08:10")))
    assert len(desk.page(1).css("figure img")) == 1
    assert desk.stored()
    assert desk.stored() & before == set()
    assert desk.reachable() <= desk.stored()


def test_the_same_picture_in_two_stories_is_stored_once(desk: Desk) -> None:
    one, two = desk.serve("/jetty.jpg", JETTY), desk.serve("/copy.jpg", JETTY)
    desk.pull(desk.story(1, main=one))
    stored = desk.stored()
    desk.pull(desk.story(1, main=one), desk.story(2, main=two))
    assert desk.stored() == stored
    assert len(desk.page(2).css("figure img")) == 1


def test_a_killed_storys_pictures_leave_the_site_unless_another_story_shows_them(
    desk: Desk,
) -> None:
    shared, own = desk.serve("/jetty.jpg", JETTY), desk.serve("/boats.jpg", BOATS)
    desk.pull(desk.story(1, shared, main=own), desk.story(2, main=shared))
    both = desk.stored()
    desk.newsroom.edit("kill", article="ptn:1", reason="legal")
    assert desk.stored() < both
    assert desk.stored()
    assert desk.reachable() <= desk.stored()
    assert len(desk.page(2).css("figure img")) == 1
    desk.newsroom.edit("kill", article="ptn:2", reason="legal")
    assert desk.stored() == set()
    assert desk.left() == set()


@pytest.mark.parametrize("action", ["hold", "expire", "agency"])
def test_however_a_story_leaves_the_site_its_pictures_do_too(desk: Desk, action: str) -> None:
    main = desk.serve("/jetty.jpg", JETTY)
    desk.pull(desk.story(1, main=main))
    assert desk.stored()
    if action == "agency":
        desk.pull(desk.story(1, main=main, title="KILL: Story {}"))
    elif action == "hold":
        desk.newsroom.edit("hold", article="ptn:1")
    else:
        until = desk.newsroom.aws.clock.now() + timedelta(minutes=2)
        desk.newsroom.edit("schedule", article="ptn:1", expire_at=until)
        desk.newsroom.aws.clock.advance(180)
        desk.newsroom.aws.tick()
        desk.newsroom.aws.drain()
    assert desk.newsroom.article().state != "live"
    assert desk.stored() == set()


def test_a_story_that_comes_back_has_its_pictures_again(desk: Desk) -> None:
    desk.pull(desk.story(1, main=desk.serve("/jetty.jpg", JETTY)))
    before = desk.stored()
    desk.newsroom.edit("kill", article="ptn:1", reason="error")
    assert desk.stored() == set()
    desk.newsroom.edit("reinstate", article="ptn:1")
    assert desk.stored() == before
    assert len(desk.page(1).css("figure img")) == 1


def test_a_picture_of_an_editors_body_is_copied_too(desk: Desk) -> None:
    main, other = desk.serve("/jetty.jpg", JETTY), desk.serve("/boats.jpg", BOATS)
    desk.pull(desk.story(1, main=main))
    body = f'<p>Right.</p><p><img src="{other}" alt="Boats"></p>'
    desk.newsroom.edit("correct", article="ptn:1", body=body, correction="Wrong before.")
    assert len(desk.page(1).css("article img")) == 2
    assert desk.wire.address not in desk.newsroom.page(desk.newsroom.article().path)
    desk.newsroom.edit("correct", article="ptn:1", revert=True)
    assert len(desk.page(1).css("article img")) == 1
    assert desk.reachable() <= desk.stored()


def test_republishing_everything_brings_back_pictures_that_are_gone_from_the_bucket(
    desk: Desk,
) -> None:
    desk.pull(desk.story(1, main=desk.serve("/jetty.jpg", JETTY)), desk.story(2))
    before = desk.stored()
    s3, bucket = desk.newsroom.aws.client("s3"), desk.newsroom.aws.outputs["SiteBucket"]
    for key in desk.objects():
        s3.delete_object(Bucket=bucket, Key=key)
    desk.newsroom.edit("republish", everything=True)
    assert desk.stored() == before
    assert len(desk.page(1).css("figure img")) == 1
    asked = len(desk.wire.asked)
    desk.newsroom.edit("republish", everything=True)
    assert len(desk.wire.asked) == asked  # they are there


def test_a_scheduled_story_has_its_picture_when_its_time_comes(desk: Desk) -> None:
    desk.newsroom.subscribe("top", pictures="store", hold=True)
    desk.pull(desk.story(1, main=desk.serve("/jetty.jpg", JETTY)))
    assert desk.stored() == set()
    start = desk.newsroom.aws.clock.now() + timedelta(hours=1)
    desk.newsroom.edit("schedule", article="ptn:1", publish_at=start)
    desk.newsroom.edit("release", article="ptn:1")
    assert desk.newsroom.article().state == "scheduled"
    assert desk.stored()
    desk.newsroom.aws.clock.advance(3700)
    desk.newsroom.aws.tick()
    desk.newsroom.aws.drain()
    assert len(desk.page(1).css("figure img")) == 1


@pytest.mark.parametrize("setting", ["link", "none"])
def test_a_feeds_pictures_can_be_linked_or_left_out(newsroom: Newsroom, setting: str) -> None:
    desk = Desk(newsroom, setting)
    main, other = desk.serve("/jetty.jpg", JETTY), desk.serve("/boats.jpg", BOATS)
    desk.pull(desk.story(1, other, main=main))
    shown = [image.attributes["src"] for image in desk.page(1).css("article img")]
    assert shown == ([main, other] if setting == "link" else [])
    assert desk.stored() == set()
    assert "Words of story 1." in desk.page(1).text()


def test_a_run_that_dies_leaves_nothing_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of a run that died are found by the next one, also if the story is gone by then."""
    main = desk.serve("/jetty.jpg", JETTY)

    def dies(*_: object) -> None:
        raise Unavailable("it is dead")

    with monkeypatch.context() as patch:
        patch.setattr("wireroom.pipeline.pictures.Pictures._save_found", dies)
        desk.pull(desk.story(1, main=main))
    assert desk.stored()
    assert desk.page(1).css("article img") == []
    desk.newsroom.edit("kill", article="ptn:1", reason="legal")
    desk.again(LEASE)
    assert desk.stored() == set()
    assert desk.left() == set()


def test_a_story_with_a_hundred_pictures_shows_twenty(desk: Desk) -> None:
    addresses = [desk.serve(f"/{n}.gif", written(drawn(8, 8 + n), "GIF")) for n in range(25)]
    desk.pull(desk.story(1, *addresses))
    assert len(desk.page(1).css("article img")) == 20
    desk.newsroom.edit("kill", article="ptn:1", reason="legal")
    assert desk.stored() == set()


def test_a_picture_costs_the_same_however_many_stories_show_it(desk: Desk) -> None:
    def cost() -> Counter[str]:
        return Counter(
            call.operation
            for call in desk.newsroom.aws.calls
            if call.function == "PicturesFunction"
        )

    address = desk.serve("/jetty.jpg", JETTY)
    counted = []
    shown = 0
    for more in (1, 30):
        desk.pull(*(desk.story(n, main=address) for n in range(shown, shown + more)))
        shown += more
        desk.newsroom.aws.calls.reset()
        desk.pull(desk.story(shown, main=address))
        counted.append(cost())
        shown += 1
    few, many = counted
    assert few == many
    files = 3  # two widths and the one for cards
    assert many.pop("PutObject") == files
    # Taken, read, remembered, saved, looked for, ended.
    assert many.total() == 6
