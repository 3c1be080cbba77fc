"""A theme: what a newsroom changes of the look of its site, as one value.

The command line reads it from a folder and checks it (`wireroom_infra.theme`). It is kept in the
content bucket under its hash, which the settings name, and never changes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

from wireroom.errors import ThemeFailed

# Where snippets may stand. docs/theming.md says where each is.
SLOTS = ("head", "banner", "under_masthead", "before_story", "after_story", "beside_story", "foot")
# Built-in templates that a theme may not replace: what they print is not for readers' eyes alone.
KEPT = frozenset({"elsewhere.html", "macros.html", "redirect.html", "whole.html"})


class Link(Struct, frozen=True):
    """`url`: a path on the site, or an http, https or mail address."""

    title: str
    url: str


class File(Struct, frozen=True, kw_only=True):
    """A file of the theme on the site. `path`: with the hash of its content. `type`: its
    Content-Type."""

    path: str
    type: str
    data: bytes


class Logo(Struct, frozen=True, kw_only=True):
    """The picture in place of the site's name. `path`, `dark`: on the site; `dark` is for dark
    screens, or "". `width`, `height`: pixels."""

    path: str
    width: int
    height: int
    dark: str = ""


class Text(Struct, frozen=True, kw_only=True):
    """A page of the theme's own, such as About. `html`: without its title, safe to print."""

    title: str
    html: str
    description: str = ""


class Theme(Struct, frozen=True, kw_only=True):
    """`version`: of this format. `css`: follows the site's own stylesheet. `templates`: name →
    source; they replace those of the same name. `snippets`: a name of SLOTS → HTML. `files`: their
    names in the theme's assets → the files. `texts`: the slug of a page → the page. `footer`: None
    if the theme names no links; then the pages of `texts` are there. `sources`: a directive of the
    Content-Security-Policy, such as `script-src` → what it allows besides the site's own.
    `catalogues`: language, as a locale → its words (`site.words`) as a .mo file.
    """

    version: Literal[1] = 1
    css: str = ""
    logo: Logo | None = None
    navigation: tuple[Link, ...] = ()
    footer: tuple[Link, ...] | None = None
    templates: dict[str, str] = {}
    snippets: dict[str, str] = {}
    files: dict[str, File] = {}
    texts: dict[str, Text] = {}
    sources: dict[str, tuple[str, ...]] = {}
    catalogues: dict[str, bytes] = {}


def encode(theme: Theme) -> bytes:
    """The same bytes for equal themes."""
    return msgspec.json.encode(theme, order="deterministic")


def decode(data: bytes) -> Theme:
    """Raises ThemeFailed for what is no theme, or one of another release's format."""
    try:
        return msgspec.json.decode(data, type=Theme)
    except msgspec.DecodeError as error:
        raise ThemeFailed(f"the theme can't be read: {error}") from error


def identity(data: bytes) -> str:
    """What the settings call an encoded theme: the hash of its content."""
    return sha256(data).hexdigest()[:40]
