"""`show` and `history`, and what `status` says of editors' work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.infra.conftest import Newsdesk, moving
from tests.pipeline.world import FEED, entry
from wireroom import clock
from wireroom.model import Category
from wireroom.newsroom.filing import succeed


@pytest.fixture
def corrected(desk: Newsdesk) -> Newsdesk:
    """The story has an edited body."""
    desk.world.edit(
        "correct",
        article="ptn:1",
        body="<p>Ours, put right.</p>",
        correction="The depth was wrong.",
        why="a reader wrote",
    )
    return desk


def test_show_tells_what_readers_see_and_both_layers(corrected: Newsdesk) -> None:
    path = corrected.world.article().path
    corrected.world.edit("headline", article="ptn:1", headline="Ours", slug="ours")
    assert corrected.wireroom("show", path) == 0
    out = corrected.out
    assert "headline    Ours" in out
    assert "state       live" in out
    assert "address     https://harbour.example/2026/02/11/ours/" in out
    assert f"formerly    https://harbour.example{path} (redirects)" in out
    assert "categories  india" in out
    assert "notice      from a syndicated feed, its body edited by staff" in out
    assert "correction  The depth was wrong. (2026-02-11 14:30 IST)" in out
    assert "  headline      Story 1 version 1" in out
    assert "  headline      Ours  (asha, 2026-02-11 14:30 IST)" in out
    assert "newer version" not in out


def test_show_prints_the_body_that_readers_see(corrected: Newsdesk) -> None:
    assert corrected.wireroom("show", "ptn:1", "--body") == 0
    assert corrected.out == "<p>Ours, put right.</p>\n"


def test_a_newer_version_behind_an_edited_body_is_told_until_it_is_taken(corrected) -> None:
    corrected.world.publish(entry(1, 2), known=True)
    corrected.wireroom("show", "ptn:1")
    assert "--take-wire` shows it to readers" in corrected.out
    assert corrected.wireroom("status") == 0
    waits = (
        f"an edited body hides a newer version from the agency: {corrected.world.article().path}"
    )
    assert waits in corrected.out
    corrected.do("correct", "ptn:1", "--take-wire")
    corrected.wireroom("show", "ptn:1")
    assert "--take-wire" not in corrected.out
    corrected.wireroom("status")
    assert waits not in corrected.out


def test_a_story_that_was_killed_before_it_came_can_be_shown(desk: Newsdesk) -> None:
    desk.world.edit("kill", article="ptn:9", reason="legal")
    assert desk.wireroom("show", "ptn:9") == 0
    assert "state       killed: legal" in desk.out
    assert "address     none yet" in desk.out
    assert "readers see nothing: it was never published" in desk.out
    assert desk.wireroom("show", "ptn:9", "--body") == 1


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"action": "kill", "reason": "legal"}, "Story removed: This story has been removed for"),
        ({"action": "hold"}, "Story not available: This story is not available at present."),
    ],
)
def test_show_of_a_story_that_is_down_prints_what_readers_see(
    corrected: Newsdesk, action: dict[str, str], words: str
) -> None:
    corrected.world.edit(article="ptn:1", **action)
    assert corrected.wireroom("show", "ptn:1") == 0
    seen, _, layers = corrected.out.partition("the wire:")
    assert f"readers see {words}" in seen
    assert "notice" not in seen
    assert "Story 1" not in seen
    assert "headline      Story 1 version 1" in layers


def test_what_waits_can_be_found(desk: Newsdesk) -> None:
    desk.do("waiting")
    assert len(desk.out.splitlines()) == 1
    desk.world.publish(entry(2))
    desk.world.edit("hold", article="ptn:1")
    desk.world.edit("schedule", article="ptn:2", publish_at=clock.now() + timedelta(hours=1))
    desk.world.edit("kill", article="ptn:9", reason="legal")
    desk.do("waiting")
    rows = [line.split("\t") for line in desk.out.splitlines()[1:]]
    one, two = (desk.world.article(name).id for name in "12")
    assert [(row[0], row[3], row[5]) for row in rows] == [
        ("held", "Story 1 version 1", one),
        ("scheduled", "Story 2 version 1", two),
        ("killed", "(has not come)", "ptn:9"),
    ]
    assert rows[1][2] == "2026-02-11 15:30 IST"
    assert desk.wireroom("status") == 0
    assert "waiting    1 held, 1 killed before it came, 1 scheduled" in desk.out
    desk.world.edit("release", article="ptn:1")
    desk.world.edit("reinstate", article="ptn:9")
    desk.do("waiting")
    assert "Story 1" not in desk.out


def test_a_kill_notice_without_its_story_is_listed_for_a_week(desk: Newsdesk) -> None:
    desk.world.publish(entry("notice-7", title="KILL: Dam opens", link=""))
    desk.do("waiting")
    (row,) = [line.split("\t") for line in desk.out.splitlines()[1:]]
    assert (row[0], row[3]) == ("killed", "KILL: Dam opens")
    assert desk.wireroom("status") == 0
    assert "1 killed before it came" in desk.out
    desk.world.aws.clock.advance(8 * 86_400)
    desk.do("waiting")
    assert len(desk.out.splitlines()) == 1


def test_what_waits_longest_is_the_first(desk: Newsdesk) -> None:
    for number in (5, 4, 3, 2):
        desk.world.aws.clock.advance(1)
        desk.world.publish(entry(number), feed=replace(FEED, hold=True))
    desk.do("waiting")
    assert [line.split("\t")[3] for line in desk.out.splitlines()[1:]] == [
        f"Story {number} version 1" for number in (5, 4, 3, 2)
    ]


def test_history_keeps_a_slug_a_notes_reason_and_when_the_editor_decided(desk) -> None:
    desk.world.edit("hold", article="ptn:1", at=clock.now() - timedelta(hours=1))
    desk.world.edit("headline", article="ptn:1", slug="our words")
    desk.world.edit("note", article="ptn:1", note="Called them.", why="a reader asked")
    assert desk.wireroom("history", "ptn:1") == 0
    new, hold, slug, note = desk.out.strip().split("\nrevision ")
    assert "wire version: 2026-02-11 13:31 IST" in new
    assert "(decided 2026-02-11 13:30 IST)" in hold.splitlines()[0]
    assert "decided" not in slug
    assert "desk slug: our words" in slug
    assert note.splitlines()[0].endswith("note: Called them. / a reader asked")


def test_history_tells_who_did_what_when_why_and_the_differences(corrected: Newsdesk) -> None:
    body = "<p>Body of story 1, version 2.</p><p>A second paragraph.</p>"
    corrected.world.publish(entry(1, 2, body=body), known=True)
    corrected.world.edit("correct", article="ptn:1", revert=True)
    corrected.world.edit("kill", article="ptn:1", reason="legal", why="court order")
    assert corrected.wireroom("history", "ptn:1") == 0
    new, correct, update, revert, kill = corrected.out.strip().split("\nrevision ")
    assert new.startswith("revision 1  2026-02-11 14:30 IST  ptn  new: feed ptn-top")
    assert "  wire headline: Story 1 version 1" in new
    assert "    6 words, 1 paragraph" in new
    assert correct.splitlines()[0] == "2  2026-02-11 14:30 IST  asha  correct: a reader wrote"
    assert "    -Body of story 1, version 1.\n    +Ours, put right." in correct
    assert "  wire headline: Story 1 version 1 → Story 1 version 2" in update
    assert "    -Body of story 1, version 1.\n    +Body of story 1, version 2." in update
    assert "    +A second paragraph." in update
    assert "desk body, back to the agency's:" in revert
    assert "    -Ours, put right.\n    +Body of story 1, version 2." in revert
    assert kill.splitlines()[0].endswith("asha  kill: court order")
    assert "  state: live → killed" in kill


def test_history_says_so_when_a_body_is_no_longer_kept(corrected: Newsdesk) -> None:
    aws = corrected.world.aws
    key = corrected.world.article().desk.body.value
    aws.client("s3").delete_object(Bucket=aws.outputs["ContentBucket"], Key=key)
    assert corrected.wireroom("history", "ptn:1") == 0
    assert f"no longer kept: {key}" in corrected.out


def test_history_says_so_when_only_the_markup_of_a_body_changed(desk: Newsdesk) -> None:
    body = "<p>Body of <em>story 1</em>, version 1.</p>"
    desk.world.edit("correct", article="ptn:1", body=body, correction="Emphasis.")
    assert desk.wireroom("history", "ptn:1") == 0
    assert "the same words; markup, links or pictures differ" in desk.out


def test_status_tells_of_a_republish_until_it_is_done(desk: Newsdesk) -> None:
    from wireroom.model import Job

    desk.world.table.jobs.put(
        None, Job(id="j1", requested=clock.now(), scope="list", lists=("india",), by="asha")
    )
    assert desk.wireroom("status") == 0
    assert "(job j1, by asha)" in desk.out
    with moving(desk.world.aws.poll):
        assert desk.wireroom("republish", "--page", "/", "--wait") == 0
    desk.world.aws.drain()
    assert desk.wireroom("status") == 0
    assert "job j1" not in desk.out


def test_show_names_the_present_category_of_a_pin_that_was_renamed_since(desk: Newsdesk) -> None:
    desk.world.edit("pin", article="ptn:1", list="india", order=3)
    desk.wireroom("show", "ptn:1")
    assert "pinned      india, place 3" in desk.out
    nation = Category(name="The Nation", slug="nation", was=("india",))
    old = desk.world.table.settings()
    others = tuple(each for each in old.categories if each.slug != "india")
    new = replace(old, categories=(*others, nation))
    feeds = (replace(FEED, categories=()),)
    desk.world.apply(succeed(old, new, feeds), feeds)
    desk.wireroom("show", "ptn:1")
    assert "pinned      nation, place 3" in desk.out
    assert "india, place" not in desk.out
