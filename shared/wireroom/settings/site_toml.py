"""site.toml: the description of a site, its categories and its feeds.

    text ─ tomllib ─► tables ─ checked key by key ─► Configuration(settings, feeds)

Everything that is wrong is told at once, one line per problem, in the file's own words:
`feeds[2].interval (line 31): "soon" is not a length of time; expected …`. Tables are counted from
0, as the file's order has them. docs/site-toml.md is the reference.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast, get_args

import msgspec
from msgspec import Struct

from wireroom.errors import SettingsError
from wireroom.model import Category, Excerpts, Feed, Settings, Site, Staff
from wireroom.newsroom.settle import CATEGORIES
from wireroom.settings.toml_table import NAME, SLUG, Problems, Table
from wireroom.settings.toml_values import quoted
from wireroom.site.theme import Theme


class Configuration(Struct, frozen=True, kw_only=True):
    """All of a site.toml. The feeds have rows of their own in the table. `theme`: the theme beside
    it, which the settings name."""

    settings: Settings
    feeds: tuple[Feed, ...] = ()
    theme: Theme | None = None


def read(text: str, *, files: bool = False, folder: Path | None = None) -> Configuration:
    """The configuration that `text`, a site.toml, describes.

    `files`: a feed's url may also be the path of a local file (`wireroom build`, `wireroom up`),
    which has to be there, relative to `folder`, if that is given.
    Raises SettingsError with a line for every problem found.
    """
    return of_tables(parsed(text), text, files=files, folder=folder)


def of_tables(
    tables: dict[str, Any], text: str = "", *, files: bool = False, folder: Path | None = None
) -> Configuration:
    """The configuration that `tables` describe, as `parsed` gives them. `text`: what they were
    parsed from, so that problems have its lines; the others: as in `read`. Raises SettingsError."""
    problems = Problems(text)
    top = Table("", tables, problems)
    site = _site(top.table("site"))
    categories = tuple(_category(table) for table in top.tables("categories"))
    _refuse_doubles([("categories", "slug", c.slug) for c in categories], problems)
    slugs = [category.slug for category in categories]
    desk = _desk(top.optional("desk"))
    feeds = tuple(_feed(table, slugs, files, folder) for table in top.tables("feeds"))
    _refuse_doubles([("feeds", "id", feed.id) for feed in feeds], problems)
    _refuse_was("categories", "slug", [(each.slug, each.was) for each in categories], problems)
    _refuse_was("feeds", "id", [(feed.id, feed.was) for feed in feeds], problems)
    _refuse_doubles([("feeds", "url", feed.url) for feed in feeds], problems)
    top.nothing_else()
    if problems.lines:
        raise SettingsError(problems.lines)
    providers = tuple(sorted({feed.provider for feed in feeds}))
    settings = Settings(site=site, categories=categories, desk=desk, providers=providers)
    return Configuration(settings=settings, feeds=feeds)


# --- the tables ---------------------------------------------------------------------------------


def parsed(text: str) -> dict[str, Any]:
    """The tables of a site.toml, whatever is in them. Raises SettingsError for what is no TOML."""
    try:
        text.encode()
        return tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError(["the file is nested too deeply to be read"]) from error
    except ValueError as error:  # not TOML, lone surrogates, a number or date out of range
        place = re.search(r"\(at (line \d+), column (\d+)\)", str(error))
        reason = str(error).split(" (at ")[0]
        where = f"{place[1]}, column {place[2]}" if place else "the file"
        raise SettingsError([f"{where}: not TOML: {reason}{_hint(reason)}"]) from error


def _hint(reason: str) -> str:
    """What somebody who writes TOML for the first time may have meant."""
    for start, hint in (
        ("Invalid value", 'a text stands in quotes, such as "…"'),
        ("Expected newline", 'a text stands in quotes, such as "…"'),
        ("Cannot declare", "each feed is headed [[feeds]], each category [[categories]]"),
        ("Cannot overwrite", "each feed is headed [[feeds]], each category [[categories]]"),
    ):
        if reason.startswith(start):
            return f"; {hint}"
    return ""


def _site(table: Table) -> Site:
    site = Site(
        name=table.text("name", required=True, longest=100),
        url=table.site_url("url"),
        timezone=table.timezone("timezone"),
        locale=table.locale("locale"),
        tagline=table.text("tagline"),
        contact=table.text("contact"),
        freshen_hours=table.number("freshen_hours", default=48, least=0, most=24 * 31),
        internal_hosts=table.hosts("internal_hosts"),
        feed_text=cast("Any", table.one_of("feed_text", ("summary", "full"))),
        hub=table.address("hub"),
    )
    table.nothing_else()
    return site


def _desk(table: Table) -> Staff:
    staff = Staff(
        readers=table.people("readers"),
        editors=table.people("editors"),
        chiefs=table.people("chiefs"),
        group_claim=table.text("group_claim", longest=100) or Staff().group_claim,
    )
    table.nothing_else()
    return staff


def _category(table: Table) -> Category:
    name = table.text("name", required=True, longest=80)
    category = Category(
        name=name,
        slug=table.category_slug("slug", name),
        terms=table.texts("terms"),
        hold=table.truth("hold", default=False),
        was=table.former("was", SLUG, 'slugs, such as ["politics"]'),
    )
    table.nothing_else()
    return category


def _feed(table: Table, slugs: list[str], files: bool, folder: Path | None) -> Feed:
    push, drop = table.truth("push", default=False), table.truth("drop", default=False)
    feed = Feed(
        id=table.named("id"),
        url=table.feed_url("url", required=not (push or drop), files=files, folder=folder),
        provider=table.named("provider"),
        push=push,
        drop=drop,
        categories=table.slugs_of("categories", slugs, most=CATEGORIES),
        interval=table.interval("interval", default=300),
        syndicated=table.truth("syndicated", default=True),
        hold=table.truth("hold", default=False),
        source=table.text("source", longest=100),
        identity=cast("Any", table.one_of("identity", ("guid", "link"))),
        pictures=cast("Any", table.one_of("pictures", ("store", "link", "none"))),
        canonical=cast("Any", table.one_of("canonical", ("site", "source"))),
        index=table.truth("index", default=True),
        excerpts=cast("Any", table.one_of("excerpts", get_args(Excerpts))),
        content=cast("Any", table.one_of("content", ("auto", "excerpt"))),
        secret=table.secret("secret"),
        kill_titles=table.prefixes("kill_titles"),
        hold_titles=table.prefixes("hold_titles"),
        was=table.former("was", NAME, "ids of feeds"),
    )
    if push and not feed.secret:
        table.wrong(
            "push",
            "needs the `secret` that whoever sends is to know",
            'such as secret = "wireroom/newsroom"',
        )
    if (push or drop) and table.has("interval") and not table.has("url"):
        table.wrong("interval", "is for feeds that are polled", "a `url`, or no `interval`")
    table.nothing_else()
    return feed


def _refuse_doubles(values: list[tuple[str, str, str]], problems: Problems) -> None:
    first: dict[str, int] = {}
    for index, (table, key, value) in enumerate(values):
        if not value:  # already a problem of its own
            continue
        if value in first:
            problems.add(
                f"{table}[{index}].{key}",
                f"{quoted(value)} is already the {key} of {table}[{first[value]}]",
                f"a different {key} for each",
            )
        first.setdefault(value, index)


def _refuse_was(
    table: str, key: str, rows: list[tuple[str, tuple[str, ...]]], problems: Problems
) -> None:
    """A name in `was` is no present name, and is in one `was` only."""
    present = [name for name, _ in rows]
    heirs: dict[str, int] = {}
    for index, (_, was) in enumerate(rows):
        for name in was:
            if name in present:
                wrong = f"{quoted(name)} is the {key} of {table}[{present.index(name)}]"
                problems.add(f"{table}[{index}].was", wrong, f"a {key} that is no longer there")
            elif name in heirs:
                wrong = f"{quoted(name)} is already in `was` of {table}[{heirs[name]}]"
                problems.add(f"{table}[{index}].was", wrong, f"each {key} in one `was` only")
            heirs.setdefault(name, index)


# --- writing it ---------------------------------------------------------------------------------


def write(configuration: Configuration) -> str:
    """A site.toml that `read` turns into `configuration` again. Defaults are left out."""
    tables = [_table("[site]", configuration.settings.site)]
    if configuration.settings.desk != Staff():
        tables.append(_table("[desk]", configuration.settings.desk))
    tables += [_table("[[categories]]", item) for item in configuration.settings.categories]
    return "\n".join(filter(None, [*tables, write_feeds(configuration.feeds)]))


def write_feeds(feeds: Iterable[Feed]) -> str:
    """The `[[feeds]]` tables of a site.toml."""
    return "\n".join(_table("[[feeds]]", feed) for feed in feeds)


def _table(header: str, item: Struct) -> str:
    lines = [header]
    for field in msgspec.structs.fields(item):
        value = getattr(item, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {_value(field.name, value)}")
    return "\n".join(lines) + "\n"


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return quoted(duration(value)) if name == "interval" else str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(name, item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def duration(value: int) -> str:
    """Seconds as site.toml writes them: `5m`, `2h`, `90s`."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value and value % size == 0:
            return f"{value // size}{unit}"
    return f"{value}s"


