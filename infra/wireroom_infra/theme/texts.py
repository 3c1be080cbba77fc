"""Pages of a theme's own: Markdown → a title and HTML."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from wireroom.markup.characters import cut, scrub
from wireroom.markup.plain import blocks
from wireroom.settings.toml_table import RESERVED, SLUG
from wireroom.site.theme import Text
from wireroom_infra.theme.problems import Problem

DESCRIPTION = 240  # characters


def text_page(file: str, source: str) -> tuple[str, Text | None, list[Problem]]:
    """The page that `pages/<slug>.md` describes: its slug, the page, and what is wrong."""
    slug = file.removeprefix("pages/").removesuffix(".md")
    if file != f"pages/{slug}.md" or not SLUG.fullmatch(slug) or len(slug) > 60:
        reason = "a page's name is its address, such as corrections-policy.md"
        return slug, None, [Problem(file, 0, reason)]
    if slug in RESERVED or re.fullmatch(r"[0-9]{4}", slug):
        return slug, None, [Problem(file, 0, f"/{slug}/ is reserved for the site's own pages")]
    tokens = _markdown().parse(scrub(source))
    if len(tokens) < 3 or tokens[0].type != "heading_open" or tokens[0].tag != "h1":
        return slug, None, [Problem(file, 1, 'begins with its title, such as "# About us"')]
    renderer, options = _markdown().renderer, _markdown().options
    title = " ".join(blocks(renderer.render(tokens[1:2], options, {})))
    body = tokens[3:]
    problems = [
        Problem(
            file, token.map[0] + 1 if token.map else 0, "only the title is a heading of level 1"
        )
        for token in body
        if token.type == "heading_open" and token.tag == "h1"
    ]
    first = next((i for i, token in enumerate(body) if token.type == "paragraph_open"), None)
    words = renderer.render(body[first + 1 : first + 2], options, {}) if first is not None else ""
    html = renderer.render(body, options, {})
    return (
        slug,
        Text(title=title, html=html, description=cut(" ".join(blocks(words)), DESCRIPTION)),
        problems,
    )


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables. HTML in it is printed as text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")
