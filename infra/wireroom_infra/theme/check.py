"""Whether a theme may be applied: it is read, compiled, and printed with sample stories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from msgspec.structs import replace

from wireroom.errors import ThemeFailed
from wireroom.model import Page, Settings
from wireroom.newsroom.shown import shown
from wireroom.site import looks, templating
from wireroom.site.kinds import KINDS
from wireroom.site.templating import absolute
from wireroom.site.theme import Theme, encode, identity
from wireroom.site.themed import BUILT_IN, FOLDER
from wireroom_infra.theme import markup
from wireroom_infra.theme.problems import Problem
from wireroom_infra.theme.read import Reading, read
from wireroom_infra.theme.sample import PROBE, PROBE_ATTRIBUTES, SETTINGS, Sample

_CANONICAL = re.compile(r"<link[^>]*canonical[^>]*>")
_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def check(files: Mapping[str, bytes], settings: Settings | None = None) -> Reading:
    """The theme in `files`, and what is wrong with it; `settings`: those of its site.toml."""
    found = read(files)
    problems = list(found.problems)
    if settings:
        problems += _addresses(found.theme, settings)
    broken = list(_compiled(found.theme))
    problems += broken
    if not broken:
        problems += _printed(found.theme, settings or SETTINGS)
    return Reading(found.theme, tuple(sorted(set(problems))))


def refused(problems: Iterable[Problem]) -> list[Problem]:
    """Those of `problems` for which a theme can't be applied."""
    return [problem for problem in problems if not problem.warning]


def dressed(settings: Settings, theme: Theme) -> Settings:
    """`settings` that name `theme`, whose look is kept for whoever prints their pages."""
    name = identity(encode(theme))
    looks.add(name, theme)
    return replace(settings, theme=name, pages=tuple(theme.texts))


def _addresses(theme: Theme, settings: Settings) -> Iterator[Problem]:
    """Pages and links that do not go with the site's sections."""
    slugs = {category.slug for category in settings.categories}
    former = {slug for category in settings.categories for slug in category.was}
    for slug in theme.texts:
        if slug in slugs | former | settings.former.keys():
            reason = f"/{slug}/ is the address of a section, or was"
            yield Problem(f"pages/{slug}.md", 0, reason)
    known = {"/", *(f"/{slug}/" for slug in (*slugs, *theme.texts))}
    for link in (*theme.navigation, *(theme.footer or ())):
        path = re.split(r"[?#]", link.url)[0]
        if path.startswith("/") and path.endswith("/") and path not in known:
            reason = f"{link.title!r} leads to {path}, and the site has no such page"
            yield Problem("theme.toml", 0, reason, warning=True)


def _compiled(theme: Theme) -> Iterator[Problem]:
    """Templates that do not compile, and blocks that the templates which they extend do not
    have."""
    settings = dressed(SETTINGS, theme)
    environment = templating.environment(settings)
    for name, source in theme.templates.items():
        file = f"templates/{name}"
        try:
            environment.compile(source, name, f"{FOLDER}{name}")
        except TemplateSyntaxError as error:
            yield Problem(file, error.lineno, str(error.message))
            continue
        except (RecursionError, SyntaxError, MemoryError) as error:  # from Python's compiler
            yield Problem(file, 0, f"is nested too deeply to be compiled ({error})")
            continue
        tree = environment.parse(source)
        parent = next(tree.find_all(nodes.Extends), None)
        if parent is None or not isinstance(parent.template, nodes.Const):
            continue
        known = blocks(str(parent.template.value).removeprefix(BUILT_IN))
        for node in tree.body:
            if isinstance(node, nodes.Block) and known and node.name not in known:
                reason = f"{parent.template.value} has no block {node.name!r}"
                yield Problem(file, node.lineno, f"{reason}; it has {', '.join(sorted(known))}")


def blocks(template: str) -> set[str]:
    """The blocks that a template may replace which extends the built-in `template`; none if there
    is no such template."""
    path = templating.TEMPLATES / Path(template).name
    if not path.is_file():
        return set()
    tree = templating.environment(SETTINGS).parse(path.read_text("utf-8"))
    found = {block.name for block in tree.find_all(nodes.Block)}
    for parent in tree.find_all(nodes.Extends):
        if isinstance(parent.template, nodes.Const):
            found |= blocks(str(parent.template.value))
    return found


def _printed(theme: Theme, settings: Settings) -> Iterator[Problem]:
    """What is wrong with the pages that the theme makes of sample stories."""
    settings = dressed(settings, theme)
    sample = Sample(settings, PROBE)
    seen: set[str] = set()
    for page in sample.pages(settings):
        try:
            html, _ = KINDS[page.kind].builder(settings, page, sample)
        except ThemeFailed as error:
            problem = _failed(str(error), page)
            if str(problem) not in seen:
                yield problem
            seen.add(str(problem))
            continue
        for reason, warning in _wrong(html, page, sample, looks.of(settings.theme).policy):
            if reason not in seen:  # once, and not for every story
                yield Problem("", 0, f"{reason} (on {page.path})", warning)
            seen.add(reason)


class _Attributes(HTMLParser):
    """The names of all attributes in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {name for name, _ in attrs}

    @classmethod
    def of(cls, html: str) -> set[str]:
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader.names


def _failed(reason: str, page: Page) -> Problem:
    found = re.match(rf"{re.escape(FOLDER)}([\w.-]+), line (\d+): ", reason)
    if not found:
        return Problem("", 0, f"{page.path} can't be printed: {reason}")
    return Problem(f"templates/{found[1]}", int(found[2]), reason[found.end() :])


def _wrong(html: str, page: Page, sample: Sample, policy: str) -> Iterator[tuple[str, bool]]:
    """(reason, whether it is only a warning)."""
    if "<wireroom-probe" in html:
        yield "prints text of a feed without escaping it", False
    if _Attributes.of(html) & PROBE_ATTRIBUTES:
        yield "prints text of a feed inside a tag, where it is no value in quotes", False
    if page.kind == "latest":  # no whole page
        return
    for attributes, text in _SCRIPT.findall(html):
        inline = "src=" not in attributes and "ld+json" not in attributes
        if inline and text.strip() and markup.digest(text) not in policy:
            yield "has an inline script that its policy does not let run", False
    said = _SCRIPT.sub("", html)  # by the page itself, and not in its data for machines
    article = sample.articles.get(page.article)
    if article is None or article.state != "live":
        return
    view = shown(article)
    home = view.canonical or absolute(sample.settings.site.url, article.path)
    if not any(home in link for link in _CANONICAL.findall(html)):
        yield "a story's page does not name its canonical address (the block head)", True
    if view.noindex and 'content="noindex"' not in html:
        yield "a story's page does not keep search engines out where it must (the block head)", True
    if 'class="notice"' not in html and page.article != "sample-4":
        yield "a story's page does not say whether staff edited the story (the block notes)", True
    if view.corrections and "It sails at noon" not in said:
        yield "a story's page does not show its corrections (the block notes)", True
    for entry in sample.latest():
        unlinked = entry.path not in html
        if entry.id != page.article and f"pier {entry.id[7:]} sails" in html and unlinked:
            yield (
                "a story's page names another story without a link to it; when that is withdrawn,"
                " the page could not be found and would go on naming it",
                False,
            )
