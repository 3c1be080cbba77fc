"""The screens of one story: itself, its body, and what a revision changed in that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from desk import body as bodies
from desk.actions import TEXTS, TIMES, decided_text, decided_time, filing, taken_back
from desk.body import Compared
from desk.difference import words
from desk.following import Sent
from desk.revisions import since
from desk.screens import Visit, page
from wireroom.errors import EditRefused
from wireroom.markup.plain import blocks
from wireroom.model import HOME, Article, Revision
from wireroom.newsroom.decided import decided, in_words, said
from wireroom.newsroom.listing import pins
from wireroom.newsroom.own import still_written
from wireroom.newsroom.shown import body_of, newer_waits, shown, value_of
from wireroom.site import notices

REASONS = ("withdrawn-by-agency", "legal", "licence-expired", "error")
BODIES = ("desk body", "wire body")  # fields of a history whose values are keys


class Typed(Struct, frozen=True):
    """What somebody typed into the form of `action`, which stays in it; `problem`: why it was not
    sent."""

    action: str = ""
    form: dict[str, str] = {}
    problem: str = ""


def story(
    visit: Visit,
    article: Article,
    body: str,
    history: Sequence[Revision],
    *,
    sent: list[Sent],
    typed: Typed,
) -> str:
    """What readers see of a story, both layers, its history, and what can be done with it."""
    desk, zone = article.desk, visit.settings.site.timezone
    of = typed.form if typed.action in ("headline", "schedule") else {}
    decisions = [
        (name, _in_words(name, each.value), each, taken_back(name, each.value))
        for name, each in decided(desk)
    ]
    filed = _filed(article, typed)
    return page(
        "story.html",
        visit,
        article=article,
        sent=sent,
        seen=shown(article) if article.state == "live" else None,
        instead=_instead(article),
        paragraphs=blocks(body) if body else [],
        decided=decisions,
        newer=newer_waits(article),
        said=list(said(article.wire)) if article.wire else [],
        history=list(reversed(history)),
        others=since(history, typed.form.get("revision", "")),
        values={field: of.get(field, decided_text(article, field)) for field in TEXTS}
        | {field: of.get(field, decided_time(article, field, zone)) for field in TIMES},
        whys={typed.action: typed.form.get("why", "")},
        note=typed.form.get("note", ""),
        filed=[(each, filing(each.slug), filed(each.slug)) for each in visit.settings.categories],
        own_filing=bool(desk.categories or desk.filed),
        pins=sorted(pins(article).items()),
        lists=[HOME, *article.categories],
        reasons=[(each, notices.WITHDRAWN[each][1]) for each in REASONS],
        reason=typed.form.get("reason", ""),
        held=bool(value_of(desk.hold)) or article.state == "held",
        killed=article.state == "killed",
        problem=typed.problem,
        writable=still_written(article),
        pieces=words,
        texts=BODIES,
    )


def body(
    visit: Visit,
    article: Article,
    texts: Mapping[str, str],
    *,
    was: str,
    others: Sequence[Revision],
    sent: list[Sent],
    typed: Typed,
) -> str:
    """The body of a story, to be edited. `texts`: key → body, of those that `body.keys` names and
    of `was`: what readers saw when the form was made, if `others` have changed the story since."""
    now = texts.get(body_of(article), "")
    compared = bodies.differences(article, texts)
    problem = typed.problem
    if was and texts[was] != now:
        compared.insert(0, bodies.compared("theirs", "What was changed meanwhile", texts[was], now))
    if "body" in typed.form:
        mine = bodies.gathered(typed.form["body"])
        try:
            compared.insert(0, bodies.compared("mine", "What you change", now, mine))
        except EditRefused as error:
            problem = problem or str(error)
    return page(
        "body.html",
        visit,
        article=article,
        sent=sent,
        written=typed.form.get("body", bodies.spread(now)),
        correction=typed.form.get("correction", ""),
        why=typed.form.get("why", ""),
        compared=compared,
        newer=newer_waits(article),
        edited=bool(value_of(article.desk.body)),
        others=others,
        problem=problem,
        pieces=words,
        texts=BODIES,
    )


def revision(
    visit: Visit,
    article: Article,
    row: Revision,
    two: Sequence[tuple[str, str]],
    texts: Mapping[str, str],
    *,
    sent: list[Sent],
) -> str:
    """What the revision `row` changed in a story's body. `two`: the keys of its bodies before and
    after, as `revisions.bodies_at` gives them."""
    (seen, wire), (seen_now, wire_now) = two
    compared: list[Compared] = []
    if seen != seen_now:
        what = "What readers see, or would see"
        compared.append(bodies.compared("seen", what, texts[seen], texts[seen_now]))
    if wire != wire_now and (wire, wire_now) != (seen, seen_now):
        what = "What the agency sent"
        compared.append(bodies.compared("wire", what, texts[wire], texts[wire_now]))
    return page("revision.html", visit, article=article, sent=sent, row=row, compared=compared)


def unseen(text: str) -> str:
    """A page for the frame where there is none to show."""
    return page("unseen.html", None, text=text)


def _filed(article: Article, typed: Typed) -> Any:
    """Whether a category is ticked."""
    if typed.action == "categorise":
        return lambda slug: bool(typed.form.get(filing(slug)))
    return lambda slug: slug in article.categories


def _instead(article: Article) -> str:
    """What readers get at the address of a story that is not live."""
    if article.state == "live":
        return ""
    if not article.path:
        return "Readers see nothing: it was never published."
    return ": ".join(notices.WITHDRAWN[notices.reason(article)])


def _in_words(name: str, value: object) -> object:
    return "another than the agency's" if name == "body" and value else in_words(value)
