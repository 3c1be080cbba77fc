"""The docs list what there is: nothing is left out, and nothing is listed that is gone."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jinja2 import Environment
from jinja2.nodes import Block

from tests.simulation.simulation import MINUTES
from wireroom.errors import SettingsError
from wireroom.model import HOME, Category, Feed, Site, Staff
from wireroom.newsroom.events import ACTIONS
from wireroom.settings import site_toml
from wireroom.site import kinds
from wireroom.site.kinds import KINDS
from wireroom.wire import polling
from wireroom.wire.http import refusal

ROOT = Path(__file__).parents[1]
LAYER = ROOT / "shared" / "wireroom"
# A state is the first argument of each of these. A refusal of OPML is no state of a feed.
STATED = {"FetchError", "NotAFeed", "Excess", "_refusing"}
NO_FEEDS = {LAYER / "wire" / "opml.py"}


def section(document: str, heading: str) -> str:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"{document} has no section {heading!r}"
    return found[1]


def first_column(text: str) -> list[str]:
    table = re.search(r"(?:^\|.*\n?)+", text, re.M)  # the first, where a section has several
    cells = [line.split("|")[1] for line in (table[0] if table else "").splitlines()]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def states() -> set[str]:
    found = {polling.OK, polling.STOPPED, polling.TRUNCATED, *refusal._STATES.values()}
    found |= {"server-error", "http"}  # in `refusal.refused`, by ranges of statuses
    for path in sorted(set(LAYER.rglob("*.py")) - NO_FEEDS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in STATED and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


def test_every_editors_action_has_its_command_its_event_and_no_other_is_listed() -> None:
    events = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)$", events, re.M) == list(ACTIONS)
    listed = section("docs/commands.md", "Editors' commands").strip().split(" each put ")[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == set(ACTIONS)
    readme = section("README.md", "The commands")
    row = next(line for line in readme.splitlines() if "an editor's event" in line)
    named = re.findall(r"`([^`]+)`", row.split("|")[1])
    assert {name.removeprefix("wireroom ") for name in named} == set(ACTIONS)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("[site]", Site), ("[[categories]]", Category), ("[desk]", Staff), ("[[feeds]]", Feed)],
)
def test_every_key_of_site_toml_is_listed_and_no_other(heading: str, kind: Any) -> None:
    listed = first_column(section("docs/site-toml.md", heading))
    assert sorted(listed) == sorted(field.name for field in msgspec.structs.fields(kind))


@pytest.mark.parametrize("heading", ["[site]", "[[categories]]", "[desk]", "[[feeds]]"])
def test_every_key_of_site_toml_that_is_listed_is_read(heading: str) -> None:
    listed = first_column(section("docs/site-toml.md", heading))
    dates = "\n".join(f"{key} = 2026-02-11" for key in listed)  # no key takes a date
    with pytest.raises(SettingsError) as caught:
        site_toml.read(f"{heading}\n{dates}\n")
    told = "\n".join(caught.value.problems)
    assert "is not a known key" not in told
    assert {key for key in listed if f".{key} (line " not in told} == set()


def test_the_docs_say_how_long_a_killed_story_can_be_seen_as_the_simulation_holds_it() -> None:
    number = "zero one two three four five six seven eight nine ten".split()[MINUTES]
    for name in ("simulation.md", "operating.md"):
        text = " ".join((ROOT / "docs" / name).read_text("utf-8").split())
        assert f"at most {number} minutes after" in text, name


def test_every_kind_of_page_is_listed_and_no_other() -> None:
    listed = first_column(section("docs/architecture.md", "Kinds of page"))
    assert sorted(listed) == sorted(KINDS)


def test_the_docs_give_the_address_of_each_kind_of_page() -> None:
    rows = [
        (row.split("|")[1].strip(" `"), re.findall(r"`(/[^`]*)`", row.split("|")[2]))
        for row in section("docs/architecture.md", "Kinds of page").splitlines()
        if row.startswith("| `")
    ]
    for kind, addresses in rows:
        row, day = KINDS[kind], "2026-02-11"
        lists = (HOME, "{category}") if row.of in {"list", "day", "calendar"} else (HOME,)
        if row.of == "author":
            lists = ("authors/{author}",)
        pages = []
        if row.of == "calendar":
            pages = [page for name in lists for page in kinds.of_calendar(name, day[:7])]
        elif row.of not in {"article", "month", "date", "words"}:
            pages = [kinds.page(kind, name, day) for name in lists]
        if row.of == "month":
            first = next(page for page in kinds.of_month(day[:7]) if page.kind == kind)
            pages = [first, kinds.part_after(first)]
        wanted = [page.path for page in pages]
        dated = [
            path.replace("{yyyy}/{mm}/{dd}", "2026/02/11")
            .replace("{yyyy}/{mm}", "2026/02")
            .replace("{yyyy}-{mm}", "2026-02")
            for path in addresses
        ]
        assert dated == wanted or row.of in {"article", "theme", "date", "words"}, kind


def test_every_state_of_a_feed_is_listed_and_no_other() -> None:
    listed = first_column(section("docs/operating.md", "States of a feed"))
    assert sorted(listed) == sorted(states())


def test_every_block_of_a_template_is_listed_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", section("docs/theming.md", "Blocks"), re.M)
    environment, found = Environment(), []
    for path in sorted((LAYER / "site" / "templates").glob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        found += [(block.name, path.name) for block in tree.find_all(Block)]
    inherited = {name for name, template in found if template == "base.html"}
    own = [each for each in found if each[0] not in inherited or each[1] == "base.html"]
    assert sorted(rows) == sorted(own)


def test_every_path_that_the_design_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+/[\w./]*)`", text)
    paths = {name for name in named if not name.startswith("/")}
    assert len(paths) > 15
    for path in sorted(paths):
        assert (ROOT / path).exists() or (LAYER / path).exists(), path
