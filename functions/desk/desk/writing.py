"""What the screens of a story are made of: what is read for them, and the pages to be framed."""

from __future__ import annotations

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from desk import body, revisions, story
from desk.framed import as_published, bare, framed
from desk.screen import Ask
from desk.story import Typed
from wireroom.errors import Conflict, EditRefused, Overfiled, ThemeFailed
from wireroom.model import Article, Page, Settings
from wireroom.newsroom.shown import body_of
from wireroom.site import looks
from wireroom.store.bodies import Bodies

logger = Logger(child=True)

Framed = tuple[str, dict[str, str]]  # a page, and its headers


def story_page(ask: Ask, article: Article, typed: Typed) -> str:
    words = text_of(ask.stack.bodies, body_of(article))
    history = ask.stack.table.articles.history(article.id)
    return story.story(ask.visit, article, words, history, sent=ask.sent, typed=typed)


def body_page(ask: Ask, article: Article, typed: Typed) -> str:
    """With what was changed since the form was made, if it was made at an earlier revision."""
    was, others = "", []
    seen = typed.form.get("revision", str(article.revision))
    if seen != str(article.revision):
        history = ask.stack.table.articles.history(article.id)
        others = revisions.since(history, seen)
        was = revisions.bodies_at(history, others[0].revision - 1)[0] if others else ""
    keys = {*body.keys(article), was} - {""}
    texts = {key: text_of(ask.stack.bodies, key) for key in sorted(keys)}
    return story.body(ask.visit, article, texts, was=was, others=others, sent=ask.sent, typed=typed)


def revision_page(ask: Ask, article: Article, number: str) -> str:
    """ "" if there is no revision of that `number`."""
    history = ask.stack.table.articles.history(article.id)
    row = next((each for each in history if str(each.revision) == number), None)
    if row is None:
        return ""
    two = [revisions.bodies_at(history, at) for at in (row.revision - 1, row.revision)]
    keys = sorted({*two[0], *two[1]})
    texts = {key: text_of(ask.stack.bodies, key) for key in keys}
    return story.revision(ask.visit, article, row, two, texts, sent=ask.sent)


def preview(ask: Ask, article: Article) -> Framed:
    """The page that readers would get with the body and the correction in `ask.fields`."""
    visit = ask.visit
    settings = dressed(visit.settings, ask.stack.bodies)
    try:
        after, text = body.written(
            ask.fields, article, settings, now=visit.now, by=visit.session.email
        )
    except (EditRefused, Overfiled) as error:
        return unseen(str(error))
    return framed(as_published(after, text.html, settings), settings)


def real_page(ask: Ask, article: Article) -> Framed:
    """What readers see at the story's address; of one that they don't see, what they would."""
    settings = dressed(ask.visit.settings, ask.stack.bodies)
    if article.wire is None:
        return unseen("The story has not come.")
    if article.state == "live":
        content = ask.stack.pages.held(Page(path=article.path, kind="article")).content
        return framed(content, settings) if content else unseen("It is not written yet.")
    text = text_of(ask.stack.bodies, body_of(article))
    return framed(as_published(article, text, settings), settings)


def unseen(text: str) -> Framed:
    """In place of a page, where there is none to show."""
    return story.unseen(text), bare()


def text_of(bodies: Bodies, key: str) -> str:
    """The body under `key`; "" where there is none, or it is no longer kept."""
    try:
        return bodies.get(key) if key else ""
    except Conflict:
        return ""


def dressed(settings: Settings, bodies: Bodies) -> Settings:
    """`settings` with their theme at hand; with the built-in look where it can't be read."""
    try:
        if not looks.known(settings.theme):
            looks.add(settings.theme, bodies.theme(settings.theme))
    except (Conflict, ThemeFailed) as error:
        logger.error("theme can't be read", theme=settings.theme, reason=str(error))
        return replace(settings, theme="")
    return settings
