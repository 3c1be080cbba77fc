"""What a theme makes of the site's pages: the stylesheet, the policy, the links, the templates.

A container reads a theme once. `add` keeps what follows from it under the theme's identity, which
the settings name; `of` gives it to whoever prints a page.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wireroom.errors import ThemeFailed
from wireroom.model import Settings
from wireroom.site import assets
from wireroom.site.theme import Link, Logo, Text, Theme
from wireroom.site.words import Words, read, words

MOST = 8  # looks that are kept: that of the settings, and those that came before
PLAIN = "-plain"  # ends the identity of a look with the built-in templates


class Look(Struct, frozen=True, kw_only=True):
    """`policy`: the Content-Security-Policy of its pages; `search_policy`: of the one where readers
    search. `stylesheet`: the path of theirs. `files`: path on the site → (bytes, Content-Type) of
    what its pages load. `paths`: the names of the theme's files → their paths. `catalogues`:
    language → its words. `environments`: by language, Jinja's, as `templating` fills it."""

    identity: str = ""
    policy: str = assets.META_POLICY
    search_policy: str = assets.search_policy({})
    stylesheet: str
    logo: Logo | None = None
    navigation: tuple[Link, ...] = ()
    footer: tuple[Link, ...] = ()
    snippets: Mapping[str, str] = {}
    texts: Mapping[str, Text] = {}
    templates: Mapping[str, str] = {}
    files: Mapping[str, tuple[bytes, str]] = {}
    paths: Mapping[str, str] = {}
    catalogues: Mapping[str, NullTranslations] = {}
    environments: dict[str, Any] = {}


_known: OrderedDict[str, Look] = OrderedDict()


def of(identity: str) -> Look:
    """The look of the theme `identity`; "": the built-in one. Raises ThemeFailed if it has not been
    added."""
    if not identity:
        return Look(stylesheet=assets.stylesheet(), files=assets.assets())
    if identity not in _known:
        raise ThemeFailed(f"the theme {identity} is not there")
    _known.move_to_end(identity)
    return _known[identity]


def known(identity: str) -> bool:
    """Whether `of` has the look."""
    return not identity or identity in _known


def add(identity: str, theme: Theme) -> Look:
    """Keep the look of `theme`, which the settings call `identity`, and give it. The look that is
    kept already has its templates compiled."""
    if identity in _known:
        return of(identity)
    css = assets.css() + theme.css.encode()
    stylesheet = f"/assets/theme-{hashlib.sha256(css).hexdigest()[:12]}.css"
    look = Look(
        identity=identity,
        policy=assets.meta_policy(theme.sources),
        search_policy=assets.search_policy(theme.sources),
        stylesheet=stylesheet,
        logo=theme.logo,
        navigation=theme.navigation,
        footer=_footer(theme),
        snippets=theme.snippets,
        texts=theme.texts,
        templates=theme.templates,
        files={
            **assets.assets(),
            stylesheet: (css, "text/css; charset=utf-8"),
            **{file.path: (file.data, file.type) for file in theme.files.values()},
        },
        paths={name: file.path for name, file in theme.files.items()},
        catalogues=_catalogues(theme),
        environments={},
    )
    return _keep(look)


def plain(identity: str) -> str:
    """The identity of the same look with the built-in templates; "" (the built-in look) if the
    theme is not there, or has none of its own."""
    look = _known.get(identity)
    if look is None or not look.templates:
        return ""
    found = identity + PLAIN
    if found not in _known:
        _keep(replace(look, identity=found, templates={}, environments={}))
    return found


def _keep(look: Look) -> Look:
    _known[look.identity] = look
    while len(_known) > MOST:
        _known.popitem(last=False)
    return look


def said(settings: Settings) -> Words:
    """The words of a site. Raises ThemeFailed as `of` does."""
    return words(settings.site.locale, of(settings.theme).catalogues)


def _catalogues(theme: Theme) -> dict[str, NullTranslations]:
    try:
        return {name: read(name, compiled) for name, compiled in theme.catalogues.items()}
    except ValueError as error:
        raise ThemeFailed(str(error)) from error


def _footer(theme: Theme) -> tuple[Link, ...]:
    if theme.footer is not None:
        return theme.footer
    return tuple(Link(text.title, f"/{slug}/") for slug, text in theme.texts.items())
