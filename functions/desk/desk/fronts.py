"""The screen "Fronts": the front of a list as readers get it, and what is pinned there.

    the pins ─► arranged anew ─► looked at, with what falls out ─► sent, an event for each change

`front` arranges, without a change of anything. Whoever would send over another's change is told
first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from desk import following, screens
from desk.actions import Order, ordered
from desk.framed import framed, front_as
from desk.front import Front, arranged, list_of
from desk.screen import Ask, Done
from desk.story import unseen
from desk.writing import Framed, dressed
from wireroom.errors import EditRefused, Overfiled, Retryable
from wireroom.model import HOME, Article
from wireroom.pipeline.reads import front_of
from wireroom.site import pages


def show(ask: Ask) -> str:
    """Two calls, counting what told who asks; one or two more for a story that is named, for pins
    that were changed meanwhile, or while an event is not applied."""
    return _page(ask, arranged(ask))


def real_page(ask: Ask) -> Framed:
    """What readers see; or would, of an order that is not sent yet."""
    settings = dressed(ask.visit.settings, ask.stack.bodies)
    if "order" not in ask.fields:
        content = ask.stack.pages.held(pages.front(list_of(ask))).content
        return framed(content or unseen("It is not written yet."), settings)
    front = arranged(ask)
    entries, older = front_of(front.then, settings.site.timezone)
    return framed(front_as(settings, front.name, entries, older), settings)


def act(ask: Ask) -> Done:
    """Send what the order takes; nothing of it if somebody else has changed the pins."""
    front = arranged(ask)
    about: dict[str, Any] = {"list": front.name}
    orders: list[tuple[Order, Article]] = []
    problem = front.problem or ("others have changed what is pinned here" if front.others else "")
    try:
        orders = [] if problem else _orders(ask, front)
    except (EditRefused, Overfiled) as error:
        problem = str(error)
    if problem:
        page = _page(ask, front, refused=True, problem=problem)
        return Done(action="pin", refused=problem, page=page, about=about)
    # Not more than can be followed are; all change the same pages.
    followed = [
        following.sent_now(*each, ask.stack.pages, ask.visit.now, cdn=ask.stack.cdn)
        for each in orders[-following.KEPT :]
    ]
    done: list[str] = []
    about |= {"events": done}
    for order, _ in orders:
        try:
            ask.stack.bus.put(order.action, order.detail)
        except Retryable as error:
            if not done:
                raise
            problem = f"{len(done)} of {len(orders)} events were sent. {error}. Send the rest"
            page = _page(ask, front, refused=True, problem=problem)
            sent = [each for each in reversed(followed) if each.event in done]
            return Done(action="pin", refused=problem, page=page, sent=sent, about=about)
        done.append(order.detail["id"])
    to = _address(front.name)
    if done:
        to += f"?order={_joined(front.ids)}&sent={done[-1]}"
    return Done(action="pin", to=to, sent=followed[::-1], about=about)


def _orders(ask: Ask, front: Front) -> list[tuple[Order, Article]]:
    """An event for each change, and its story. Raises EditRefused, or Overfiled."""
    visit, articles = ask.visit, ask.stack.table.articles
    found = []
    several = articles.read([each for each, _ in front.changes]) if front.changes else {}
    for identity, place in front.changes:
        article = several[identity]  # it has a row in the list, and articles are never deleted
        form = {"list": front.name, "order": str(place), "revision": str(article.revision)}
        order = ordered(
            "unpin" if place is None else "pin",
            form,
            article,
            visit.session,
            settings=visit.settings,
            now=visit.now,
            history=partial(articles.history, identity),
        )
        found.append((order, article))
    return found


def _page(ask: Ask, front: Front, *, refused: bool = False, problem: str = "") -> str:
    address, order = _address(front.name), _joined(front.ids)
    seen = _joined(f"{each}-{place}" for each, place in front.there.items())
    here, frame = address, f"/fronts/{front.name}/page"
    if front.changes:
        since = f"sent={ask.field('sent')}" if front.waiting else f"seen={seen}"
        here, frame = f"{here}?order={order}&{since}", f"{frame}?order={order}"
    return screens.page(
        "front.html" if ask.field("part") else "fronts.html",
        ask.visit,
        sent=ask.sent,
        lists=[(HOME, "Home"), *((each.slug, each.name) for each in ask.visit.settings.categories)],
        front=front,
        address=address,
        here=here,
        frame=frame,
        order=order,
        seen=seen,
        refused=refused,
        problem=problem or front.problem,
        typed=ask.field("pin") if front.problem else "",
        before={each: at for at, each in enumerate(front.there, 1)},
        focus=_focus(front, begun="order" in ask.fields),
        said=_said(front),
    )


def _focus(front: Front, *, begun: bool) -> tuple[str, str]:
    """(control, story) that has the focus when the page has come: of what was moved, so that it can
    be moved on by the same key. `begun`: it is not the first step."""
    action, story = front.step
    if front.waiting:
        return "again", ""
    if story in front.ids and begun:
        at = front.ids.index(story)
        there = {"up": at > 0, "down": at < len(front.ids) - 1, "unpin": True}
        return next(each for each in (action, *there) if there.get(each)), story
    if action == "unpin" and story in [each.id for each in front.rest]:
        return "pin", story
    return ("send", "") if action and front.changes else ("", "")


def _said(front: Front) -> str:
    """What the last step did, for whoever can't see it."""
    action, story = front.step
    if not action:
        return ""
    ids = front.ids
    where = f"in place {ids.index(story) + 1} of {len(ids)}" if story in ids else "not pinned"
    out = "".join(f" Falls out of the front: {each.headline}." for each in front.left)
    return f"{front.known[story].headline}: {where}.{out}"


def _joined(several: Iterable[str]) -> str:
    return ".".join(several)


def _address(name: str) -> str:
    return "/fronts" if name == HOME else f"/fronts/{name}"
