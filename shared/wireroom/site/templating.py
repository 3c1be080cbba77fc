"""The Jinja environment that prints pages, and what makes printing safe.

Characters that no page may contain are removed. Then everything is escaped, except what `markup`
marks as safe.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from wireroom.markup import characters
from wireroom.markup.addresses import is_web
from wireroom.model import HOME, Settings
from wireroom.site import pages
from wireroom.site.assets import META_POLICY, icon, stylesheet
from wireroom.site.dates import local_iso, long_date, right_to_left

if TYPE_CHECKING:
    from jinja2 import Environment


def render(settings: Settings, template: str, **values: object) -> str:
    """The file `template`, printed with `values` and with what every page needs from the
    settings."""
    site = settings.site
    return (
        _environment()
        .get_template(template)
        .render(
            settings=settings,
            site=site,
            contact_link=_contact_link(site.contact),
            rtl=right_to_left(site.locale),
            english=_english(site.locale),
            absolute=partial(absolute, site.url),
            long_date=partial(long_date, site=site),
            iso=lambda moment: local_iso(moment, site.timezone),
            **values,
        )
    )


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


def _english(locale: str) -> str:
    """The attributes of an element with words of ours, which are English whatever the site's."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return "" if language == "en" else markup(' lang="en" dir="ltr"')


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


@cache
def _environment() -> Environment:
    import jinja2  # noqa: PLC0415  (kept out of the cold start of functions that build nothing)

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        finalize=_printed,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["local"] = local
    environment.globals.update(
        policy=META_POLICY,
        stylesheet=stylesheet(),
        icon=icon(),
        pages=pages,
        home=HOME,
    )
    return environment
