"""The site's own words, in each language that has a catalogue."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import Environment, nodes
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.site.test_build import BODY, NOON, SETTINGS, an_article, every_page
from wireroom.errors import ThemeFailed
from wireroom.model import Correction, Decision, Desk, Settings
from wireroom.site import build, feeds, kinds, looks, notices
from wireroom.site.theme import Theme
from wireroom.site.words import LOCALE, words
from wireroom_infra import catalogues
from wireroom_infra.cli.app import run

TEMPLATES = sorted((LOCALE.parent / "templates").iterdir())
SHIPPED = ["ar", "hi"]
SAID = ("_", "ngettext", "pgettext")
WORD = re.compile(r"[^\W\d_]{2,}")


def in_language(locale: str) -> Settings:
    return replace(SETTINGS, site=replace(SETTINGS.site, locale=locale, name="٧", tagline="٧"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_but_through_the_catalogue(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    printed = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.S)
    printed = re.sub(r"\{\{.*?\}\}", "·", printed, flags=re.S)
    for value in re.findall(r'\b(?:aria-label|title|alt|data-missing)="([^"]*)"', printed):
        assert not WORD.search(value), value
    if path.suffix == ".html":
        text = re.sub(r'<[^>]*>| [a-z-]+="[^"]*"', "", printed)
        assert not WORD.search(text), text
    tree = Environment(autoescape=True).parse(source)
    inside = {
        id(each)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in SAID
        for each in call.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        if id(constant) not in inside and isinstance(constant.value, str):
            assert not re.search(r"^[A-Z][a-z]|[a-z] [a-z]+ [a-z]", constant.value), constant.value


def test_the_catalogues_are_up_to_date_and_compiled() -> None:
    made = catalogues.files()
    assert sorted(path.name for path in made) == sorted(path.name for path in LOCALE.iterdir())
    for path, content in made.items():
        assert path.read_bytes() == content, (
            f"{path.name} is stale: python -m wireroom_infra.catalogues"
        )


@pytest.mark.parametrize("language", SHIPPED)
def test_a_catalogue_says_everything_in_every_form(language: str) -> None:
    catalogue = catalogues.read(LOCALE / f"{language}.po")
    assert len(catalogue) >= 35
    assert [message.id for message in catalogues.missing(catalogue)] == []
    assert list(catalogues.problems(catalogue)) == []
    assert catalogue.num_plurals == {"ar": 6, "hi": 2}[language]
    script = {"ar": "\u0600-\u06ff", "hi": "\u0900-\u097f"}[language]
    for message in catalogue:
        texts = message.string if message.pluralizable else (message.string,)
        for text in texts if message.id and WORD.search(str(message.id)) else ():
            assert re.search(f"[{script}]", text), text


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ("%(nom)s est fermé.", "nom"),
        ("100 % %(name)s", "no placeholder"),
        ("%(name)d", "no placeholder"),
        ("100 %% %(name)s", None),
        ("fermé", None),
    ],
)
def test_a_translation_that_could_not_be_printed_is_found(
    translation: str, problem: str | None
) -> None:
    catalogue = catalogues.started("fr")
    catalogue["The section %(name)s has closed."].string = translation
    found = list(catalogues.problems(catalogue))
    assert [problem in reason for _, reason in found if problem] == ([True] if problem else [])
    assert bool(found) == bool(problem)


@pytest.mark.parametrize("language", ["fr", "es", "pt_BR", "ru", "ja", "mt", "zh_Hant", "ar"])
def test_a_catalogue_can_be_started_in_any_language(language: str, tmp_path: Path) -> None:
    catalogue = catalogues.started(language)
    (path := tmp_path / f"{language}.po").write_bytes(catalogues.po(catalogue))
    again = catalogues.read(path)
    assert len(catalogues.missing(again)) == len(again) == len(catalogue)
    assert again.num_plurals == {"ru": 4, "ja": 1, "mt": 5, "zh_Hant": 1, "ar": 6}.get(language, 2)


def all_pages(settings: Settings) -> dict[str, str]:
    """Those of `every_page`, and others with words of ours."""
    desk = Desk(
        body=Decision("bodies/two", NOON),
        corrections=tuple(Correction(event=f"e{n}", text="٧", at=NOON) for n in range(3)),
    )
    made = an_article(desk, updated=NOON + timedelta(hours=1))
    closed = kinds.page("feed", "india")
    body = BODY + "<table><tbody><tr><td>1</td></tr></tbody></table><pre>2</pre>"
    return {
        **every_page(settings),
        "corrected": build.article(settings, made, body, []),
        "redirect": notices.redirect(settings, "/2026/02/11/a/"),
        "moved": notices.moved(settings, kinds.page("front", "india")),
        "closed": notices.closed(settings, kinds.page("front", "india")),
        **{reason: notices.withdrawn(settings, reason) for reason in notices.WITHDRAWN},
        "feed": feeds.rss(settings, feeds.closed(settings, closed)),
    }


@pytest.mark.parametrize("language", SHIPPED)
def test_pages_say_nothing_in_english_where_there_is_a_catalogue(language: str) -> None:
    said: dict[str, str] = {}
    for name, page in all_pages(in_language(language)).items():
        tree = LexborHTMLParser(page)
        tree.strip_tags(["script"])
        parts = [node.text() for node in tree.css("html")] if name != "feed" else [page]
        for key in ("aria-label", "data-missing", "alt"):
            parts += [node.attributes.get(key) or "" for node in tree.css(f"[{key}]")]
        said[name] = "\n".join(parts)
    everything = "\n".join(said.values())
    heard = []
    for message in catalogues.read(LOCALE / f"{language}.po"):
        for text in message.id if message.pluralizable else (message.id,):
            part = max(re.split(r"%\(\w+\)s", text), key=len)
            if WORD.search(part):
                assert part not in everything, [name for name in said if part in said[name]]
        for text in message.string if message.pluralizable else (message.string,):
            heard.append(all(part in everything for part in re.split(r"%\(\w+\)s", text)))
    assert sum(heard) >= 35


def test_a_translation_is_text_and_so_are_the_values_in_it() -> None:
    name = "<b>A & B</b>\x00"
    settings = replace(SETTINGS, site=replace(SETTINGS.site, locale="ar", name=name))
    page = build.article(settings, an_article(), BODY, [])
    assert "فريق &lt;b&gt;A &amp; B&lt;/b&gt; هذا الخبر" in page


@pytest.mark.parametrize(
    ("locale", "language", "own"),
    [
        ("en_GB", "en", True),
        ("hi-IN", "hi", True),
        ("ar_EG", "ar", True),
        ("ur", "en", False),
        ("ar/../hi", "en", False),
    ],
)
def test_words_come_from_the_nearest_catalogue(locale: str, language: str, own: bool) -> None:
    assert (words(locale).language, words(locale).own) == (language, own)


def test_a_themes_catalogue_goes_before_ours_and_leaves_the_rest_to_it() -> None:
    def mo(language: str, **said: str) -> bytes:
        catalogue = catalogues.started(language)
        for message, translation in said.items():
            catalogue[message.replace("_", " ")].string = translation
        return catalogues.mo(catalogue)

    theirs = {
        "mr": mo("mr", Latest_Posts="ताज्या बातम्या"),
        "hi": mo("hi", Latest_Posts="अभी-अभी"),
        "en": mo("en", Latest_Posts="Just in"),
    }
    looks.add("theirs", Theme(catalogues=theirs))
    for locale, heading, correction in (
        ("mr", "ताज्या बातम्या", "Email"),
        ("hi_IN", "अभी-अभी", "ईमेल"),
        ("en_GB", "Just in", "Email"),
        ("ar", "آخر الأخبار", "بريد إلكتروني"),
    ):
        settings = replace(in_language(locale), theme="theirs")
        page = LexborHTMLParser(build.article(settings, an_article(), BODY, []))
        assert [node.text() for node in page.css("h2#latest, .share li:first-child a")] == [
            correction,
            heading,
        ]
        assert "lang" not in page.css("h2#latest")[0].attributes


def test_a_themes_catalogue_that_is_none_is_refused() -> None:
    for broken in (b"", b"not a catalogue", catalogues.mo(catalogues.started("mr"))[:60]):
        with pytest.raises(ThemeFailed, match="mr"):
            looks.add("broken", Theme(catalogues={"mr": broken}))


def test_the_command_starts_a_catalogue_and_keeps_what_is_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    templates = tmp_path / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "front.html").write_text('{{ _("Weather by the sea") }}', "utf-8")
    assert run(["theme", "catalogue", "pt-BR"]) == 0
    path = tmp_path / "theme" / "locale" / "pt_BR.po"
    catalogue = catalogues.read(path)
    catalogue["Weather by the sea"].string = "O tempo no mar"
    path.write_bytes(catalogues.po(catalogue))
    assert run(["theme", "catalogue", "pt_BR"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    count = len(catalogue)
    assert f"{count} messages, {count} without" in first
    assert f"{count} messages, {count - 1} without" in second
    assert run(["theme", "catalogue", "hi"]) == 0
    assert "messages, 1 without" in capsys.readouterr().out
    path.write_text('msgid "a"\nmessage "b"\n', "utf-8")
    assert run(["theme", "catalogue", "pt_BR"]) == 1
    assert "pt_BR.po, line 2: " in capsys.readouterr().err
    assert run(["theme", "catalogue", "klingon"]) == 1
