"""The editors' commands, against the deployed stack: what they put on the bus, and what it does."""

from __future__ import annotations

import io
import os
import shlex
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.infra.conftest import Newsdesk, moving
from tests.pipeline.test_long_bodies import long_body
from tests.pipeline.world import entry
from wireroom import clock
from wireroom.errors import Unavailable
from wireroom.model import Decision
from wireroom.newsroom.events import ACTIONS
from wireroom.newsroom.history import revision
from wireroom.store.bodies import Bodies
from wireroom_infra.cli import waiting
from wireroom_infra.cli.app import run
from wireroom_infra.cli.editing import COMMANDS
from wireroom_infra.cli.newsroom import Newsroom

UNEDITED = "this story has not been edited by The Harbour Post staff"


def test_there_is_a_command_for_every_action_of_the_contract() -> None:
    assert [command.__name__ for command in COMMANDS] == list(ACTIONS)


def test_a_headline_a_standfirst_and_a_slug_are_set_and_cleared(desk: Newsdesk) -> None:
    old = desk.world.article().path
    desk.do("headline", "ptn:1", "Ours — at last", "--standfirst", "And why.", "--slug", "ours")
    new = desk.world.article().path
    assert new == "/2026/02/11/ours/"
    assert "<title>Ours — at last</title>" in desk.world.page(new)
    assert f'url={new}"' in desk.world.page(old)
    assert "And why." in desk.world.page("/")
    desk.do("headline", old, "--clear", "--clear-standfirst", "--clear-slug")
    assert "Story 1 version 1" in desk.world.page(new)
    assert "And why." not in desk.world.page("/")


@pytest.mark.parametrize(
    "name",
    [
        "{id}",
        "ptn:1",
        "{path}",
        "https://harbour.example{path}",
        "https://harbour.example{bare}?utm=x#top",
    ],
)
def test_an_article_is_known_by_every_name_that_people_have_for_it(desk, name: str) -> None:
    article = desk.world.article()
    known = name.format(id=article.id, path=article.path, bare=article.path.rstrip("/"))
    desk.do("headline", known, "Found")
    assert desk.world.article().desk.headline.value == "Found"


def test_what_is_no_article_of_the_site_is_refused_at_once(desk: Newsdesk) -> None:
    for name in ("ptn:none", "/2026/01/01/no/", "https://other.example/x/"):
        assert desk.wireroom("hold", name) == 1
        assert name in desk.err
    desk.world.aws.drain()
    assert desk.world.letters() == []


def test_the_event_says_who_why_and_its_id_and_applies_once(desk: Newsdesk) -> None:
    for _ in range(2):
        desk.do("note", "ptn:1", "Called them.", "--by", "ravi", "--id", "n1")
    desk.do("hold", "ptn:1", "--why", "a doubt")
    rows = desk.world.table.articles.history(desk.world.article().id)
    assert [(row.who, row.what, row.why) for row in rows[1:]] == [
        ("ravi", "note", "Called them."),
        ("asha", "hold", "a doubt"),
    ]
    assert rows[1].event == "n1"


def test_a_correction_from_a_file_shows_and_the_wire_is_taken_again(desk, tmp_path: Path) -> None:
    path = desk.world.article().path
    body = tmp_path / "new.html"
    body.write_text("<p>The depth is 41 m – not 14.</p>", "utf-8")
    desk.do("correct", "ptn:1", "--body", str(body), "--correction", "The depth was wrong.")
    page = desk.world.page(path)
    assert "<p>The depth is 41 m – not 14.</p>" in page
    assert "The depth was wrong." in page
    assert UNEDITED not in page
    desk.world.publish(entry(1, 2), known=True)
    desk.do("correct", "ptn:1", "--take-wire")
    page = desk.world.page(path)
    assert "Body of story 1, version 2." in page
    assert UNEDITED in page
    rows = desk.world.table.articles.history(desk.world.article().id)
    assert rows[-1].why == "took the agency's newer version"


