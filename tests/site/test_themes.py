"""What a theme's templates may do, and what becomes of those that do something else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.site.test_build import BODY, ENTRIES, SETTINGS, an_article
from wireroom.errors import ThemeFailed
from wireroom.model import Settings
from wireroom.site import assets, build, looks, notices
from wireroom.site.theme import File, Link, Text, Theme, decode, encode, identity


def wearing(theme: Theme) -> Settings:
    name = identity(encode(theme))
    looks.add(name, theme)
    return replace(SETTINGS, theme=name, pages=tuple(theme.texts))


def story(theme: Theme) -> str:
    return build.article(wearing(theme), an_article(), BODY, ENTRIES)


def block(name: str, content: str, of: str = "article.html") -> dict[str, str]:
    return {
        of: f'{{% extends "wireroom/{of}" %}}\n{{% block {name} %}}\n{content}\n{{% endblock %}}\n'
    }


def test_a_template_replaces_one_block_and_nothing_else() -> None:
    plain = build.article(SETTINGS, an_article(), BODY, ENTRIES)
    there = '<h1 class="ours">{{ view.headline | upper }}</h1>'
    own = story(Theme(templates=block("headline", there)))
    before, after = plain.splitlines(), own.splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    (styles, headline) = changed
    assert "stylesheet" in styles[1]
    assert headline[1] == '<h1 class="ours">VOTES &amp; ROLLS: “WHO COUNTS?”</h1>'


def test_a_block_of_the_frame_is_replaced_on_every_page_that_is_in_it() -> None:
    settings = wearing(Theme(templates=block("colophon", "<footer>ours</footer>", "base.html")))
    for page in (
        build.article(settings, an_article(), BODY, ENTRIES),
        build.front(settings, "home", ENTRIES, ""),
        build.day(settings, "home", "2026-02-11", ENTRIES, "", ""),
        notices.missing(settings),
    ):
        assert "<footer>ours</footer>" in page
        assert "colophon" not in page


def test_a_theme_without_templates_changes_only_the_look_of_a_page() -> None:
    theme = Theme(
        css=":root { --accent: #004d40; }\n",
        navigation=(Link("Shop", "https://shop.example/?a=1&b=2"),),
        texts={"about": Text(title="About <us>", html="<p>We are small.</p>")},
        snippets={"head": "<script>track()</script>\n", "banner": "<p>Buy!</p>\n"},
        sources={"script-src": ("'sha256-abc='",), "frame-src": ("https://ads.example",)},
        files={"a.txt": File(path="/assets/a-1.txt", type="text/plain", data=b"a")},
    )
    settings = wearing(theme)
    page = build.front(settings, "home", ENTRIES, "")
    assert '<a href="https://shop.example/?a=1&amp;b=2" dir="auto">Shop</a>' in page
    assert '<a href="/about/" dir="auto">About &lt;us&gt;</a>' in page
    assert "<script>track()</script>\n</head>" in page
    assert "<p>Buy!</p>\n<header" in page
    policy = looks.of(settings.theme).policy
    assert f"script-src '{assets.SCRIPT_HASH}' 'sha256-abc=';" in policy
    assert policy.endswith("form-action 'none'; frame-src https://ads.example")
    files = looks.of(settings.theme).files
    style = files[looks.of(settings.theme).stylesheet][0].decode()
    assert style.endswith(theme.css)
    assert style.startswith(assets.css().decode())
    assert len(style) - len(theme.css) <= 12_000
    assert files["/assets/a-1.txt"] == (b"a", "text/plain")
    text = build.text(settings, "about")
    assert "<p>We are small.</p>" in text
    assert 'class="here" aria-current' not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "steps"),
        ("{% for a in range(10000000) %}{% endfor %}", "range of more than 10,000"),
        ("{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}", "includes itself"),
        ("{{ 'x' * 3000000 }}", "more than 2,000,000"),
        ("{% set x = 'x' * 1000000 %}{% set x = x ~ x ~ x %}", "more than 2,000,000"),
        ("{% set x = 'x' * 1000000 %}{% set x = x + x + x %}", "more than 2,000,000"),
        ("{{ ('a' * 2000) | replace('a', 'b' * 2000) }}", "more than 2,000,000"),
        ("{{ range(10000) | join('b' * 2000) }}", "more than 2,000,000"),
        ("{{ [1] | batch(1000000, 'x') | list }}", "number above"),
        ("{{ 9 ** 9 ** 9 }}", "** is not for templates"),
        ("{{ '%999999999d' % 1 }}", "% is not for texts"),
        ("{{ '{:999999999}'.format(1) }}", "format"),
        ("{{ view.published.strftime('%999999999d') }}", "unsafe"),
        ("{{ view.published.now() }}", "unsafe"),
        ("{{ view.__class__.__mro__ }}", "unsafe"),
        ("{{ long_date.func.__globals__ }}", "unsafe"),
        ("{{ absolute.func.__globals__['re'].enum.sys.modules['os'].system('true') }}", "unsafe"),
        ("{{ pages.re }}", "no attribute 're'"),
        ("{{ self.__init__ }}", "unsafe"),
        ("{{ cycler.__init__.__globals__.os }}", "unsafe"),
        ("{{ settings.feeds.update({'a': ('b',)}) }}", "unsafe"),
        ('{% include "../../../../etc/passwd" %}', "etc/passwd"),
        ('{% include "/etc/passwd" %}', "etc/passwd"),
        ('{% include "wireroom/../build.py" %}', "build.py"),
        ("{{ view.headline | safe }}", "prints unescaped text"),
        ("{{ view.headline | tojson }}", "prints unescaped text"),
        ("{% autoescape false %}{{ view.headline }}{% endautoescape %}", "unescaped"),
        ("{{ [view.headline] | map('safe') | first }}", "safe"),
        ("{{ lipsum() }}", "lipsum"),
        ("{{ view.nothing }}", "no attribute 'nothing'"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% if %}", "Expected an expression"),
        ("{{ asset('logo.svg') }}", "there is no file assets/logo.svg"),
        ("{{ view.headline | shout }}", "No filter named 'shout'"),
    ],
)
def test_a_template_that_does_what_it_may_not_fails_with_its_place(
    content: str, reason: str
) -> None:
    with pytest.raises(ThemeFailed) as caught:
        story(Theme(templates=block("notes", content)))
    assert reason in str(caught.value)
    assert "theme/templates/article.html, line 3: " in str(caught.value), caught.value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{% for a in range(9000) %}{{ 'x' * 1000 }}{% endfor %}", "has more than 2,0"),
        ('{% include "article.html" %}', "a template that includes itself"),
    ],
)
def test_a_page_without_end_fails_with_its_template(content: str, reason: str) -> None:
    with pytest.raises(ThemeFailed, match=f"article.html.*: .*{reason}"):
        story(Theme(templates=block("notes", content)))


def test_what_is_said_of_a_story_is_escaped_however_a_template_prints_it() -> None:
    evil = '<img src=x onerror="alert(1)">'
    ways = "{{ h }} {{ h ~ body }} {{ h | replace('s', 's') }} {{ [h, body] | join(h) }} {{ _(h) }}"
    content = "{% set h = view.headline %}" + ways
    settings = wearing(Theme(templates=block("notes", content)))
    page = build.article(settings, an_article(headline=evil), BODY, [])
    assert "onerror" in page
    assert "<img src=x" not in page
    assert "<p>NEW DELHI" in page


def test_a_theme_that_is_not_there_fails_and_has_no_plain_look() -> None:
    settings = replace(SETTINGS, theme="0" * 40)
    with pytest.raises(ThemeFailed, match="is not there"):
        notices.missing(settings)
    assert looks.plain(settings.theme) == ""


def test_the_plain_look_of_a_theme_keeps_all_but_its_templates() -> None:
    theme = Theme(css="p {}", templates=block("notes", "{{ 1 / 0 }}"))
    settings = wearing(theme)
    plain = replace(settings, theme=looks.plain(settings.theme))
    page = build.article(plain, an_article(), BODY, ENTRIES)
    assert looks.of(settings.theme).stylesheet in page
    assert "(Except for the headline" in page


def test_a_theme_is_the_same_bytes_and_the_same_value_again() -> None:
    theme = Theme(
        templates={"b.html": "b", "a.html": "a"},
        files={"a": File(path="/assets/a", type="text/plain", data=bytes(range(256)))},
        footer=(),
    )
    other = replace(theme, templates=dict(reversed(theme.templates.items())))
    assert decode(encode(theme)) == theme
    assert encode(other) == encode(theme)
    for data in (b"", b"[]", b'{"version": 2}', b"\xff"):
        with pytest.raises(ThemeFailed, match="the theme can't be read"):
            decode(data)