# --- what changes -------------------------------------------------------------------------------


def difference(old: Configuration | None, new: Configuration) -> list[str]:
    """What `wireroom apply` would change, a line each; none when both say the same.

    `+` added, `-` removed, `~` changed. `old` is None when nothing has been applied yet.
    """
    before = old.settings if old else None
    lines = _changes("site", before.site if before else None, new.settings.site)
    lines += _rows(
        "category",
        {c.slug: c for c in before.categories} if before else {},
        {c.slug: c for c in new.settings.categories},
    )
    desk = before.desk if before else Staff()
    lines += _changes("desk", desk, new.settings.desk)
    lines += _theme(before, new.settings)
    order = [c.slug for c in before.categories] if before else []
    wanted = [c.slug for c in new.settings.categories]
    if sorted(order) == sorted(wanted) and order != wanted:
        lines.append(f"~ categories: order is now {', '.join(wanted)}")
    return lines + _rows(
        "feed", {f.id: f for f in old.feeds} if old else {}, {f.id: f for f in new.feeds}
    )


def _theme(before: Settings | None, new: Settings) -> list[str]:
    old = before.theme if before else ""
    if old == new.theme:
        return []
    if not new.theme:
        return [f"- theme {old[:8]}: the site gets the built-in look"]
    return [f"~ theme: {old[:8]} → {new.theme[:8]}" if old else f"+ theme {new.theme[:8]}"]