def test_a_correction_can_come_from_standard_input(
    desk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("<p>Zoë’s</p>".encode())))
    desk.do("correct", "ptn:1", "--body", "-", "--correction", "A name.")
    assert "<p>Zoë’s</p>" in desk.world.page(desk.world.article().path)


def test_a_correction_of_200_000_letters_that_no_event_has_room_for_reaches_the_page(
    desk: Newsdesk, tmp_path: Path
) -> None:
    body = tmp_path / "long.html"
    body.write_text(long_body(200_000), "utf-8")
    desk.do("correct", "ptn:1", "--body", str(body), "--correction", "Told anew.")
    page = desk.world.page(desk.world.article().path)
    assert long_body(200_000) in page
    assert "Told anew." in page
    assert desk.world.letters() == []
    desk.do("history", "ptn:1")
    assert "correct" in desk.out


def test_a_correction_whose_body_the_content_bucket_does_not_take_is_not_sent(
    desk: Newsdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise Unavailable("put edits/…: SlowDown")

    monkeypatch.setattr(Bodies, "put_edit", refuse)
    body = tmp_path / "long.html"
    body.write_text("<p>" + "word " * 45_000 + "</p>", "utf-8")
    words = ("correct", "ptn:1", "--body", str(body), "--correction", "x")
    assert desk.wireroom(*words) == 1
    assert "SlowDown" in desk.err
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


# --- correct --edit -----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being edited is kept in the test's own folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def editor(tmp_path: Path, script: str) -> str:
    """A command that runs `script` in place of a person; $1 is the file to edit."""
    path = tmp_path / "an editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return shlex.quote(str(path))


def test_the_present_body_is_edited_in_the_persons_own_editor(
    desk: Newsdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, 'sed -i s/Body/Heart/ "$1"'))
    desk.do("correct", "ptn:1", "--edit", "--correction", "A word.")
    assert "<p>Heart of story 1, version 1.</p>" in desk.world.page(desk.world.article().path)
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    ("script", "said"),
    [("true", "unchanged"), ('printf "\\n" > "$1"', "empty"), ("exit 3", "exit status 3")],
)
def test_an_edit_that_changes_nothing_or_fails_sends_nothing(
    desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))
    assert desk.wireroom("correct", "ptn:1", "--edit", "--correction", "x") == 1
    assert said in desk.err
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_an_edit_of_a_body_that_changed_meanwhile_is_refused_and_its_text_kept(
    desk: Newsdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    script = f'sed -i s/Body/Mine/ "$1"; cat {shlex.quote(str(opened))} > /dev/null'
    monkeypatch.setenv("VISUAL", editor(tmp_path, script))

    def update() -> None:
        with opened.open("w"):  # waits for the editor, which waits until this is done
            desk.world.publish(entry(1, 2), known=True)

    thread = threading.Thread(target=update)
    thread.start()
    code = desk.wireroom("correct", "ptn:1", "--edit", "--correction", "x")
    thread.join()
    assert code == 1
    kept = Path(desk.err.rpartition("your text is in ")[2].strip())
    assert "Mine of story 1, version 1." in kept.read_text("utf-8")
    kept.unlink()
    desk.world.aws.drain()
    assert "version 2" in desk.world.page(desk.world.article().path)


# --- the others ---------------------------------------------------------------------------------


def test_categories_are_added_removed_set_and_given_back_to_the_wire(desk: Newsdesk) -> None:
    for words, expected in (
        (["--add", "sport, politics", "--remove", "india"], ("politics", "sport")),
        (["--set", "business"], ("business",)),
        (["--set", ""], ()),
        (["--auto"], ("india",)),
    ):
        desk.do("categorise", "ptn:1", *words)
        assert desk.world.article().categories == expected
        assert ("Story 1" in desk.world.page("/india/")) is ("india" in expected)


def test_a_hold_a_release_a_kill_and_a_reinstatement_show(desk: Newsdesk) -> None:
    for words, state in (
        (["hold"], "held"),
        (["release"], "live"),
        (["kill", "--reason", "legal"], "killed"),
        (["reinstate"], "live"),
    ):
        desk.do(words[0], "ptn:1", *words[1:])
        assert desk.world.article().state == state
        assert ("Story 1" in desk.world.page("/")) is (state == "live")


def test_a_story_can_be_killed_before_it_comes(desk: Newsdesk) -> None:
    desk.do("kill", "ptn:77", "--reason", "error")
    assert "ptn:77 has not come yet" in desk.out
    desk.world.publish(entry(77))
    assert desk.world.article("77").state == "killed"
    assert "Story 77" not in desk.world.page("/")


def test_a_kill_of_a_story_to_come_of_no_provider_is_refused_at_once(desk: Newsdesk) -> None:
    assert desk.wireroom("kill", "pnt:77", "--reason", "error") == 1
    assert "'pnt' is not a provider; expected one of ptn" in desk.err


def test_a_time_without_an_offset_is_the_sites(desk: Newsdesk) -> None:
    desk.do("schedule", "ptn:1", "--publish-at", "2026-02-12T06:00", "--expire-at", "2026-03-01")
    decided = desk.world.article().desk
    assert decided.publish_at.value == datetime(2026, 2, 12, 0, 30, tzinfo=UTC)
    assert decided.expire_at.value == datetime(2026, 2, 28, 18, 30, tzinfo=UTC)
    assert desk.world.article().state == "scheduled"
    desk.do("schedule", "ptn:1", "--forget-publish", "--expire-at", "2026-03-01T00:00Z")
    decided = desk.world.article().desk
    assert decided.publish_at.value is None
    assert decided.expire_at.value == datetime(2026, 3, 1, tzinfo=UTC)
    assert desk.world.article().state == "live"


def test_a_time_that_the_sites_clocks_leave_out_is_a_wrong_command_line(desk: Newsdesk) -> None:
    from tests.pipeline.world import SETTINGS

    site = replace(SETTINGS.site, timezone="Europe/Berlin")
    desk.world.apply(replace(SETTINGS, site=site))
    assert desk.wireroom("schedule", "ptn:1", "--publish-at", "2026-03-29T02:30") == 2
    assert "Europe/Berlin" in desk.err


def test_a_pinned_story_leads_its_list_until_it_is_unpinned(desk: Newsdesk) -> None:
    desk.do("pin", "ptn:1", "--list", "india", "--order", "3")
    assert desk.world.article().desk.pins["india"].value == 3
    desk.do("unpin", "ptn:1", "--list", "india")
    assert desk.world.article().desk.pins["india"].value is None
    assert desk.wireroom("pin", "ptn:1", "--list", "gossip") == 1
    assert "gossip" in desk.err


@pytest.mark.parametrize(
    "words",
    [
        ["--article", "ptn:1"],
        ["--page", "https://harbour.example{path}"],
        ["--from", "2026-02-10", "--to", "2026-02-11"],
        ["--everything"],
    ],
)
def test_a_spoiled_page_is_made_again(desk: Newsdesk, words: list[str]) -> None:
    path = desk.world.article().path
    aws = desk.world.aws
    key = f"{path[1:]}index.html"
    aws.client("s3").put_object(Bucket=aws.outputs["SiteBucket"], Key=key, Body=b"spoiled")
    desk.do("republish", *(word.format(path=path) for word in words))
    assert "Body of story 1" in desk.world.page(path)


WRONG = [
    ["headline", "ptn:1"],
    ["headline", "ptn:1", "A", "--clear"],
    ["headline", "ptn:1", "x" * 501],
    ["headline", "ptn:1", "lone \udcff"],
    ["headline"],
    ["correct", "ptn:1"],
    ["correct", "ptn:1", "--edit"],
    ["correct", "ptn:1", "--edit", "--revert"],
    ["correct", "ptn:1", "--revert", "--correction", "x"],
    ["categorise", "ptn:1"],
    ["categorise", "ptn:1", "--auto", "--add", "sport"],
    ["schedule", "ptn:1"],
    ["schedule", "ptn:1", "--publish-at", "teatime"],
    ["kill", "ptn:1"],
    ["kill", "ptn:1", "--reason", "boredom"],
    ["pin", "ptn:1", "--order", "0"],
    ["note", "ptn:1", ""],
    ["correct", "ptn:1", "--revert", "--take-wire"],
    ["republish"],
    ["republish", "--everything", "--list", "home"],
    ["republish", "--from", "yesterday"],
    ["republish", "--from", "2026-02-31"],
    ["republish", "--from", "2026-02-11", "--to", "2026-02-10"],
]


def test_a_wrong_command_line_ends_with_two_and_sends_nothing(desk: Newsdesk) -> None:
    for words in WRONG:
        assert desk.wireroom(*words) == 2, words
    desk.world.aws.drain()
    assert desk.world.article().revision == 1
    assert desk.world.letters() == []


def test_an_editors_command_needs_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIREROOM_STACK", raising=False)
    assert run(["hold", "ptn:1"]) == 2


def a_while(desk: Newsdesk) -> bool:
    """What happens in a stack while a command waits, its minutes among it."""
    if desk.world.aws.poll():
        return True
    desk.world.aws.clock.advance(10)
    desk.world.aws.invoke("PurgeFunction", {})
    return False


# --- --wait -------------------------------------------------------------------------------------


def test_waiting_ends_when_every_affected_page_is_written_and_prints_them(desk) -> None:
    path = desk.world.article().path
    with moving(desk.world.aws.poll):
        code = desk.wireroom("headline", "ptn:1", "Now", "--wait")
        site = desk.world.site()
    assert code == 0, desk.err
    home = "https://harbour.example"
    addresses = [line for line in desk.out.splitlines() if line.startswith(home)]
    assert sorted(addresses) == [
        f"{home}/",
        f"{home}/2026/02/11/",
        f"{home}{path}",
        f"{home}/atom.xml",
        f"{home}/feed.json",
        f"{home}/feed.xml",
        f"{home}/fragments/latest.html",
        f"{home}/india/",
        f"{home}/india/2026/02/11/",
        f"{home}/india/atom.xml",
        f"{home}/india/feed.json",
        f"{home}/india/feed.xml",
        f"{home}/news-sitemap.xml",
    ]
    assert "13 pages written; the article is live (revision 2), " in desk.out
    for address in addresses:
        key = address.removeprefix(f"{home}/")
        assert "Now" in site[f"{key}index.html" if not key or key.endswith("/") else key]


def test_waiting_for_an_edit_that_is_refused_tells_the_reason(desk: Newsdesk) -> None:
    with moving(desk.world.aws.poll):
        words = ["headline", "ptn:1", "Late", "--expect-revision", "7", "--wait"]
        assert desk.wireroom(*words) == 1
    assert "refused: expected_revision: the article is at revision 1, not 7" in desk.err
    assert len(desk.world.letters()) == 1
    assert desk.wireroom("status") == 1
    told = "! edits: headline of ptn:1, by asha, 2026-02-11 14:30 IST: expected_revision: the"
    assert told in desk.out
    assert desk.wireroom("redrive", "--dry-run") == 0
    assert "headline of ptn:1, by asha, 2026-02-11 14:30 IST" in desk.out


def test_waiting_for_an_edit_that_a_later_word_overrides_ends_badly(desk: Newsdesk) -> None:
    later = clock.now() + timedelta(minutes=2)  # which the clocks of two people may differ by
    before = desk.world.article()
    said = Decision("Theirs", later, "ravi")
    after = replace(before, revision=2, desk=replace(before.desk, headline=said))
    row = revision(before, after, who="ravi", what="headline")
    desk.world.table.articles.save(before, after, row)
    with moving(desk.world.aws.poll):
        assert desk.wireroom("headline", "ptn:1", "Ours", "--wait") == 1
    assert (
        "! headline: a later decision overrides this one, by ravi, 2026-02-11 14:32 IST" in desk.err
    )


def test_waiting_for_an_address_that_is_taken_tells_the_new_one(desk: Newsdesk) -> None:
    desk.world.publish(entry(2))
    with moving(desk.world.aws.poll):
        assert desk.wireroom("headline", "ptn:2", "--slug", "story 1 version 1", "--wait") == 0
    at = f"this one is at https://harbour.example{desk.world.article('2').path}"
    assert (
        f"! another story already has https://harbour.example{desk.world.article().path}: {at}"
        in (desk.out)
    )


def test_a_repeat_says_so_and_is_not_waited_for(desk: Newsdesk) -> None:
    desk.do("headline", "ptn:1", "Ours", "--id", "h1")
    desk.do("headline", "ptn:1", "Ours", "--id", "h1", "--wait")
    assert "event h1 was applied before; it is not sent again" in desk.out
    desk.world.aws.clock.advance(1)
    desk.do("headline", "ptn:1", "Newer")
    assert desk.wireroom("headline", "ptn:1", "Ours", "--id", "h1") == 1
    assert "! headline: a later decision overrides this one, by asha" in desk.err


def test_a_release_that_lets_nothing_out_says_so(desk: Newsdesk) -> None:
    until = clock.now() + timedelta(hours=5)
    desk.world.publish(entry(3, embargo=until))
    with moving(desk.world.aws.poll):
        assert desk.wireroom("release", "ptn:3", "--wait") == 1
    told = "not live: the article is scheduled for 2026-02-11 19:30 IST (the agency's embargo)"
    assert told in desk.err


def test_waiting_for_a_kill_ends_when_no_other_page_names_the_story(desk: Newsdesk) -> None:
    desk.world.publish(entry(2))
    other, gone = desk.world.article("2").path, desk.world.article().path
    assert gone in desk.world.page(other)
    with moving(partial(a_while, desk)):
        assert desk.wireroom("kill", "ptn:1", "--reason", "legal", "--wait") == 0
        page = desk.world.page(other)
    assert gone not in page
    assert (
        " pages written, 1 of them pages of other stories that named it;"
        " CloudFront has forgotten the old ones; the article is killed"
    ) in desk.out
    ids = [f"{desk.world.article().id}-2"]
    assert [each.state for each in desk.world.table.purges.read(ids)] == ["done"]
    assert desk.world.table.purges.open(10) == []
    assert desk.wireroom("status") == 0


def test_waiting_for_a_kill_ends_badly_when_cloudfront_takes_too_long(
    desk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PURGED", 0)
    with moving(desk.world.aws.poll):
        words = ("kill", "ptn:1", "--reason", "legal", "--wait", "--timeout", "2")
        assert desk.wireroom(*words) == 1
    assert "waiting until CloudFront has forgotten the old pages, 2 s at most" in desk.err
    assert "after 2 s CloudFront has not said that it has forgotten them" in desk.err
    purge = next(line for line in desk.err.splitlines() if line.startswith("  purge of / and "))
    assert " more is in progress, " in purge
    assert desk.world.article().state == "killed"
    assert desk.wireroom("status") == 0
    begun = purge.strip().partition(",")[0]
    assert f"\n{begun}, " in desk.out
    desk.world.aws.clock.advance(301)
    assert desk.wireroom("status") == 1
    assert f"! late: {begun}, 30" in desk.out


def test_waiting_for_a_kill_does_not_wait_for_a_cdn_that_is_not_there(
    desk: Newsdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = desk.world.aws
    outputs = {**aws.stack.outputs, "CdnPurges": "off"}
    room = Newsroom(aws.stack_name, local=False)
    monkeypatch.setattr(room.reached, "outputs", outputs)
    monkeypatch.setattr(Newsroom, "reached", room.reached)
    with moving(aws.poll):
        assert desk.wireroom("kill", "ptn:1", "--reason", "legal", "--wait") == 0
    assert "CloudFront" not in desk.out


def test_nothing_newer_to_take_is_refused(desk: Newsdesk) -> None:
    assert desk.wireroom("correct", "ptn:1", "--take-wire") == 1
    assert "no newer body of ptn:1" in desk.err
    assert "--revert" in desk.err


def test_a_corrected_body_is_refused_when_the_story_has_moved_on(
    desk: Newsdesk, tmp_path: Path
) -> None:
    body = tmp_path / "new.html"
    body.write_text("<p>New.</p>")
    assert desk.wireroom("correct", "ptn:1", "--body", str(body), "--correction", "x") == 0
    desk.world.publish(entry(1, 2), known=True)
    assert desk.world.letters() == ["expected_revision: the article is at revision 2, not 1"]


def test_a_pin_to_a_list_that_the_story_is_not_in_is_refused(desk: Newsdesk) -> None:
    assert desk.wireroom("pin", "ptn:1", "--list", "sport") == 1
    assert f"`wireroom categorise {desk.world.article().id} --add sport`" in desk.err


def test_waiting_for_what_changes_no_page_ends_once_it_is_applied(desk: Newsdesk) -> None:
    with moving(desk.world.aws.poll):
        assert desk.wireroom("note", "ptn:1", "Called them.", "--wait") == 0
    assert "no page changes" in desk.out


def test_waiting_in_vain_says_that_the_event_may_still_come(desk: Newsdesk) -> None:
    assert desk.wireroom("hold", "ptn:1", "--wait", "--timeout", "0") == 1
    assert "may still be on its way" in desk.err
    desk.world.aws.drain()
    assert desk.world.article().state == "held"


def test_waiting_in_vain_for_pages_names_those_that_are_not_written(desk: Newsdesk) -> None:
    aws = desk.world.aws
    edits = next(queue for queue in aws.queues if queue.function.logical_id == "EditFunction")
    with moving(edits.poll):
        assert desk.wireroom("hold", "ptn:1", "--wait", "--timeout", "2") == 1
    assert "13 of 13 pages are not written yet" in desk.err
    assert f"https://harbour.example{desk.world.article().path}" in desk.err


def test_waiting_for_a_republish_ends_when_its_job_is_done(desk: Newsdesk) -> None:
    with moving(desk.world.aws.poll):
        assert desk.wireroom("republish", "--everything", "--id", "all", "--wait") == 0
    job = desk.world.table.jobs.get("all")
    assert job.phase == "done"
    assert f"{job.done} pages written (job all)" in desk.out
    assert desk.err.splitlines()[-1] == f"{job.done} pages"


def test_a_republish_that_is_a_repeat_says_so(desk: Newsdesk) -> None:
    desk.do("republish", "--page", "/", "--id", "p")
    assert "already" not in desk.out
    desk.do("republish", "--everything", "--id", "p", "--wait")
    assert "event p already started a republish, at 2026-02-11 14:30 IST" in desk.out


@pytest.mark.parametrize("page", ["/nope/", "/assets/", "/2026/02/31/", "/2026/02/11/typo/"])
def test_a_page_that_the_site_does_not_have_is_not_made(desk: Newsdesk, page: str) -> None:
    assert desk.wireroom("republish", "--page", page) == 1
    assert "republish: page: " in desk.err
    desk.world.aws.drain()
    assert desk.world.letters() == []
    assert f"{page[1:]}index.html" not in desk.world.site()


def test_waiting_for_a_republish_that_does_not_move_ends_badly(desk: Newsdesk) -> None:
    assert desk.wireroom("republish", "--everything", "--wait", "--timeout", "0") == 1
    assert "made no progress" in desk.err
    desk.world.aws.drain()
