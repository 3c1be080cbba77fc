"""`wireroom file`, and the folder that `wireroom up` watches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.infra.conftest import Newsdesk, moving
from tests.pipeline.newsroom import item, rss
from tests.pipeline.world import FEED, World
from wireroom.store.drops import Drops
from wireroom.wire.document.document import MAX_DOCUMENT
from wireroom_infra.cli import files
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.inbox import Folder

DROP = replace(FEED, id="ptn-files", url="", drop=True)


@pytest.fixture
def taking(desk: Newsdesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Newsdesk:
    """There is a feed that takes files; files of the test are in the present folder."""
    desk.world.apply(feeds=(DROP, FEED), pages=False)
    monkeypatch.setattr(files, "PAUSE", 0.01)
    monkeypatch.chdir(tmp_path)
    Path("good.xml").write_bytes(rss(item(7)))
    Path("bad.xml").write_bytes(b"nothing")
    return desk


def bucket(desk: Newsdesk) -> list[str]:
    return sorted(desk.world.aws.contents(desk.world.aws.outputs["InboxBucket"]))


def test_files_are_put_into_the_inbox(taking: Newsdesk) -> None:
    taking.do("file", "ptn-files", "good.xml")
    assert taking.out == "good.xml: put into the inbox\n"
    assert bucket(taking) == ["done/ptn-files/good.xml"]


def test_what_became_of_each_is_told_to_who_waits(taking: Newsdesk) -> None:
    with moving(taking.world.aws.poll):
        assert taking.wireroom("file", "ptn-files", "good.xml", "bad.xml", "--wait") == 1
        assert "good.xml: taken" in taking.out.splitlines()
        assert "bad.xml: failed: not-xml: the document does not begin with a tag" in taking.err
        assert taking.wireroom("file", "ptn-files", "good.xml", "--wait") == 0


def test_who_waits_for_too_long_is_told(taking: Newsdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    assert taking.wireroom("file", "ptn-files", "good.xml", "--wait") == 1
    assert "good.xml: not taken yet" in taking.err


def test_nothing_is_put_if_one_of_them_can_not_be(taking: Newsdesk) -> None:
    Path("more").mkdir()
    Path("more/good.xml").write_bytes(b"")
    with Path("large.xml").open("wb") as large:
        large.truncate(MAX_DOCUMENT + 1)
    for path, said in (
        ("absent.xml", "absent.xml: No such file"),
        ("large.xml", "large.xml has 15,728,641 bytes"),
        ("more", "more: Is a directory"),
        ("more/good.xml", "two files have the name good.xml"),
    ):
        assert taking.wireroom("file", "ptn-files", "good.xml", path) != 0
        assert said in taking.err
    assert taking.wireroom("file", "nobody", "good.xml") == 1
    assert taking.err == "there is no feed nobody\n"
    assert taking.wireroom("file", "ptn-top", "good.xml") == 1
    assert "ptn-top takes no files: it needs drop = true" in taking.err
    assert bucket(taking) == []


def test_a_feed_of_files_makes_sense_to_the_other_commands(taking: Newsdesk) -> None:
    taking.do("file", "ptn-files", "good.xml")
    assert taking.wireroom("feeds", "list") == 0
    assert f"s3://{taking.world.aws.outputs['InboxBucket']}/inbox/ptn-files/" in taking.out
    assert "dropped" in taking.out
    assert taking.wireroom("feeds", "fetch", "ptn-files") == 1
    assert taking.err == "ptn-files has no url to fetch: its sender puts files into the inbox\n"
    taking.do("file", "ptn-files", "bad.xml")
    assert taking.wireroom("status") == 1
    assert "! inbox: feed ptn-files, file bad.xml: not-xml: " in taking.out
    assert taking.wireroom("redrive", "--queue", "inbox") == 0
    assert taking.wireroom("settings") == 0
    assert "drop = true" in taking.out


def watch(world: World, folder: Path) -> Folder:
    drops = Drops(world.aws.client("s3"), world.aws.outputs["InboxBucket"])
    return Folder(drops, folder)


def looked(world: World, folder: Folder, times: int = 2) -> list[str]:
    told: list[str] = []
    for _ in range(times):
        told += folder.look()
        world.aws.drain()
    return told + folder.look()


def tree(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


@pytest.fixture
def inbox(aws: EmbeddedAWS, tmp_path: Path) -> tuple[World, Path]:
    world = World(aws)
    world.apply(feeds=(DROP,), pages=False)
    (tmp_path / "inbox" / "ptn-files" / "more").mkdir(parents=True)
    return world, tmp_path


def test_files_of_a_folder_are_taken_and_moved(inbox: tuple[World, Path]) -> None:
    world, path = inbox
    here = path / "inbox" / "ptn-files"
    (here / "a b.xml").write_bytes(rss(item(1)))
    (here / "more" / "c.xml").write_bytes(rss(item(2)))
    (here / "bad.xml").write_bytes(b"nothing")
    (here / ".hidden").write_bytes(b"nothing")
    (path / "inbox" / "lost.xml").write_bytes(rss(item(3)))
    told = looked(world, watch(world, path / "inbox"))
    assert told == [
        "lost.xml: failed: it is in no folder; expected inbox/<feed id>/",
        "ptn-files/a b.xml: taken",
        "ptn-files/bad.xml: failed: not-xml: the document does not begin with a tag",
        "ptn-files/more/c.xml: taken",
    ]
    assert tree(path) == [
        "done/ptn-files/a b.xml", "done/ptn-files/more/c.xml",
        "failed/lost.xml", "failed/lost.xml.reason.txt",
        "failed/ptn-files/bad.xml", "failed/ptn-files/bad.xml.reason.txt",
        "inbox/ptn-files/.hidden",
    ]  # fmt: skip
    assert world.article("1")
    assert world.article("2")


def test_a_file_that_is_being_written_is_left_until_it_no_longer_changes(
    inbox: tuple[World, Path],
) -> None:
    world, path = inbox
    folder, here = watch(world, path / "inbox"), path / "inbox" / "ptn-files" / "a.xml"
    whole = rss(item(1))
    for size in (10, 200, len(whole)):
        here.write_bytes(whole[:size])
        assert folder.look() == []
        world.aws.drain()
    assert world.letters() == []
    assert looked(world, folder) == ["ptn-files/a.xml: taken"]


def test_a_file_that_is_put_there_again_is_taken_again(inbox: tuple[World, Path]) -> None:
    world, path = inbox
    folder, here = watch(world, path / "inbox"), path / "inbox" / "ptn-files" / "a.xml"
    for _ in range(2):
        here.write_bytes(rss(item(1)))
        assert looked(world, folder) == ["ptn-files/a.xml: taken"]
    here.write_bytes(b"nothing")
    (told,) = looked(world, folder)
    assert told.startswith("ptn-files/a.xml: failed: not-xml")
    (path / "failed" / "ptn-files" / "a.xml").rename(here)
    (told,) = looked(world, folder)
    assert told.startswith("ptn-files/a.xml: failed: not-xml")


def test_a_name_that_is_no_utf_8_is_taken_too(inbox: tuple[World, Path]) -> None:
    world, path = inbox
    name = os.fsdecode(b"caf\xe9.xml")
    (path / "inbox" / "ptn-files" / name).write_bytes(rss(item(1)))
    assert len(looked(world, watch(world, path / "inbox"))) == 1
    assert (path / "done" / "ptn-files" / name).is_file()
