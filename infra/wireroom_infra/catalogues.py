"""The message catalogues: the site's own words in other languages than English.

The English words stand in the templates and modules of `wireroom.site` (see `wireroom.site.words`).
A translator edits `shared/wireroom/site/locale/<language>.po`; then, and after a change of the
English words,

    python -m wireroom_infra.catalogues      updates the .po files and writes the .mo files

Words that are new in English are empty in the .po files then, and the tests say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from babel.plural import to_gettext

from wireroom import site
from wireroom.errors import WireroomError
from wireroom.site.words import LOCALE

SITE = Path(next(iter(site.__path__)))
_KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "marked")),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_PLACEHOLDER = re.compile(r"%(?:%|\((\w+)\)s)")
# Of any date, so that a file changes only if its words do.
COUNTED = 1_000  # numbers with which a plural rule is tried
_MADE = datetime(2026, 1, 1, tzinfo=UTC)


class WrongCatalogue(WireroomError):
    """A .po file that can't be used. `line`: counted from 1, or 0 if none can be named."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def source(*folders: Path) -> Catalog:
    """The English words of the site, and of a theme's templates in `folders`."""
    found = Catalog(project="Wireroom", creation_date=_MADE)
    templates = (path for folder in (SITE / "templates", *folders) for path in folder.iterdir())
    files = [(path, "jinja2.ext:babel_extract") for path in templates if path.is_file()]
    files += [(path, "python") for path in SITE.glob("*.py")]
    for path, method in sorted(files):
        with path.open("rb") as content:
            for _, message, comments, context in extract(
                method,
                content,
                keywords=_KEYWORDS,
                comment_tags=["Translators:"],
                strip_comment_tags=True,
            ):
                found.add(message, auto_comments=comments, context=context)
    return found


def started(language: str) -> Catalog:
    """A catalogue for `language` (`mr`, `pt-BR`) with all words and its plural forms, but no
    translations. Raises WrongCatalogue for a language that Unicode's CLDR does not have."""
    locale = _locale(language)
    catalogue = Catalog(
        locale=locale,
        project="Wireroom",
        header_comment=f"# The words of the site in {locale.english_name}.",
        creation_date=_MADE,
        revision_date=_MADE,
        fuzzy=False,
    )
    _with_plural_forms(catalogue, locale)
    catalogue.update(source())
    return catalogue


def _with_plural_forms(catalogue: Catalog, locale: Locale) -> None:
    """The plural forms of `locale` by CLDR, as Babel's own table for gettext is older and leaves
    languages out. But the table's, as `catalogue` has them, for French, Spanish and others: CLDR
    has a form for millions there, by a rule (`e`) that gettext does not know."""
    forms = to_gettext(locale.plural_form)
    try:
        c2py(forms.partition("plural=")[2].removesuffix(";"))
    except ValueError:
        return
    catalogue.mime_headers = [("Plural-Forms", forms)]


def theirs(language: str, folder: Path) -> Catalog:
    """The catalogue of the theme in `folder` for `language`, with every word that the site and the
    theme's templates have now. The theme's own translations stay; else it begins with ours, if we
    have the language. Raises WrongCatalogue."""
    name = str(_locale(language))
    places = (folder / "locale" / f"{name}.po", LOCALE / f"{name}.po")
    found = next((read(path) for path in places if path.is_file()), None) or started(name)
    templates = folder / "templates"
    found.update(source(*[templates] if templates.is_dir() else []), no_fuzzy_matching=True)
    return found


def read(path: Path) -> Catalog:
    """The catalogue in a .po file; its name is the language. Raises WrongCatalogue."""
    return parsed(path.stem, path.read_bytes())


def parsed(language: str, text: bytes) -> Catalog:
    """The catalogue in the text of a .po file. Raises WrongCatalogue."""
    locale = _locale(language)
    try:
        found = read_po(BytesIO(text), locale=locale, abort_invalid=True)
        rule = c2py(found.plural_expr)
        for number in range(COUNTED):
            if not 0 <= rule(number) < found.num_plurals:
                raise ValueError(f"the plural rule gives {rule(number)} for {number}")
    except PoFileError as error:  # counts lines from 0
        reason = str(error).removesuffix(f" on {error.lineno}")
        raise WrongCatalogue(reason, error.lineno + 1) from None
    except ZeroDivisionError:
        raise WrongCatalogue("the plural rule divides by zero") from None
    except (UnknownLocaleError, ValueError, LookupError) as error:
        raise WrongCatalogue(str(error)) from None
    return found


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise WrongCatalogue(f"there is no language {language!r}") from None


def problems(catalogue: Catalog) -> Iterator[tuple[int, str]]:
    """(line, reason) of what would go wrong with a catalogue's translations on a page: a
    placeholder that the English words do not have, or a `%` that is none."""
    for message in catalogue:
        if not message.id:
            continue
        line = message.lineno or 0
        known = {name for text in _texts(message.id) for name in _PLACEHOLDER.findall(text)}
        for text in _texts(message.string):
            for name in _PLACEHOLDER.findall(text):
                if name and name not in known:
                    yield line, f"{text!r}: %({name})s is not in the English words"
            if "%" in _PLACEHOLDER.sub("", text):
                yield line, f"{text!r}: a % that is no placeholder has to be written %%"


def missing(catalogue: Catalog) -> list[Message]:
    """The messages that have no translation, not one for each plural form, or a doubtful one."""

    def lacks(message: Message) -> bool:
        texts = _texts(message.string)
        forms = catalogue.num_plurals if message.pluralizable else 1
        return message.fuzzy or not all(texts) or len(texts) != forms

    return [message for message in catalogue if message.id and lacks(message)]


def po(catalogue: Catalog) -> bytes:
    """`catalogue` as a .po file."""
    text = BytesIO()
    write_po(text, catalogue, no_location=True, sort_output=True, ignore_obsolete=True, width=96)
    return text.getvalue()


def mo(catalogue: Catalog) -> bytes:
    """`catalogue` as a .mo file, which is what render reads."""
    binary = BytesIO()
    write_mo(binary, catalogue)
    return binary.getvalue()


def files() -> dict[Path, bytes]:
    """Path → content of what this module writes."""
    made: dict[Path, bytes] = {}
    words = source()
    for path in sorted(LOCALE.glob("*.po")):
        catalogue = read(path)
        catalogue.update(words, no_fuzzy_matching=True)
        catalogue.creation_date = catalogue.revision_date = _MADE
        made[path], made[path.with_suffix(".mo")] = po(catalogue), mo(catalogue)
    return made


def _texts(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


if __name__ == "__main__":
    for path, content in files().items():
        path.write_bytes(content)