def _rows(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            lines.append(f"- {kind} {name}")
        else:
            lines += _changes(f"{kind} {name}", old.get(name), new[name])
    return lines


def _changes(what: str, old: Struct | None, new: Struct) -> list[str]:
    if old is None:
        set_fields = [
            f"{field.name} {_value(field.name, getattr(new, field.name))}"
            for field in msgspec.structs.fields(new)
            if getattr(new, field.name) != field.default and field.name not in ("id", "slug")
        ]
        return [f"+ {what}: " + ", ".join(set_fields)]
    return [
        f"~ {what}: {field.name} {_value(field.name, getattr(old, field.name))}"
        f" → {_value(field.name, getattr(new, field.name))}"
        for field in msgspec.structs.fields(new)
        if getattr(old, field.name) != getattr(new, field.name)
    ]


def marks(lines: Iterable[str]) -> tuple[str, ...]:
    """What the lines of a difference are about: `feed ptn-top` where it came or went,
    `feed ptn-top: interval` where a key of it changed."""
    found = []
    for line in lines:
        name, _, change = line[2:].partition(": ")
        changed = line.startswith("~") and change
        found.append(f"{name}: {change.split(' ')[0]}" if changed else name)
    return tuple(dict.fromkeys(found))


def again(lines: Iterable[str], marked: Iterable[str]) -> list[str]:
    """Those of `lines`, a difference, that are about something in `marked`."""
    marked = tuple(marked)
    return [
        line
        for line in lines
        for mark in marks([line])
        if any(each == mark or each.startswith(f"{mark}: ") for each in marked)
    ]
