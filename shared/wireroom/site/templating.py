"""The Jinja environment that prints pages, and what makes printing safe.

Characters that no page may contain are removed. Then everything is escaped, except what `markup`
marks as safe.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wireroom.markup import characters
from wireroom.markup.addresses import is_web
from wireroom.model import HOME, Settings
from wireroom.site import looks, pages, themed
from wireroom.site.assets import SCRIPT, icon
from wireroom.site.dates import (
    local_iso,
    long_date,
    long_moment,
    month_name,
    number,
    right_to_left,
)
from wireroom.site.theme import KEPT, SLOTS
from wireroom.site.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from gettext import NullTranslations

    from jinja2 import Environment

    from wireroom.site.looks import Look

TEMPLATES = Path(__file__).parent / "templates"
# The functions of `pages` that templates call. Others take text that they format.
_PAGES = SimpleNamespace(
    front=pages.front, day=pages.day, calendar=pages.calendar, feeds=pages.feeds
)


def render(settings: Settings, template: str, **values: object) -> str:
    """The file `template`, printed with `values` and with what every page needs from the settings
    and the theme that they name.

    Raises ThemeFailed, with the file and the line, where a template of the theme can't print it, or
    if the theme is not there.
    """
    site, look, said = settings.site, looks.of(settings.theme), looks.said(settings)
    every = {
        "settings": settings,
        "site": site,
        "contact_link": _contact_link(site.contact),
        "rtl": right_to_left(site.locale),
        "english": _english(said),
        "comma": comma(said),
        "absolute": partial(absolute, site.url),
        "long_date": partial(long_date, site=site),
        "long_moment": partial(long_moment, site=site),
        "month_name": partial(month_name, site=site),
        "number": partial(number, locale=site.locale),
        "iso": lambda moment: local_iso(moment, site.timezone),
        "policy": look.policy,
        "stylesheet": look.stylesheet,
        "logo": look.logo,
        "navigation": look.navigation,
        "links": look.footer,
        "snippets": {name: markup(look.snippets.get(name, "")) for name in SLOTS},
    }
    if template.endswith(".html") and look.templates and template not in KEPT:
        return themed.printed(environment(settings), template, {**every, **values})
    return _environment(said).get_template(template).render({**every, **values})


def local(path: str) -> str:
    """`path` as a link inside the site: one leading slash, so never another host's address."""
    return "/" + quote(scrub(path).lstrip("/\\"), safe="/%~!$&'()*+,;=:@")


def absolute(url: str, path: str) -> str:
    """The whole address of `path` on the site at `url`."""
    return url + local(path)


def _contact_link(contact: str) -> str:
    """`contact`, a mail or web address, as the address of a link; "" for any other text."""
    if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", contact):
        return "mailto:" + quote(contact, safe="@")
    return contact if is_web(contact) else ""


def comma(said: Words) -> str:
    """What stands between the items of a list, with its space."""
    return said.pgettext("between the items of a list", ", ")


def _english(said: Words) -> str:
    """The attributes of an element with words of ours, which are English where there is no
    catalogue in the site's language."""
    return "" if said.own else markup(' lang="en" dir="ltr"')


def markup(text: str) -> str:
    """`text` marked as safe, to be printed without escaping. Only for the sanitised body, escaped
    JSON-LD and the site's own script."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(text)  # noqa: S704  (what may be passed is named above)


def scrub(text: str) -> str:
    """`text` without characters that HTML or XML does not allow, and with LF at the end of
    lines."""
    return characters.with_line_feeds(characters.scrub(text))


def _printed(value: object) -> object:
    """What Jinja prints for `value`: text scrubbed (then escaped), safe markup as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return scrub(value)
    return value


def _bdi(text: str) -> str:
    """`text` as an element that does not reorder the words around it."""
    from markupsafe import escape  # noqa: PLC0415

    return markup(f"<bdi>{escape(scrub(text))}</bdi>")


def _said(catalogue: NullTranslations) -> dict[str, Callable[..., str]]:
    """What templates call to say something in the words of `catalogue`. Translations and values are
    escaped, but for values that are marked as safe."""
    from markupsafe import escape  # noqa: PLC0415

    def printed(text: str, values: dict[str, object]) -> str:
        return escape(text) % {name: _printed(value) for name, value in values.items()}

    def gettext(message: str, /, **values: object) -> str:
        return printed(catalogue.gettext(message), values)

    def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
        return printed(catalogue.ngettext(one, many, count), values)

    def pgettext(context: str, message: str, /, **values: object) -> str:
        return printed(catalogue.pgettext(context, message), values)

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}


def environment(settings: Settings) -> Environment:
    """Where the templates of the pages are that readers see: those of the theme, if it has some,
    before the built-in ones."""
    look, said = looks.of(settings.theme), looks.said(settings)
    return _sandbox(look, said) if look.templates else _environment(said)


@lru_cache(maxsize=16)
def _environment(said: Words) -> Environment:
    import jinja2  # noqa: PLC0415  (kept out of the cold start of functions that build nothing)

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), **_options())  # noqa: S701  (that has autoescape)
    return _furnished(environment, said)


def _sandbox(look: Look, said: Words) -> Environment:
    """The environment of a theme's templates."""
    if said.language not in look.environments:
        from wireroom.site.sandbox import Sandbox  # noqa: PLC0415

        sandbox = Sandbox(loader=themed.loader(look.templates, TEMPLATES), **_options())
        look.environments[said.language] = _furnished(sandbox, said)
        sandbox.globals["asset"] = partial(themed.asset, look.paths)
    found: Environment = look.environments[said.language]
    return found


def _options() -> dict[str, Any]:
    import jinja2  # noqa: PLC0415

    return {
        "autoescape": True,
        "finalize": _printed,
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "auto_reload": False,
    }


def _furnished(environment: Environment, said: Words) -> Environment:
    """`environment` with what every template may use, whatever it prints."""
    environment.filters["local"] = local
    environment.globals.update(
        icon=icon(),
        script=markup(SCRIPT),
        pages=_PAGES,
        home=HOME,
        bdi=_bdi,
        **_said(said.catalogue),
    )
    return environment
