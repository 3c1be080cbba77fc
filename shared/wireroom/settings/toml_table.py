"""Reading one TOML table key by key, so that all problems are reported at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from slugify import slugify

from wireroom.settings.toml_values import (
    is_host,
    is_path,
    kind,
    local_path,
    meant,
    meant_zone,
    one_line,
    quoted,
    seconds,
    wrong_url,
)
from wireroom.site import kinds

# First path segments that the site keeps for itself; four digits are a year's pages.
RESERVED = kinds.reserved() | {*("home", "index", "assets", "feeds", "favicon", "pictures")}
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
SHORTEST, LONGEST = 10, 7 * 86400  # of an interval, in seconds
LONGEST_TEXT = 500
SHORTEST_PREFIX = 3  # of titles, in characters
PERSON = re.compile(r"group:\S.{0,199}|[^\s@:]{1,64}@[^\s@:]{1,255}")
# What ingest may read, as template.yaml grants it.
SECRET = re.compile(r"(?:ssm:/)?wireroom/[A-Za-z0-9/_.-]{1,200}")


class Problems:
    """The lines of a SettingsError, each with the line number of its key where that is plain."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self._places = places(text)

    def add(self, key: str, wrong: str, expected: str = "") -> None:
        line = self._places.get(key) or self._places.get(key.rpartition(".")[0])
        where = f"{key} (line {line})" if line else key
        self.lines.append(f"{where}: {wrong}" + (f"; expected {expected}" if expected else ""))


def places(text: str) -> dict[str, int]:
    """`feeds[2].interval` → its line number, for keys written one to a line under a header."""
    found: dict[str, int] = {}
    counted: dict[str, int] = {}
    table, inside = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            header = re.match(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]", line)
            key = re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line)
            if header and header[1] == "[[":
                counted[header[2]] = counted.get(header[2], -1) + 1
                table = f"{header[2]}[{counted[header[2]]}]"
                found.setdefault(table, number)
            elif header:
                table = header[2]
                found.setdefault(table, number)
            elif key:
                found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
        for mark in ('"""', "'''"):  # keys inside a text of several lines are not keys
            if line.count(mark) % 2 and inside in ("", mark):
                inside = "" if inside else mark
    return found


