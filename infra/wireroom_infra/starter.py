"""A first site.toml, with a comment at each key that a newsroom is likely to change.

what the feeds say, and a few answers ─► text that `site_toml.read` accepts
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct
from slugify import slugify

from wireroom.errors import SettingsError
from wireroom.settings.site_toml import read
from wireroom.settings.suggestions import id_of, provider_of
from wireroom.wire.formats.document import Document

CATEGORIES = 8  # at most, of the terms that the feeds use most


class Answers(Struct, frozen=True, kw_only=True):
    """What only the newsroom knows. `internal`: hosts on a private network, as site.toml has them.
    `language`: a locale such as `en-IN`, or "" for that of the first feed that names one."""

    name: str
    url: str
    timezone: str = "UTC"
    language: str = ""
    internal: tuple[str, ...] = ()


class FoundFeed(Struct, frozen=True):
    """A feed's address (or file), and the document that was found there."""

    place: str
    document: Document


def starter(answers: Answers, feeds: Sequence[FoundFeed]) -> str:
    """The text of a site.toml for `feeds`. Raises SettingsError where an answer is wrong."""
    languages = [answers.language, *(feed.document.language for feed in feeds), "en"]
    locale = next(filter(is_locale, languages), "en")
    site = _site(answers, locale)
    read(site, files=True)
    categories = _categories(feeds)
    tables = [site, _CATEGORIES if categories else _NO_CATEGORIES, *categories]
    tables += [_FEEDS if feeds else _NO_FEEDS, *_feeds(feeds)]
    text = "\n".join(tables)
    read(text, files=True)
    return text


def is_locale(name: str) -> bool:
    """Whether pages can be written in the language `name`."""
    return bool(name) and _is_right(f"locale = {_quoted(name)}")


def _is_right(lines: str) -> bool:
    """Whether `lines` are accepted in a site.toml, after the site's name and address."""
    try:
        read(f'[site]\nname = "a"\nurl = "https://a.example"\n{lines}', files=True)
    except SettingsError:
        return False
    return True


def _quoted(value: str | Iterable[str]) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(_quoted, value))}]"


def _site(answers: Answers, locale: str) -> str:
    internal = (
        f"internal_hosts = {_quoted(answers.internal)}\n"
        if answers.internal
        else '# internal_hosts = ["wire.internal"]   # hosts of feeds on a private network\n'
    )
    return f"""\
# The site: its name and address, its categories, its feeds. docs/site-toml.md of Wireroom explains
# every key. `wireroom up` runs the site on this machine. `wireroom apply` shows what this file
# changes in a deployed stack, asks, and applies it.

[site]
name = {_quoted(answers.name)}
url = {_quoted(answers.url)}   # the site's address for readers, without a path
timezone = {_quoted(answers.timezone)}   # of the dates in addresses and on day pages
locale = {_quoted(locale)}   # the language of dates and of the site's own words
tagline = ""   # a line under the name
contact = ""   # where publishers of the feeds can reach you
{internal}"""


_CATEGORIES = """\
# Sections, in the order in which the site shows them. A story is in a section if one of its feed's
# terms is the section's name or one of its terms. These are the terms that your feeds use most:
# rename them, put several terms into one section, delete what is no section of yours.
"""
_NO_CATEGORIES = """\
# Sections, in the order in which the site shows them. A story is in a section if one of its feed's
# terms is the section's name or one of its terms.
#
# [[categories]]
# name = "Politics"
# terms = ["politics", "elections"]
"""
_NO_FEEDS = """\
# The feeds that stories come from. `wireroom feeds check URL` shows what a feed contains.
#
# [[feeds]]
# id = "agency-top"
# url = "https://wire.example/top.rss"
# provider = "agency"
"""
_FEEDS = """\
# The feeds that stories come from. Further keys: interval, categories, hold, syndicated = false for
# your own copy, secret for a private feed. `wireroom feeds check URL` shows what a feed contains.
"""


def _categories(feeds: Sequence[FoundFeed]) -> list[str]:
    """A table for each of the feeds' most used terms, spelled as most often."""
    spelled: dict[str, Counter[str]] = {}
    stories: Counter[str] = Counter()
    for feed in feeds:
        for entry in feed.document.entries:
            terms = {" ".join(term.split()) for term in entry.categories}
            for term in terms:
                spelled.setdefault(term.casefold(), Counter())[term] += 1
            stories.update({term.casefold() for term in terms})
    tables: list[str] = []
    slugs: set[str] = set()
    for folded, _ in sorted(stories.items(), key=lambda each: (-each[1], each[0])):
        name = spelled[folded].most_common(1)[0][0]
        slug = slugify(name)
        table = f"[[categories]]\nname = {_quoted(name)}\nterms = {_quoted([folded])}\n"
        if slug in slugs or not _is_right(table):
            continue
        slugs.add(slug)
        tables.append(table)
        if len(tables) == CATEGORIES:
            break
    return tables


def _feeds(feeds: Sequence[FoundFeed]) -> list[str]:
    tables: list[str] = []
    taken: set[str] = set()
    for feed in feeds:
        provider = provider_of(feed.place)
        name = id_of(feed.document.title, provider, taken)
        taken.add(name)
        table = (
            f"[[feeds]]\nid = {_quoted(name)}   # for commands and logs\n"
            f"url = {_quoted(feed.place)}\n"
            f"provider = {_quoted(provider)}   # the same for all feeds of one agency\n"
        )
        source = f"source = {_quoted(feed.document.title[:100])}"
        if not _is_right(f"{table}{source}"):
            source = '# source = "…"'
        tables.append(f"{table}{source}   # the agency's name, for search engines\n")
    return tables
