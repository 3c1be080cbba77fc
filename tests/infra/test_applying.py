"""`wireroom apply` and `wireroom settings`, beside chiefs who change settings at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.infra.conftest import Newsdesk
from tests.pipeline.world import FEED, SETTINGS
from wireroom import clock
from wireroom.errors import Conflict, SettingsError
from wireroom.model import Category, Feed
from wireroom.pipeline import applying
from wireroom.settings.site_toml import Configuration, again, difference, marks, read, write
from wireroom_infra.cli import settings as commands

FILE = Configuration(settings=SETTINGS, feeds=(FEED,))
SLOWER = replace(FEED, interval=600)
OTHER = Feed(id="other", url="https://other.example/feed.xml", provider="other")


@pytest.fixture
def config(desk: Newsdesk, tmp_path: Path) -> Path:
    """A site.toml that is applied to the stack."""
    path = tmp_path / "site.toml"
    path.write_text(write(FILE), "utf-8")
    desk.do("apply", str(path), "--yes")
    return path


def at_the_desk(desk: Newsdesk, wanted: Configuration, by: str = "chief@harbour.example") -> str:
    """Apply `wanted` as the desk does."""
    table, feeds = desk.world.table, desk.world.feeds
    before = applying.current(table, feeds)
    version, _ = applying.apply(table, feeds, before, wanted, by=by, place="desk", now=clock.now())
    desk.world.aws.drain()
    return version


def feed(desk: Newsdesk, identity: str = FEED.id) -> Feed | None:
    row = desk.world.feeds.get(identity)
    return row.config if row else None


def test_what_is_applied_is_printed_as_a_site_toml(desk: Newsdesk, config: Path) -> None:
    desk.do("settings")
    assert desk.out == config.read_text("utf-8")
    at_the_desk(desk, replace(FILE, feeds=(SLOWER, OTHER)))
    desk.do("settings")
    assert read(desk.out).feeds == (OTHER, SLOWER)


def test_the_row_says_who_applied_last_when_and_from_where(desk: Newsdesk, config: Path) -> None:
    last = desk.world.table.applied.read()
    assert last is not None
    assert (last.by, last.place, last.at, last.marks) == ("asha", "command line", clock.now(), ())
    at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
    now = desk.world.table.applied.read()
    assert now is not None
    assert (now.by, now.place) == ("chief@harbour.example", "desk")
    assert now.marks == ("feed ptn-top: interval",)
    assert now.id != last.id


def test_an_old_file_does_not_undo_in_silence_what_was_changed_at_the_desk(
    desk: Newsdesk, config: Path
) -> None:
    at_the_desk(desk, replace(FILE, feeds=(SLOWER, OTHER)))
    assert desk.wireroom("apply", str(config), "--yes") == 1
    assert "changed at the desk, last by chief@harbour.example (2026-02-11 09:00 UTC)" in desk.err
    assert '!   ~ feed ptn-top: interval "10m" → "5m"' in desk.err
    assert "!   - feed other" in desk.err
    assert f"`wireroom settings --stack {desk.world.aws.stack_name}`" in desk.err
    assert "nothing was applied" in desk.err
    assert (feed(desk), feed(desk, "other")) == (SLOWER, OTHER)
    desk.do("apply", str(config), "--yes", "--over-desk")
    assert (feed(desk), feed(desk, "other")) == (FEED, None)
    desk.do("apply", str(config), "--yes")  # that is decided
    assert desk.err == ""


def test_a_file_that_has_taken_the_desks_changes_over_is_applied(
    desk: Newsdesk, config: Path
) -> None:
    at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
    desk.do("settings")
    config.write_text(f'{desk.out}\n[[categories]]\nname = "Weather"\n', "utf-8")
    desk.do("apply", str(config), "--yes")
    assert desk.err == ""
    assert feed(desk) == SLOWER


def test_a_file_that_says_the_same_as_the_desk_may_change_it_later(
    desk: Newsdesk, config: Path
) -> None:
    at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
    config.write_text(write(replace(FILE, feeds=(SLOWER,))), "utf-8")
    desk.do("apply", str(config), "--yes")
    assert desk.out == "nothing changes\n"
    config.write_text(write(FILE), "utf-8")
    desk.do("apply", str(config), "--yes")
    assert feed(desk) == FEED


def test_what_one_chief_changed_is_known_after_another_has_changed_more(
    desk: Newsdesk, config: Path
) -> None:
    at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
    weather = Category(name="Weather", slug="weather")
    more = replace(SETTINGS, categories=(*SETTINGS.categories, weather))
    at_the_desk(desk, Configuration(settings=more, feeds=(SLOWER,)), by="rani@harbour.example")
    last = desk.world.table.applied.read()
    assert last is not None
    assert last.marks == ("feed ptn-top: interval", "category weather")


def test_of_two_applies_that_were_decided_on_the_same_settings_the_first_counts(
    desk: Newsdesk, config: Path
) -> None:
    table, feeds = desk.world.table, desk.world.feeds
    before = applying.current(table, feeds)
    at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
    named = replace(FILE, settings=replace(SETTINGS, categories=()))
    with pytest.raises(Conflict):
        applying.apply(
            table, feeds, before, named, by="asha", place="command line", now=clock.now()
        )
    assert table.settings().categories == SETTINGS.categories
    assert feed(desk) == SLOWER


def test_a_command_that_asks_while_somebody_applies_at_the_desk_applies_nothing(
    desk: Newsdesk, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(write(replace(FILE, feeds=())), "utf-8")

    def confirm(*_: object, **__: object) -> bool:
        at_the_desk(desk, replace(FILE, feeds=(SLOWER,)))
        return True

    monkeypatch.setattr(commands, "interactive", lambda: True)
    monkeypatch.setattr(commands.typer, "confirm", confirm)
    assert desk.wireroom("apply", str(config)) == 1
    assert "run the command again" in desk.err
    assert feed(desk) == SLOWER


def test_what_an_older_release_applied_meanwhile_is_noticed(desk: Newsdesk, config: Path) -> None:
    table, feeds = desk.world.table, desk.world.feeds
    before = applying.current(table, feeds)
    desk.world.apply(replace(SETTINGS, categories=()), (FEED,))
    with pytest.raises(Conflict):
        applying.apply(table, feeds, before, FILE, by="asha", place="desk", now=clock.now())
    assert table.settings().categories == ()


def test_what_is_refused_leaves_the_row_as_it_was(desk: Newsdesk, config: Path) -> None:
    before = desk.world.table.applied.read()
    with pytest.raises(SettingsError, match="the provider of ptn-top"):
        at_the_desk(desk, replace(FILE, feeds=(replace(FEED, provider="other"),)))
    assert desk.world.table.applied.read() == before


def test_lines_of_a_difference_are_about_what_they_name() -> None:
    new = replace(
        FILE,
        settings=replace(
            SETTINGS,
            site=replace(SETTINGS.site, name='A: "B"'),
            categories=SETTINGS.categories[1:],
        ),
        feeds=(SLOWER, OTHER),
    )
    lines = difference(FILE, new)
    assert marks(lines) == (
        *("site: name", "category business", "feed ptn-top: interval", "feed other"),
    )
    back = difference(new, FILE)
    assert again(back, marks(lines)) == back
    assert again(['~ feed ptn-top: source "" → "PTN"'], marks(lines)) == []
    assert again(["- feed ptn-top"], marks(lines)) == ["- feed ptn-top"]
    assert again(["- feed ptn"], marks(lines)) == []
