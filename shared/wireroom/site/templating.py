"""The Jinja environment that pages are printed through, and what makes printing safe.

Everything is escaped but what `markup` vouches for; what no page can carry is dropped first.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from wireroom.markup import characters
from wireroom.model import HOME, Settings
from wireroom.site import pages
from wireroom.site.assets import META_POLICY, icon, stylesheet
from wireroom.site.dates import local_iso, long_date, right_to_left

if TYPE_CHECKING:
    from jinja2 import Environment


def render(settings: Settings, template: str, **values: object) -> str:
    """`template` printed with `values`, and what every page needs of the settings."""
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
    """A mail or web address as a link; "" for other words."""
    if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", contact):
        return "mailto:" + quote(contact, safe="@")
    return contact if contact.startswith(("https://", "http://")) else ""


def _english(locale: str) -> str:
    """The attributes of an element with words of ours, which are English whatever the site's."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return "" if language == "en" else markup(' lang="en" dir="ltr"')


def markup(text: str) -> str:
    """`text` to be printed as it is: the sanitised body, escaped JSON-LD, our own script."""
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(text)  # noqa: S704  (what may be passed is named above)


def scrub(text: str) -> str:
    """`text` as HTML and XML carry it, with the line ends that they read."""
    return characters.scrub(text).replace("\r\n", "\n").replace("\r", "\n")


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