class Table:
    """One table of the file. Each method takes one key, notes what is wrong, and gives a value
    of the right type in any case, so that reading goes on and finds the other problems."""

    def __init__(self, at: str, values: dict[str, Any], problems: Problems) -> None:
        self._at, self._values, self._problems = at, values, problems
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the file gives `key`."""
        return key in self._values

    def text(self, key: str, *, required: bool = False, longest: int = LONGEST_TEXT) -> str:
        """One line of text; "" when it is absent or wrong."""
        value = self._take(key)
        if value is None:
            if required:
                self.wrong(key, "is missing", "a text")
            return ""
        if not isinstance(value, str):
            self.wrong(key, f"{quoted(value)} is {kind(value)}", 'a text in quotes, such as "…"')
            return ""
        line: str = value.strip()
        if not one_line(line):
            self.wrong(key, "has line breaks or control characters", "one line of text")
            return ""
        if len(line) > longest:
            self.wrong(key, f"has {len(line)} characters", f"at most {longest}")
            return ""
        if required and not line:
            self.wrong(key, "is empty", "a text")
        return line

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once, in the file's order."""
        value = self._take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(key, f"is {kind(value)}", 'a list of texts, such as ["one", "two"]')
            return ()
        if any(
            not item.strip() or len(item) > LONGEST_TEXT or not one_line(item) for item in value
        ):
            self.wrong(key, "has an empty, overlong or unprintable text", "one line of text each")
            return ()
        return tuple(dict.fromkeys(item.strip() for item in value))

    def prefixes(self, key: str) -> tuple[str, ...]:
        """How titles begin. A word of one or two letters would begin too many."""
        found = self.texts(key)
        if any(len(prefix) < SHORTEST_PREFIX for prefix in found):
            self.wrong(key, "has a text that is too short", "three characters or more")
            return ()
        return found

    def former(self, key: str, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
        """Names that this table's subject had before, each of the form `form`."""
        found = self.texts(key)
        for name in found:
            if not form.fullmatch(name):
                self.wrong(key, f"has {quoted(name)}", expected)
                return ()
        return found

    def people(self, key: str) -> tuple[str, ...]:
        """Who may use the desk: addresses, in lower case, and `group:NAME`."""
        found = self.texts(key)
        for name in found:
            if not PERSON.fullmatch(name):
                self.wrong(
                    key,
                    f"has {quoted(name)}",
                    'addresses such as "asha@paper.example", or "group:" and a name',
                )
                return ()
        return tuple(name if name.startswith("group:") else name.lower() for name in found)

    def truth(self, key: str, *, default: bool) -> bool:
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, f"{quoted(value)} is {kind(value)}", "true or false, without quotes")
        return default

    def number(self, key: str, *, default: int, least: int, most: int) -> int:
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(key, f"is {quoted(value)}", f"a whole number from {least} to {most}")
        return default

    def interval(self, key: str, *, default: int) -> int:
        """Seconds, from a number of them or a text such as `"5m"`."""
        value = self._take(key)
        if value is None:
            return default
        try:
            found = seconds(value)
        except ValueError:
            self.wrong(
                key,
                f"{quoted(value)} is not a length of time",
                'seconds, or a text with s, m, h or d, such as "5m"',
            )
            return default
        if not SHORTEST <= found <= LONGEST:
            self.wrong(key, f"is {quoted(value)}", "from 10 seconds to 7 days")
            return default
        return found

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`, whose first is the default."""
        value = self._take(key)
        if value is None or value in allowed:
            return str(value) if value else allowed[0]
        self.wrong(key, f"is {quoted(value)}", " or ".join(map(quoted, allowed)))
        return allowed[0]

    def named(self, key: str) -> str:
        """A name that keys of the table and log lines carry."""
        value = self.text(key, required=True)
        if value and not NAME.fullmatch(value):
            self.wrong(
                key,
                f"is {quoted(value)}",
                "up to 64 of a-z, 0-9, dot, hyphen and underscore, a letter or digit first",
            )
            return ""
        return value

    def category_slug(self, key: str, name: str) -> str:
        """The category's address: as written, else from its name."""
        value = self.text(key)
        if not value and key not in self._values:
            value = slugify(name, max_length=60)
            if name and not value:
                self.wrong(key, f"{quoted(name)} gives no slug", "a slug, such as breaking-news")
        elif not value and self._values[key] == "":
            self.wrong(key, "is empty", "a slug, or no such key: then the name gives it")
        if not value:
            return ""
        if not SLUG.fullmatch(value) or len(value) > 60:
            suggestion = slugify(value, max_length=60) or "breaking-news"
            self.wrong(
                key,
                f"is {quoted(value)}",
                f"up to 60 of a-z, 0-9 and single hyphens, such as {quoted(suggestion)}",
            )
            return ""
        if value in RESERVED or re.fullmatch(r"[0-9]{4}", value):
            self.wrong(key, f"{quoted(value)} is reserved for the site's own pages", "another slug")
            return ""
        return value

    def slugs_of(self, key: str, slugs: list[str], *, most: int) -> tuple[str, ...]:
        """Slugs of categories that the file has. "" among `slugs` stands for one that is wrong,
        and then nothing is reported here."""
        found = self.texts(key)
        if len(found) > most:
            self.wrong(key, f"names {len(found)} categories", f"at most {most}")
        for slug in found:
            if slug not in slugs and "" not in slugs:
                self.wrong(
                    key,
                    f"no category has the slug {quoted(slug)}",
                    (f"one of {', '.join(slugs)}" if slugs else "a [[categories]] of that slug")
                    + meant(slug, slugs),
                )
        return tuple(slug for slug in found if slug in slugs)

    def timezone(self, key: str) -> str:
        value = self.text(key)
        if not value:
            return "UTC"
        try:
            ZoneInfo(value)
            return value
        except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones
            self.wrong(
                key,
                f"there is no time zone {quoted(value)}",
                "a name such as Asia/Kolkata" + meant_zone(value),
            )
            return "UTC"

    def locale(self, key: str) -> str:
        """A locale that dates can be written in, as Babel names it (`en`, `en_IN`, `hi`)."""
        from babel.core import Locale, UnknownLocaleError  # noqa: PLC0415

        value = self.text(key)
        if not value:
            return "en"
        try:
            return str(Locale.parse(value.replace("-", "_")))
        except (UnknownLocaleError, ValueError, TypeError):
            self.wrong(key, f"there is no locale {quoted(value)}", "such as en, en-IN or hi")
            return "en"

    def site_url(self, key: str) -> str:
        """The site's address without a slash at its end."""
        value = self.text(key, required=True)
        if not value:
            return ""
        problem = wrong_url(value)
        if not problem and urlsplit(value).path.strip("/"):
            problem = "has a path; a site is the root of its host"
        if not problem and ("?" in value or "#" in value):
            problem = "has a query or a fragment"
        if problem:
            self.wrong(key, f"{quoted(value)} {problem}", "such as https://news.example")
            return ""
        return value.rstrip("/")

    def address(self, key: str) -> str:
        """The address of something on the web, or ""."""
        value = self.text(key, longest=2048)
        problem = wrong_url(value) if value else ""
        if problem:
            self.wrong(key, f"{quoted(value)} {problem}", "such as https://hub.example/")
            return ""
        return value

    def feed_url(
        self, key: str, *, required: bool = True, files: bool, folder: Path | None = None
    ) -> str:
        """A feed's address; with `files` also the path of a local file, there under `folder`."""
        value = self.text(key, required=required, longest=2048)
        if not value:
            return ""
        if files and is_path(value):
            if folder is not None and not local_path(value, folder).is_file():
                self.wrong(key, f"there is no file {local_path(value, folder)}")
            return value
        problem = wrong_url(value)
        if problem and is_path(value):
            problem = "is a file; only wireroom build and wireroom up read files"
        if problem:
            self.wrong(key, f"{quoted(value)} {problem}", "such as https://wire.example/top.rss")
            return ""
        return value

    def secret(self, key: str) -> str:
        """The name of a secret. What is wrong is not shown: it may be the secret itself."""
        value = self.text(key)
        if value and not SECRET.fullmatch(value):
            self.wrong(
                key,
                "is not the name of a secret",
                'such as "wireroom/ptn" (Secrets Manager) or "ssm:/wireroom/ptn"',
            )
            return ""
        return value

    def hosts(self, key: str) -> tuple[str, ...]:
        """Hosts, each with or without a port, in lower case."""
        found = tuple(host.lower() for host in self.texts(key))
        for host in found:
            if not is_host(host):
                self.wrong(
                    key,
                    f"{quoted(host)} is not a host",
                    'host or host:port, such as "wire.internal" or "127.0.0.1:8081"',
                )
                return ()
        return found

    def table(self, key: str) -> Table:
        """The table of that name; it has to be there."""
        value = self._take(key)
        if value is None:
            self.wrong(key, "is missing", f"a table [{key}]")
            return Silent(key, {}, self._problems)
        if not isinstance(value, dict):
            self.wrong(key, f"is {kind(value)}", f"a table [{key}]")
            return Silent(key, {}, self._problems)
        return Table(key, value, self._problems)

    def optional(self, key: str) -> Table:
        """The table of that name, which may be missing."""
        return self.table(key) if key in self._values else Table(key, {}, self._problems)

    def tables(self, key: str) -> list[Table]:
        """The tables of that name, which may be none."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(key, f"is {kind(value)}", f"tables, each under [[{key}]]")
            return []
        return [Table(f"{key}[{i}]", item, self._problems) for i, item in enumerate(value)]

    def nothing_else(self) -> None:
        """Notes each key that no method took."""
        for key in self._values:
            if key not in self._known:
                self.wrong(key, "is not a known key" + meant(key, self._known))

    def wrong(self, key: str, what: str, expected: str = "") -> None:
        name = key if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", key) else quoted(key)
        self._problems.add(f"{self._at}.{name}" if self._at else name, what, expected)

    def _take(self, key: str) -> Any:
        self._known.append(key)
        return self._values.get(key)


class Silent(Table):
    """A missing table: reported once, not again for each of its keys."""

    def wrong(self, key: str, what: str, expected: str = "") -> None:
        pass
