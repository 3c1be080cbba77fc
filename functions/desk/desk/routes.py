"""The desk's addresses: which request shows or does what, and who may ask.

    GET  /                         all stories, found and filtered   signed in
    GET  /story/<id>               a story                           signed in
    GET  /story/<id>/page          what readers see, to be framed    signed in
    GET  /story/<id>/body          its body                          signed in
    GET  /story/<id>/revision/<n>  what revision n changed in it     signed in
    POST /story/<id>/changes       what a written body changes       editor; Origin and token
    POST /story/<id>/preview       its page, to be framed            editor; Origin and token
    POST /story/<id>/<action>      an editor's event                 editor; Origin and token
    GET  /fronts, /fronts/<list>   what is pinned to home, or a list signed in
    GET  /fronts/<list>/page       that front, to be framed          signed in
    POST /fronts/<list>            editors' events                   editor; Origin and token
    GET  /waiting                  what is not published yet         signed in
    GET  /sent                     what became of the last events    signed in
    GET  /sign-in, /signed-in      to the identity provider and back
    GET  /feeds                    how feeds are doing               signed in
    GET  /feeds/<id>               one of them                       signed in
    POST /feeds/<id>/fetch         has it fetched at once            chief; Origin and token
    GET  /republish                what is being rendered again      signed in
    POST /republish                an editor's event                 editor; Origin and token
    GET  /trouble                  alarms, dead letters, and jobs    signed in
    POST /trouble/<queue>/<action> sends again, or discards          chief; Origin and token
    GET  /settings, /settings/…    what is applied, and its forms    chief
    POST /settings/look            looks into a feed                 chief; Origin and token
    POST /settings/show            what a form would change          chief; Origin and token
    POST /settings/apply           applies what was shown            chief; Origin and token
    GET  /write, /write/<id>       a story of the newsroom's own     editor
    POST /write                    sends a version of it             editor; Origin and token
    POST /write/preview            its page, to be framed            editor; Origin and token
    POST /sign-out                 ends the session                  Origin and token
    GET  /assets/<name>            the style sheet and the script

Only chiefs republish everything. Each action and each refusal leaves a line in the log (`audit`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.shared.cookies import Cookie
from msgspec import ValidationError, convert, to_builtins

from desk import (
    feeds,
    following,
    fronts,
    guard,
    republish,
    screens,
    settings,
    stories,
    trouble,
    waiting,
    write,
    writing,
)
from desk.actions import ACTIONS, ordered
from desk.guard import Refused
from desk.roles import Role, listed_groups, may_edit, may_run, role_of
from desk.screen import Ask, Done
from desk.screens import Visit
from desk.sealed import Seal
from desk.session import NAME, Session, begun, cookie, cookie_of, cookies_of, session_in
from desk.signin import Asked, Provider, SignInRefused, careful
from desk.stack import Stack
from desk.story import Typed
from wireroom import clock
from wireroom.errors import EditRefused, Overfiled, Retryable, TooMuch
from wireroom.model import Article, Settings

logger = Logger(child=True)

SIGNING_IN = "__Host-signing-in"
SIGN_IN_SECONDS = 600
HTML = "text/html; charset=utf-8"
FOREVER = "public, max-age=31536000, immutable"


class Desk:
    """What the desk needs, kept for the container's life. `domain`: its own, "" without one."""

    def __init__(self, stack: Stack, provider: Provider, seal: Seal, *, domain: str) -> None:
        self._stack = stack
        self._table, self._bodies, self._pages = stack.table, stack.bodies, stack.pages
        self._bus, self._refused = stack.bus, stack.refused
        self._provider = provider
        self._seal = seal
        self._domain = domain
        self._sign_ins = guard.SignIns()
        self._app = LambdaFunctionUrlResolver()
        self._route()

    def answer(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to a request, as a function URL takes it."""
        answer = self._app.resolve(event, context)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        headers.setdefault("cache-control", "no-store")
        answer["headers"] = {name.lower(): value for name, value in guard.HEADERS.items()} | headers
        return answer

    def _route(self) -> None:
        app = self._app
        app.get("/")(self._now)
        app.get("/story/<identity>")(self._story)
        app.get("/story/<identity>/page")(self._in_frame(self._real))
        app.get("/story/<identity>/body")(self._body)
        app.get("/story/<identity>/revision/<number>")(self._revision)
        app.post("/story/<identity>/changes")(self._changes)
        app.post("/story/<identity>/preview")(self._in_frame(self._preview))
        app.post("/story/<identity>/<action>")(self._act)
        app.get("/sent")(self._sent)
        app.get("/fronts")(self._screen(fronts.show))
        app.get("/fronts/<name>")(self._screen(fronts.show))
        app.get("/fronts/<name>/page")(self._in_frame(self._front))
        app.post("/fronts/<name>")(self._action(fronts.act, may_edit))
        app.get("/waiting")(self._screen(waiting.show))
        app.get("/feeds")(self._screen(feeds.show))
        app.get("/feeds/<identity>")(self._screen(feeds.show_one))
        app.post("/feeds/<identity>/fetch")(self._action(feeds.fetch, may_run))
        app.get("/republish")(self._screen(republish.show))
        app.post("/republish")(self._action(republish.act, may_edit))
        app.get("/trouble")(self._screen(trouble.show))
        app.post("/trouble/<queue>/<action>")(self._action(trouble.act, may_run))
        for path, show in settings.SCREENS.items():
            app.get(path)(self._screen(show, may_run))
        app.post("/settings/look")(self._action(settings.look, may_run))
        for path, act in settings.ACTIONS.items():
            app.post(path)(self._action(act, may_run, *guard.LIMITS["settings"]))
        app.get("/write")(self._screen(write.show, may_edit))
        app.get("/write/<identity>")(self._screen(write.show, may_edit))
        app.post("/write")(self._action(write.act, may_edit, *guard.LIMITS["write"]))
        app.post("/write/preview")(self._in_frame(self._own_preview))
        app.get("/sign-in")(self._sign_in)
        app.get("/signed-in")(self._signed_in)
        app.post("/sign-out")(self._sign_out)
        app.get("/assets/<name>")(self._asset)
        app.not_found(self._nothing)
        app.exception_handler(Refused)(self._refuse)
        app.exception_handler(SignInRefused)(self._refuse_sign_in)
        app.exception_handler(Retryable)(self._later)
        app.exception_handler(TooMuch)(self._too_much)

    # --- who asks ---

    def _cookies(self) -> dict[str, str]:
        return cookies_of(self._app.current_event.raw_event.get("cookies") or [])

    def _query(self) -> dict[str, str]:
        return dict(self._app.current_event.query_string_parameters or {})

    def _origin(self) -> str:
        return guard.origin_of(self._app.current_event.raw_event, self._domain)

    def _address(self) -> str:
        return str(self._app.current_event.request_context.http.source_ip)

    def _session(self) -> Session | None:
        return session_in(self._cookies(), self._seal, clock.now())

    def _visit(self, session: Session, settings: Settings) -> Visit:
        """Raises Refused for whoever is no longer listed."""
        role = role_of(settings.desk, session.email, session.groups)
        if role is None:
            raise Refused(
                403, "not listed", f"{session.email} may not use this desk (site.toml, [desk])."
            )
        event = self._app.current_event.raw_event
        query = event.get("rawQueryString", "")
        path = event["rawPath"] + (f"?{query}" if query else "")
        return Visit(session=session, role=role, settings=settings, now=clock.now(), path=path)

    def _posted(
        self, room: int = guard.BODY, fields: int = guard.FIELDS
    ) -> tuple[Session, dict[str, str]]:
        """Who sent a form of at most `room` bytes, and its fields. Raises Refused unless it is this
        desk's own form, sent by whoever is signed in."""
        session, form, _ = self._received(room, fields)
        return session, form

    def _received(self, room: int, fields: int) -> tuple[Session, dict[str, str], dict[str, bytes]]:
        """The same with the files that were sent with it."""
        event = self._app.current_event.raw_event
        if event.get("headers", {}).get("origin") != self._origin():
            raise Refused(403, "another origin", "That form is not this desk's.")
        session = self._session()
        if session is None:
            raise Refused(401, "signed out", "You are signed out. Sign in and send it again.")
        kind = event["headers"].get("content-type", "")
        form, files = guard.parts_of(_body(event, room), kind, room, fields)
        token = form.pop("token", "")
        if not hmac.compare_digest(token.encode(), session.token.encode()):
            raise Refused(403, "no token", "That form is of another sign-in. Load the page again.")
        return session, form, files

    # --- screens ---

    def _now(self) -> Response[str]:
        session = self._session()
        if session is None:
            return _html("", 401) if "part" in self._query() else self._to_sign_in()
        visit = self._visit(session, self._table.settings())
        asked = stories.wanted(self._query(), visit.settings)
        found = stories.found(asked, self._table, visit.settings)
        if "part" in self._query():
            return self._news(screens.rows(visit, asked, found))
        story = stories.the_one(asked, found, visit.settings)
        if story:
            return _moved(f"/story/{quote(story, safe='')}")
        return _html(screens.now(visit, asked, found, sent=self._kept()))

    def _news(self, text: str) -> Response[str]:
        """The rows of the list, or 304 for a browser that has them."""
        tag = screens.tag_of(text)
        same = self._app.current_event.headers.get("if-none-match") == tag
        return Response(304 if same else 200, HTML, "" if same else text, {"ETag": tag})

    def _seen(self, identity: str) -> tuple[Visit, Article] | Response[str]:
        """Who looks at which story; or the answer to whoever may not, or where there is none."""
        session = self._session()
        if session is None:
            return self._to_sign_in()
        reading = self._table.read([identity])
        visit = self._visit(session, reading.settings)
        article = reading.articles.get(identity)
        return (visit, article) if article else self._missing(visit)

    def _story(self, identity: str) -> Response[str]:
        seen = self._seen(identity)
        return seen if isinstance(seen, Response) else self._page_of(*seen, Typed())

    def _page_of(self, visit: Visit, article: Article, typed: Typed) -> Response[str]:
        text = writing.story_page(self._ask(visit, {}), article, typed)
        return _html(text, 409 if typed.problem else 200)

    # --- its body ---

    def _body(self, identity: str) -> Response[str]:
        seen = self._seen(identity)
        return seen if isinstance(seen, Response) else self._body_of(*seen, Typed())

    def _body_of(self, visit: Visit, article: Article, typed: Typed) -> Response[str]:
        text = writing.body_page(self._ask(visit, {}), article, typed)
        return _html(text, 409 if typed.problem else 200)

    def _revision(self, identity: str, number: str) -> Response[str]:
        seen = self._seen(identity)
        if isinstance(seen, Response):
            return seen
        visit, article = seen
        text = writing.revision_page(self._ask(visit, {}), article, number)
        return _html(text) if text else self._missing(visit)

    def _changes(self, identity: str) -> Response[str]:
        session, form = self._posted(*guard.LIMITS["correct"])
        return self._body_of(*self._known(session, identity), Typed(action="changes", form=form))

    # --- in frames ---

    def _in_frame(self, show: Callable[..., writing.Framed]) -> Callable[..., Response[str]]:
        """The route of a page in a frame, which says there why there is none: of an answer that
        may not be framed a browser shows nothing."""

        def answer(**named: str) -> Response[str]:
            try:
                return Response(200, HTML, *show(**named))
            except Refused as error:
                self._log_refusal(error.reason)
                return Response(error.status, HTML, *writing.unseen(error.shown))
            except Retryable as error:
                return Response(503, HTML, *writing.unseen(self._failed(error)))

        return answer

    def _preview(self, identity: str) -> writing.Framed:
        session, form = self._posted(*guard.LIMITS["correct"])
        visit, article = self._known(session, identity)
        return writing.preview(self._ask(visit, form), article)

    def _own_preview(self) -> writing.Framed:
        session, form = self._posted(*guard.LIMITS["write"])
        visit = self._visit(session, self._table.settings())
        if not may_edit(visit.role):
            raise Refused(403, "a reader's action", "You may look, but not change anything.")
        return write.preview(self._ask(visit, form))

    def _front(self, name: str) -> writing.Framed:
        visit = self._visit(self._somebody(), self._table.settings())
        return fronts.real_page(self._ask(visit, self._query() | {"name": name}))

    def _somebody(self) -> Session:
        """Raises Refused."""
        session = self._session()
        if session is None:
            raise Refused(401, "signed out", "You are signed out.")
        return session

    def _real(self, identity: str) -> writing.Framed:
        session = self._somebody()
        visit, article = self._known(session, identity, to_edit=False)
        return writing.real_page(self._ask(visit, {}), article)

    def _known(
        self, session: Session, identity: str, *, to_edit: bool = True
    ) -> tuple[Visit, Article]:
        """Who looks at which story, or changes it. Raises Refused."""
        reading = self._table.read([identity])
        visit = self._visit(session, reading.settings)
        if to_edit and not may_edit(visit.role):
            raise Refused(403, "a reader's action", "You may look, but not change anything.")
        article = reading.articles.get(identity)
        if article is None:
            raise Refused(404, "no such story", "There is no such story.")
        return visit, article

    def _sent(self) -> Response[str]:
        session = self._session()
        part = "part" in self._query()
        if session is None:
            return _html("", 401) if part else self._to_sign_in()
        visit = self._visit(session, self._table.settings())
        kept, now = self._kept(), visit.now
        text = self._cookies().get(following.FOLLOWED, "")
        known = {each.event: each for each in following.followed(text, self._seal, now)}
        come = [following.progress(each, known.get(each.event), self._stack, now) for each in kept]
        template = "progress.html" if part else "sent.html"
        page = screens.page(template, visit, followed=list(zip(kept, come, strict=True)))
        return _html(page, cookies=[following.followed_cookie(come, self._seal, now)])

    def _screen(
        self, show: Callable[[Ask], str], may: Callable[[Role], bool] = bool
    ) -> Callable[..., Response[str]]:
        """The route of a screen that has a module of its own, for those who `may` see it."""

        def answer(**named: str) -> Response[str]:
            session = self._session()
            if session is None:
                return self._to_sign_in()
            visit = self._visit(session, self._table.settings())
            if not may(visit.role):
                raise Refused(403, f"a {visit.role} may not", f"That is not for {visit.role}s.")
            return _html(show(self._ask(visit, self._query() | named)))

        return answer

    def _ask(
        self, visit: Visit, fields: dict[str, str], files: dict[str, bytes] | None = None
    ) -> Ask:
        kept = self._kept()
        return Ask(visit=visit, stack=self._stack, fields=fields, files=files or {}, sent=kept)

    # --- what is done ---

    def _action(
        self,
        act: Callable[[Ask], Done],
        may: Callable[[Role], bool],
        room: int = guard.BODY,
        fields: int = guard.FIELDS,
    ) -> Callable[..., Response[str]]:
        """The route of a form of such a screen, for those who `may`."""

        def answer(**named: str) -> Response[str]:
            session, form, files = self._received(room, fields)
            visit = self._visit(session, self._table.settings())
            if not may(visit.role):
                raise Refused(403, f"a {visit.role} may not", "You may look, but not do that.")
            done = act(self._ask(visit, form | named, files))
            if done.refused:
                about = done.about | {"by": session.email, "reason": done.refused}
                logger.warning("audit", outcome="refused", action=done.action, **about)
                return _html(done.page, 409, self._keep(done.sent))
            about = done.about | {"by": session.email}
            logger.info("audit", outcome="done", action=done.action, **about)
            sent = self._keep(done.sent)
            return _moved(done.to, sent) if done.to else _html(done.page, cookies=sent)

        return answer

    def _act(self, identity: str, action: str) -> Response[str]:
        session, form = self._posted(*guard.LIMITS.get(action, ()))
        visit, article = self._known(session, identity)
        if action not in ACTIONS:
            return self._missing(visit)
        about: dict[str, Any] = {"by": session.email, "article": identity}
        try:
            order = ordered(
                action,
                form,
                article,
                session,
                settings=visit.settings,
                now=visit.now,
                history=partial(self._table.articles.history, identity),
            )
        except (EditRefused, Overfiled) as error:
            logger.warning("audit", outcome="refused", action=action, reason=str(error), **about)
            typed = Typed(action=action, form=form, problem=str(error))
            screen = self._body_of if "body" in form else self._page_of
            return screen(visit, article, typed)
        cdn = self._stack.cdn
        sent = following.sent_now(order, article, self._pages, visit.now, cdn=cdn)
        self._bus.put(action, order.detail)
        logger.info("audit", outcome="sent", action=action, event=sent.event, **about)
        back = guard.own_path(form.get("back", "") or f"/story/{quote(identity, safe='')}")
        return _moved(back, self._keep([sent]))

    def _keep(self, sent: list[following.Sent]) -> list[Cookie]:
        """The cookie that keeps `sent` beside what was sent before; none for nothing."""
        if not sent:
            return []
        new = {each.event for each in sent}
        known = [each for each in self._kept() if each.event not in new]
        return [following.cookie_of([*sent, *known], self._seal, clock.now())]

    def _kept(self) -> list[following.Sent]:
        return following.kept(self._cookies().get(following.NAME, ""), self._seal, clock.now())

    # --- coming and going ---

    def _to_sign_in(self) -> Response[str]:
        event = self._app.current_event.raw_event
        query = event.get("rawQueryString", "")
        to = event["rawPath"] + (f"?{query}" if query else "")
        return _moved(f"/sign-in?{urlencode({'to': guard.own_path(to)})}")

    def _sign_in(self) -> Response[str]:
        now = clock.now()
        to = guard.own_path(self._query().get("to", "/"))
        fetch = careful(self._table.settings().site)
        where, asked = self._provider.start(to, self._redirect(), fetch=fetch, now=now)
        kept = self._seal.close("signing-in", to_builtins(asked), now=now, seconds=SIGN_IN_SECONDS)
        return _moved(where, [cookie(SIGNING_IN, kept, SIGN_IN_SECONDS)])

    def _signed_in(self) -> Response[str]:
        now, query = clock.now(), self._query()
        asked = self._asked(now)
        self._provider.own(asked, query)  # before anything is asked of anybody
        # Behind CloudFront the address is one of its own, which all editors share.
        self._sign_ins.count("" if self._domain else self._address(), now)
        settings = self._table.settings()
        fetch = careful(settings.site)
        person = self._provider.finish(asked, query, self._redirect(), fetch=fetch, now=now)
        listed = listed_groups(settings.desk, _groups(person.claims, settings))
        role = role_of(settings.desk, person.email, listed)
        if role is None:
            raise SignInRefused(
                f"{person.email} is not listed",
                f"{person.email} may not use this desk (site.toml, [desk]).",
            )
        session = begun(person.email, listed)
        logger.info("audit", outcome="signed in", by=person.email, role=role)
        cookies = [cookie_of(session, self._seal, now), cookie(SIGNING_IN, "", 0)]
        return _moved(guard.own_path(asked.to if asked else "/"), cookies)

    def _asked(self, now: datetime) -> Asked | None:
        value = self._seal.open("signing-in", self._cookies().get(SIGNING_IN, ""), now=now)
        try:
            return convert(value, Asked) if value else None
        except ValidationError:
            return None

    def _redirect(self) -> str:
        return f"{self._origin()}/signed-in"

    def _sign_out(self) -> Response[str]:
        session, _ = self._posted()
        logger.info("audit", outcome="signed out", by=session.email)
        kept = NAME, following.NAME, following.FOLLOWED
        over = [cookie(name, "", 0) for name in kept]
        host, way_out = self._provider.host, ""
        with suppress(Retryable):  # whatever happens, the session is over
            fetch, desk = careful(self._table.settings().site), f"{self._origin()}/"
            way_out = self._provider.way_out(desk, fetch=fetch, now=clock.now())
        text = screens.page("signed_out.html", None, provider=host, way_out=way_out)
        return _html(text, cookies=over)

    # --- the rest ---

    def _asset(self, name: str) -> Response[str]:
        kind = screens.ASSETS.get(name)
        if kind is None:
            return self._nothing(NotFoundError())
        text = screens.asset(name).decode()
        return Response(200, kind, text, {"Cache-Control": FOREVER})

    def _missing(self, visit: Visit) -> Response[str]:
        text = screens.page(
            "notice.html", visit, heading="Not here", text="There is no such story."
        )
        return _html(text, 404)

    def _nothing(self, _: NotFoundError) -> Response[str]:
        text = screens.page(
            "notice.html", None, heading="Not here", text="There is no such page at the desk."
        )
        return _html(text, 404)

    def _refuse(self, error: Refused) -> Response[str]:
        self._log_refusal(error.reason)
        text = screens.page("notice.html", None, heading="Refused", text=error.shown)
        return _html(text, error.status)

    def _refuse_sign_in(self, error: SignInRefused) -> Response[str]:
        self._log_refusal(error.reason)
        text = screens.page("notice.html", None, heading="Not signed in", text=error.shown)
        return _html(text, 403, [cookie(SIGNING_IN, "", 0)])

    def _later(self, error: Retryable) -> Response[str]:
        text = screens.page("notice.html", None, heading="Not now", text=self._failed(error))
        return _html(text, 503)

    def _failed(self, error: Retryable) -> str:
        logger.warning("audit", outcome="failed", reason=str(error))
        return f"{error}. Please try again."

    def _too_much(self, error: TooMuch) -> Response[str]:
        self._log_refusal(str(error)[:200])
        text = screens.page(
            "notice.html", None, heading="Too long", text="Nothing has so long a name."
        )
        return _html(text, 400)

    def _log_refusal(self, reason: str) -> None:
        event = self._app.current_event.raw_event
        session = self._session()
        logger.warning(
            "audit",
            outcome="refused",
            reason=reason,
            by=session.email if session else "",
            path=event["rawPath"][:200],
            address=self._address(),
        )


def _groups(claims: Any, settings: Settings) -> list[str]:
    """The groups that an ID token names."""
    value = claims.get(settings.desk.group_claim)
    several = value if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, str)]


def _body(event: dict[str, Any], room: int) -> bytes:
    """The body of a request, of at most `room` bytes. Raises Refused."""
    body = event.get("body") or ""
    if len(body) > room * 4 // 3 + 4:
        raise Refused(413, "oversize", f"That is more than {room >> 10} KB.")
    try:
        return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Refused(400, "not a form", "That is not a form of this desk.") from error


def _html(text: str, status: int = 200, cookies: list[Cookie] | None = None) -> Response[str]:
    return Response(status, HTML, text, cookies=cookies)


def _moved(to: str, cookies: list[Cookie] | None = None) -> Response[str]:
    return Response(303, HTML, "", {"Location": to}, cookies)
