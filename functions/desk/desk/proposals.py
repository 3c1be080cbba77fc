"""What a form of the screen "Settings" asks for → a whole site.toml, checked as any other.

    fields ─► the tables of what is applied, with one changed ─► site_toml.of_tables

A form of a feed or a category has a field for each of its keys, with the name of the key. Lists are
typed a line each; `categories` of a feed are ticked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import fields, replace

from desk.actions import filing
from desk.roles import role_of
from desk.session import Session
from wireroom.errors import SettingsError
from wireroom.model import Category, Feed
from wireroom.settings.site_toml import (
    Configuration,
    duration,
    of_tables,
    parsed,
    read,
    write,
)

KINDS = ("text", "feed", "category")
_POLLED = next(each.default for each in fields(Feed) if each.name == "interval")
NAMES = {"feed": "id", "category": "slug"}  # of each: the key that names it
TABLES = {"feed": "feeds", "category": "categories"}


def typed(value: Struct) -> dict[str, str]:
    """The fields of a form that shows a feed or a category."""
    return {name: _shown(name, getattr(value, name)) for name in value.__struct_fields__} | (
        {filing(slug): "yes" for slug in value.categories} if isinstance(value, Feed) else {}
    )


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return "\n".join(value)
    return duration(value) if isinstance(value, int) else str(value)


def proposed(
    kind: str, form: Mapping[str, str], now: Configuration, session: Session
) -> Configuration:
    """What would be applied: `now` with what `form` changes. `remove` in it removes. Raises
    SettingsError, in a form of one feed or category with the keys alone."""
    if kind == "text":
        return checked(form.get("text", ""), now, session)
    tables = parsed(write(now))
    rows: list[dict[str, Any]] = tables.setdefault(TABLES[kind], [])
    key, named = NAMES[kind], form.get("which", "")
    place = next((at for at, row in enumerate(rows) if row[key] == named), len(rows))
    if place == len(rows) and (named or form.get("remove")):
        raise SettingsError([f"there is no {kind} {named} any more"])
    if form.get("remove"):
        del rows[place]
        _files_under(tables, named, None)
    else:
        row = _table(Feed if kind == "feed" else Category, form, now)
        rows[place : place + 1] = [row]
        if named and kind == "category":
            row.setdefault(key, named)  # not made of the name: that would close the section
            _files_under(tables, named, row[key])
        if named and (name := row.get(key, named)) != named:
            row["was"] = [each for each in (*row["was"], named) if each != name]
    try:
        found = of_tables(tables)
    except SettingsError as error:
        own = f"{TABLES[kind]}[{place}]."
        raise SettingsError([line.removeprefix(own) for line in error.problems]) from error
    return _kept(found, now, session)


def checked(text: str, now: Configuration, session: Session) -> Configuration:
    """What the site.toml `text` says, with the theme of `now`. Raises SettingsError."""
    return _kept(read(text), now, session)


def _kept(found: Configuration, now: Configuration, session: Session) -> Configuration:
    """`found` with what a desk can't change. Raises SettingsError if it changes what only whoever
    runs the stack may; and if whoever applies it would be no chief any more, as nobody else might
    be left to mend that."""
    problems = [*_of_the_operator(found, now)]
    if problems:
        raise SettingsError(problems)
    staff = found.settings.desk
    # The groups of a session are those of the claim that counted when it began.
    same = staff.group_claim == now.settings.desk.group_claim
    if role_of(staff, session.email, session.groups if same else ()) != "chief":
        raise SettingsError(
            [f"desk.chiefs: {session.email} would be no chief any more; list that address there"]
        )
    theme = {"theme": now.settings.theme, "pages": now.settings.pages}
    return replace(found, settings=replace(found.settings, **theme))


def _of_the_operator(found: Configuration, now: Configuration) -> Iterator[str]:
    """What would open the stack's own network, or a feed's credentials, to whoever sits at a desk:
    a session that is stolen must not become more than a session."""
    there = now.settings.site.internal_hosts
    for host in found.settings.site.internal_hosts:
        if host not in there:
            yield f"site.internal_hosts: {host} can be added by `wireroom apply` only"
    sent = {(feed.secret, _origin(feed.url)) for feed in now.feeds}
    for feed in found.feeds:
        if feed.secret and (feed.secret, _origin(feed.url)) not in sent:
            use = f"sent to {_origin(feed.url)}" if feed.url else "one that pushes are proved with"
            yield (
                f"feed {feed.id}: secret: {feed.secret} is not {use} yet;"
                " that can be changed by `wireroom apply` only"
            )


def _origin(url: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc6454#section-4, but for the default port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _table(kind: type[Feed | Category], form: Mapping[str, str], now: Configuration) -> Any:
    """The table of a feed or a category, as site.toml would have it. What is empty is left out."""
    table: dict[str, Any] = {}
    for field in fields(kind):
        value = form.get(field.name, "")
        if field.type is bool:
            table[field.name] = bool(value)
        elif field.name == "categories":
            slugs = [category.slug for category in now.settings.categories]
            table[field.name] = [slug for slug in slugs if form.get(filing(slug))]
        elif isinstance(field.default, tuple):
            table[field.name] = [line.strip() for line in value.splitlines() if line.strip()]
        elif value:
            table[field.name] = value
    if not table.get("url") and table.get("interval") == _shown("interval", _POLLED):
        del table["interval"]  # the form shows it; a feed that is not polled has none
    return table


def _files_under(tables: Mapping[str, Any], slug: str, now: str | None) -> None:
    """Feeds that file under the category `slug` do so under `now`, or no more."""
    for feed in tables.get("feeds", []):
        if slug in feed.get("categories", []):
            others = [now if each == slug else each for each in feed["categories"]]
            feed["categories"] = [each for each in others if each]
