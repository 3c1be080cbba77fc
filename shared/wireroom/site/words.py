"""The site's own words, in the language of the site.

They stand in English in the templates, as `_("…")`, and in the modules beside this one, as
`marked("…")` where a template says them later. `locale/<language>.po` has them in another language,
`locale/<language>.mo` is what is read here. `python -m wireroom_infra.catalogues` writes the second
from the first.

A translation is text, never markup: it is escaped where it is printed. Placeholders have names, as
in `%(name)s`, and a `%` of the text itself is written `%%`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from msgspec import Struct

LOCALE = Path(__file__).parent / "locale"
SOURCE = "en"  # the language of the words in templates and modules
_ENGLISH = NullTranslations()


class Words(Struct, frozen=True):
    """`language`: of `catalogue`, as a locale (`en`, `hi`, `zh_Hant`). `own`: whether that is the
    language that was asked for; if not, it is English, as there is no catalogue."""

    catalogue: NullTranslations
    language: str
    own: bool

    def gettext(self, message: str, **values: object) -> str:
        """The text of an English `message`, with `values` in the place of its placeholders."""
        return self.catalogue.gettext(message) % values

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """The text that is right for `count` things. `count` chooses the form only; the number as
        readers see it is one of `values`."""
        return self.catalogue.ngettext(one, many, count) % values

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """The text of a `message` that means something else in other places. `context`: where."""
        return self.catalogue.pgettext(context, message) % values


def marked(message: str) -> str:
    """`message`, which a catalogue has and a template says."""
    return message


def words(locale: str, theirs: Mapping[str, NullTranslations] = {}) -> Words:
    """The words for a `locale` (`hi`, `ar_EG`, `zh-Hant-TW`): those of the nearest language that
    has a catalogue, else the English ones. `theirs`: language → a theme's own catalogue, which goes
    before ours."""
    parts = locale.replace("-", "_").split("_")
    for end in range(len(parts), 0, -1):
        name = "_".join(parts[:end])
        found = theirs.get(name) or _shipped(name)
        if found:
            return Words(found, name, True)
    return Words(_ENGLISH, SOURCE, False)


def read(language: str, compiled: bytes) -> NullTranslations:
    """A theme's catalogue for `language`, from its .mo file. What it leaves out is said in the
    words of our own. Raises ValueError for what is no .mo file."""
    try:
        found = GNUTranslations(BytesIO(compiled))
    except (OSError, ValueError, struct.error, IndexError) as error:
        raise ValueError(f"the catalogue {language} can't be read: {error}") from error
    found.add_fallback(words(language).catalogue)
    return found


@lru_cache(maxsize=16)
def _shipped(language: str) -> NullTranslations | None:
    if language == SOURCE:
        return _ENGLISH
    file = LOCALE / f"{language}.mo"
    if not language.isidentifier() or not file.is_file():
        return None
    with file.open("rb") as content:
        return GNUTranslations(content)
