"""The simulated newsroom: its settings and feeds, what publishers send and what editors decide."""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal

import boto3
from msgspec import Struct
from msgspec.structs import replace

from tests.simulation.cloud import PUSH_SECRET, PUSH_TOKEN, SECRET, Object
from tests.simulation.simulation import Invocation, Simulation
from tests.simulation.truth import EditorsEvent
from tests.simulation.truth import identity as article_of
from tests.simulation.wire import (
    IN_TAKES,
    KILL_TITLES,
    OURS,
    PROVIDER,
    TEXT,
    Publisher,
    Version,
    document,
    guid,
    token,
    version,
)
from wireroom.model import Arrival, Category, Entry, Feed, Job, Settings, Site, Written
from wireroom.newsroom.own import FEED as OWN
from wireroom.newsroom.own import own_feed, upload_address
from wireroom.pipeline.messages import body_of
from wireroom.pipeline.redrive import HIDDEN
from wireroom.site.theme import Theme
from wireroom.store.bodies import Bodies, asset_name, edit_key
from wireroom.store.bus import Bus
from wireroom.store.drops import Dropped, Drops
from wireroom.store.feeds import Feeds
from wireroom.store.table import Table
from wireroom.wire import websub
from wireroom.wire.websub import Subscription
from wireroom_infra.operate.queues import Queue
from wireroom_infra.operate.redriving import redrive_of

SETTINGS = Settings(
    site=Site(name="The Harbour Post", url="https://harbour.example", timezone="Asia/Kolkata"),
    categories=tuple(
        Category(name=name, slug=name.lower(), terms=(name.lower(),)) for name in ("India", "Sport")
    ),
    version="1",
)
FEEDS = tuple(
    Feed(
        id=f"ptn-{name}",
        url=f"https://ptn.example/{name}.xml",
        provider=PROVIDER,
        kill_titles=KILL_TITLES,
    )
    for name in ("top", "more")
)
# Whose sender posts each version by itself, and that until it is taken.
PUSHED = Feed(
    id="ptn-push", provider=PROVIDER, push=True, secret=PUSH_SECRET, kill_titles=KILL_TITLES
)
# Whose sender puts each version into the inbox, in a file of its own or over the one before.
DROPPED = Feed(id="ptn-files", provider=PROVIDER, drop=True, kill_titles=KILL_TITLES)
EDITOR = "asha"


Spoiling = Literal["gone", "garbage", "earlier", "leads nowhere", "another status"]
REFUSED = ("revision", "at once", "field", "action", "nobody")
HUB = "https://hub.example/"
DELIVERIES = 3  # of one document by a hub
ACCEPTED = 202
POSTS = 6  # of one push
TAKEN = 201
REDRIVES = 4  # tries of a redrive that meets faults
NOBODY = 12  # a story that never comes


class Newsroom:
    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.settings = SETTINGS
        self.number = 0
        # `refused`: id of an event that must be refused → (a word of the reason, whether that is
        # certain; if not, the event may also be applied). `nonsense`: bodies that are no messages.
        self.refused: dict[str, tuple[str, bool]] = {}
        self.nonsense: set[str] = set()
        self.settled: set[tuple[str, str]] = set()  # rejected entries that were redriven
        self.pushed = False  # there is a feed that is pushed
        self.unsent: tuple[Post, ...] = ()  # what its sender has to post again
        self.dropped = False  # there is a feed that comes as files
        # What was put last under each name. `broken`: the names whose file can't be taken now;
        # `ever_broken`: those whose file once could not.
        self.files: dict[str, bytes] = {}
        self.broken: set[str] = set()
        self.ever_broken: set[str] = set()
        self.step = 0  # of its scenario

    def snapshot(self) -> Newsroom:
        kept = Newsroom(self.simulation.snapshot())
        kept.settings, kept.number = self.settings, self.number
        kept.refused, kept.nonsense = dict(self.refused), set(self.nonsense)
        kept.settled, kept.step = set(self.settled), self.step
        kept.pushed, kept.unsent = self.pushed, self.unsent
        kept.dropped, kept.files = self.dropped, dict(self.files)
        kept.broken, kept.ever_broken = set(self.broken), set(self.ever_broken)
        return kept

    @property
    def table(self) -> Table:
        return Table(boto3.client("dynamodb"), self.simulation.stage.table)

    def open(self, feeds: int = 1) -> None:
        """Apply the settings with the first `feeds` feeds, and render the empty site."""
        simulation = self.simulation
        for feed in FEEDS[:feeds]:
            simulation.publishers[feed.id] = Publisher(feed, simulation.truth.serve)
        self.apply(self.settings)
        simulation.drain()

    def apply(self, settings: Settings) -> None:
        """As `wireroom apply` does."""
        simulation = self.simulation
        self.number += 1
        self.settings = settings = replace(settings, version=str(self.number))
        job = Job(id=f"apply-{self.number}", requested=simulation.now())
        feeds = [publisher.feed for publisher in simulation.publishers.values()]
        feeds += [PUSHED] * self.pushed + [DROPPED] * self.dropped
        rows = Feeds(boto3.client("dynamodb"), simulation.stage.table)
        simulation.beside(lambda: rows.apply(settings, feeds, job))
        simulation.trace.say(simulation.now(), f"settings of {settings.site.name!r} are applied")

    def rename(self) -> None:
        self.apply(
            replace(self.settings, site=replace(self.settings.site, name=f"Post {self.number}"))
        )

    def wear(self, theme: Theme) -> None:
        """The site has a theme from now on."""
        simulation = self.simulation
        bodies = Bodies(boto3.client("s3"), simulation.stage.content)
        names: list[str] = []
        simulation.beside(lambda: names.append(bodies.put_theme(theme)))
        self.apply(replace(self.settings, theme=names[0], pages=tuple(theme.texts)))

    def rename_section(self) -> None:
        """India is Bharat from now on, or India again."""
        old, new = ("india", "bharat") if "india" in self._sections() else ("bharat", "india")
        self.simulation.truth.rename(old, new)
        category = Category(name=new.title(), slug=new, was=(old,))
        self._apply_sections({**self._sections(), old: category})

    def open_section(self, name: str) -> None:
        self.simulation.truth.open(name)
        self._apply_sections({**self._sections(), name: Category(name=name.title(), slug=name)})

    def close_section(self, name: str) -> None:
        self.simulation.truth.close(name)
        self._apply_sections({key: one for key, one in self._sections().items() if key != name})

    def move_zone(self) -> None:
        """The site counts its days elsewhere, so that some stories are of another day."""
        site = self.settings.site
        zone = "Asia/Kolkata" if site.timezone != "Asia/Kolkata" else "Pacific/Kiritimati"
        self.apply(replace(self.settings, site=replace(site, timezone=zone)))

    def leads_out(self) -> bool:
        """Whether headlines of stories that are only excerpts lead to the agency."""
        feeds = (publisher.feed for publisher in self.simulation.publishers.values())
        return any(feed.excerpts == "out" for feed in feeds)

    def lead_out(self) -> None:
        """Headlines of stories that are only excerpts lead to the agency from now on."""
        for publisher in self.simulation.publishers.values():
            publisher.feed = replace(publisher.feed, excerpts="out")
        self.apply(self.settings)

    def _sections(self) -> dict[str, Category]:
        return {category.slug: category for category in self.settings.categories}

    def _apply_sections(self, sections: dict[str, Category]) -> None:
        self.apply(replace(self.settings, categories=tuple(sections.values())))

    # --- the wire ---

    def send(self, story: int, number: int, feed: str = "ptn-top", **more: Any) -> Version:
        """The publisher's feed shows version `number` of `story` from now on."""
        start = datetime.fromisoformat("2026-02-11T06:00:00+00:00") + timedelta(minutes=story)
        published = more.pop("published", start)
        sent = version(story, number, published, published + timedelta(minutes=number), **more)
        self.show(feed, sent)
        return sent

    def wire_text(self) -> None:
        """From now on there is a feed of a text format, too."""
        feed = Feed(id=TEXT, url="https://ptn.example/text.txt", provider=PROVIDER)
        self.simulation.publishers[TEXT] = Publisher(feed, self.simulation.truth.serve)
        self.apply(self.settings)

    def take(self, number: int = 0, lead: int = 1) -> None:
        """The feed has take `number` of the story that comes in takes, or its lead."""
        at = datetime.fromisoformat("2026-02-11T06:00:00+00:00") + timedelta(minutes=number)
        more: dict[str, Any] = {"categories": (), "summary": "", "take": number}
        if number:
            more |= {
                "headline": f"{token(IN_TAKES)} goes on",
                "body": f"<p>Take {number} is here.</p>",
            }
        else:
            at += timedelta(minutes=10 * lead)
        self.show(TEXT, version(IN_TAKES, lead, at, at, **more))

    def gone(self, number: int) -> None:
        """A take that was read has left the feed."""
        self.simulation.publishers[TEXT].shown.pop(IN_TAKES + 1000 * number)

    def picture(self, name: str, text: str = "") -> str:
        """The address of a picture at the agency, which says `text` (the name)."""
        address = f"https://pictures.example/{name}.jpg"
        self.simulation.pictures[address] = (text or name).encode()
        return address

    def show(self, feed: str, sent: Version) -> None:
        """The publisher's feed shows this very version from now on."""
        self.simulation.publishers[feed].show(sent)
        self.simulation.events += 1
        self.simulation.trace.say(
            self.simulation.now(), f"{feed} now shows {sent.headline!r}, version {sent.number}"
        )

    def pull(self) -> None:
        """Let time come to when every feed is due, and ingest run."""
        simulation = self.simulation
        simulation.clock.advance_to(max(simulation._due(feed) for feed in simulation.publishers))
        simulation.fire("IngestFunction")

    def subscribe(self, name: str) -> None:
        """The feed has a hub, which has promised to deliver what is new."""
        simulation, publisher = self.simulation, self.simulation.publishers[name]
        publisher.hub, now, lease = HUB, simulation.now(), timedelta(days=9)
        agreed = Subscription(
            hub=HUB,
            topic=publisher.feed.url,
            asked=now,
            until=now + lease,
            lease=int(lease.total_seconds()),
        )
        feeds = Feeds(boto3.client("dynamodb"), simulation.stage.table)
        row = feeds.get(name)
        assert row
        feeds.subscribe(row, agreed)

    def push(self, name: str) -> None:
        """The feed's hub delivers its document until that is taken."""
        simulation, publisher = self.simulation, self.simulation.publishers[name]
        known = Subscription(hub=HUB, topic=publisher.feed.url)
        body = document(list(publisher.shown.values()), publisher.links)
        for shown in publisher.shown.values():
            simulation.truth.serve(name, shown)
        master = SECRET.encode()
        signature = hmac.new(websub.secret_of(master, name, known).encode(), body, "sha256")
        event = {
            "requestContext": {"http": {"method": "POST"}},
            "rawPath": f"/{name}/{websub.token_of(master, name)}",
            "headers": {
                "content-type": "application/rss+xml",
                "x-hub-signature": f"sha256={signature.hexdigest()}",
            },
            "body": body.decode(),
        }
        for _ in range(DELIVERIES):
            called = simulation.begin("HubFunction", event, lambda _: None)
            if called.response and called.response["statusCode"] == ACCEPTED:
                return
            simulation.clock.advance(60)
        simulation.problems.append(f"{name}: what its hub delivered was never taken")

    # --- pushes ---

    def take_pushes(self) -> None:
        """There is a feed that is pushed from now on."""
        self.pushed = True
        self.apply(self.settings)

    def post(self, story: int, number: int, **more: Any) -> None:
        """The feed's sender posts version `number` of `story`, until that is taken."""
        self.post_again(self._posted(story, number, **more))

    def post_again(self, post: Post) -> None:
        """What was posted before comes once more, whoever sends it."""
        for _ in range(POSTS):
            called = self.simulation.begin("PushFunction", post.event, lambda _: None)
            if _took(called):
                return
            self.simulation.clock.advance(60)
        self.simulation.problems.append(f"what was pushed was never taken: {post.what}")

    def begin_post(self, story: int, number: int, **more: Any) -> Post:
        """As `post`, beside others; what is not taken is posted again by `post_unsent`."""
        post = self._posted(story, number, **more)
        self.begin_post_again(post)
        return post

    def finish_posts(self) -> None:
        """Whoever has something to post again does so, until all is taken."""
        for _ in range(POSTS):
            self.simulation.drain()
            if not self.unsent:
                return
            self.post_unsent()
        self.simulation.problems.append(f"what was pushed was never taken: {self.unsent[0].what}")

    def post_unsent(self) -> None:
        unsent, self.unsent = self.unsent, ()
        for post in unsent:
            self.begin_post_again(post)

    def begin_post_again(self, post: Post) -> None:
        """What was posted before comes once more, beside others."""

        def settled(called: Invocation) -> None:
            if not _took(called):
                self.unsent = (*self.unsent, post)

        self.simulation.begin("PushFunction", post.event, settled)

    def _posted(self, story: int, number: int, *, told: bool = True, **more: Any) -> Post:
        """`told`: it is something new."""
        simulation = self.simulation
        start = datetime.fromisoformat("2026-02-11T06:00:00+00:00") + timedelta(minutes=story)
        published = more.pop("published", start)
        sent = version(story, number, published, published + timedelta(minutes=number), **more)
        simulation.truth.serve(PUSHED.id, sent)
        simulation.events += 1
        if told:
            simulation.trace.say(
                simulation.now(), f"{PUSHED.id} now shows {sent.headline!r}, version {sent.number}"
            )
        body = document([sent], "")
        return Post(f"{sent.headline!r}", pushed("", "application/rss+xml", body))

    def post_picture(self, media: str, text: str) -> str:
        """The feed's sender posts a picture, until that is taken; gives its address in stories."""
        address = upload_address(asset_name(PUSHED.id, media))
        self.simulation.pictures[address] = text.encode()
        body = (
            f'--limit\r\nContent-Disposition: form-data; name="media_id"\r\n\r\n{media}\r\n'
            '--limit\r\nContent-Disposition: form-data; name="media"; filename="p.png"\r\n\r\n'
            f"{text}\r\n--limit--\r\n"
        ).encode()
        kind = "multipart/form-data; boundary=limit"
        self.post_again(Post(f"picture {media}", pushed("/assets", kind, body)))
        return address

    # --- files ---

    def take_files(self) -> None:
        """There is a feed that comes as files from now on."""
        self.dropped = True
        self.apply(self.settings)

    def drop(
        self, story: int, number: int, name: str = "", *, half: bool = False, **more: Any
    ) -> None:
        """A file with version `number` of `story` is put into the inbox, in place of any of that
        `name`. `half`: it is not whole."""
        simulation = self.simulation
        start = datetime.fromisoformat("2026-02-11T06:00:00+00:00") + timedelta(minutes=story)
        published = more.pop("published", start)
        sent = version(story, number, published, published + timedelta(minutes=number), **more)
        name, data = name or f"{story} + {number}.xml", document([sent], "")
        if half:
            data = data[: data.index(b"</item>")]
            self.broken.add(name)
            self.ever_broken.add(name)
        else:
            self.broken.discard(name)
            simulation.truth.serve(DROPPED.id, sent)
        self.put_file(name, data, sent.headline)

    def put_file(self, name: str, data: bytes, what: str = "") -> None:
        simulation = self.simulation
        simulation.events += 1
        shows = "has" if name in self.broken else "now shows"
        simulation.trace.say(simulation.now(), f"{DROPPED.id} {shows} {what!r} in {name}")
        self.files[name] = data
        drops = Drops(boto3.client("s3"), simulation.stage.inbox)
        simulation.beside(lambda: drops.put(Dropped(DROPPED.id, name), data))

    # --- the desk ---

    def say(
        self, action: str, story: int, decides: dict[str, Any] | None = None, **detail: Any
    ) -> str:
        """Queue an editor's event as EventBridge does; gives its id. `decides`: field → value, for
        the world model."""
        if action != "republish":
            detail = {"article": self._named(story)} | detail
        identity, at = self._event(action, detail)
        self.simulation.truth.decide(
            EditorsEvent(id=identity, story=story, at=at, action=action, fields=decides or {})
        )
        return identity

    def _event(self, action: str, detail: dict[str, Any]) -> tuple[str, datetime]:
        simulation = self.simulation
        simulation.clock.advance(1)
        self.number += 1
        identity = f"e{self.number}"
        at: datetime = simulation.clock.now()
        envelope = {
            "version": "0", "id": identity, "detail-type": action, "source": "newsroom",
            "account": "123456789012", "time": at.isoformat(), "region": "eu-west-1",
            "resources": [], "detail": {"by": EDITOR} | detail,
        }  # fmt: skip
        simulation.cloud.send(
            simulation.stage.queues["EditQueue"], json.dumps(envelope, default=_text)
        )
        simulation.events += 1
        simulation.trace.say(
            at, f"{EDITOR} says {identity}: {action} {json.dumps(detail, default=_text)}"
        )
        return identity, at

    def _named(self, story: int) -> str:
        """A story as editors name it."""
        if story == OURS:
            return article_of(story)
        return f"{PROVIDER}:{guid(story, self.number)}"

    # --- our own story ---

    def write(self, action: Any, text: str, over: str | None = None) -> str:
        """Queue a version of the newsroom's own story, as the desk does. Gives the hash of the one
        in the table. `over`: that of the version that was open, if it is another one: then the
        version must be refused."""
        simulation = self.simulation
        simulation.clock.advance(1)
        self.number += 1
        row = self.table.articles.get(article_of(OURS))
        there = row.wire.hash if row and row.wire else ""
        identity, at = f"e{self.number}", simulation.clock.now()
        sent = version(
            OURS, self.number, at, at,
            headline=f"{token(OURS)} {text}", draft=action == "draft",
            embargo=None if action == "draft" else at,
        )  # fmt: skip
        entry = Entry(
            id=str(OURS), title=sent.headline, body=sent.body, full=True,
            published=at, updated=at, embargo=sent.embargo,
        )  # fmt: skip
        arrival = Arrival(
            feed=own_feed(self.settings, ["india"], draft=sent.draft),
            seen=at,
            known=row is not None,
            settings=self.settings.version,
            entry=entry,
            written=Written(
                by=EDITOR, id=identity, action=action, over=there if over is None else over
            ),
        )
        bodies = Bodies(boto3.client("s3"), simulation.stage.content)
        queue = simulation.stage.queues["WireQueue"]
        simulation.cloud.send(queue, body_of(arrival, bodies))
        simulation.events += 1
        simulation.trace.say(at, f"{EDITOR} writes {identity}: {action} {sent.headline!r}")
        if over is not None:
            self.refused[identity] = "revision", True
        else:
            simulation.truth.serve(OWN, sent)
            simulation.truth.decide(EditorsEvent(id=identity, story=OURS, at=at, action=action))
        return there

    def refuse(self, what: str, story: int) -> None:
        """Queue an event that can't be applied. With `at once` it can, if nobody changes the
        article first."""
        article: dict[str, Any] = {
            "article": f"{PROVIDER}:{guid(story, self.number)}",
            "note": "Never.",
        }
        row = self.table.articles.get(article_of(story))
        action, word, more = {
            "revision": ("note", "expected_revision", {"expected_revision": 999}),
            "at once": (
                "note",
                "expected_revision",
                {"expected_revision": row.revision if row else 1},
            ),
            "field": ("note", "colour", {"colour": "red"}),
            "action": ("shout", "detail-type", {}),
            "nobody": ("note", "article", {"article": f"{PROVIDER}:{NOBODY}"}),
        }[what]
        identity, _ = self._event(action, article | more)
        self.refused[identity] = word, what != "at once"

    def babble(self) -> None:
        """Queue messages that are neither an entry nor an editor's event."""
        self.number += 1
        for queue in ("WireQueue", "EditQueue"):
            body = f"nonsense {self.number}"
            self.nonsense.add(body)
            self.simulation.cloud.send(self.simulation.stage.queues[queue], body)

    def headline(self, story: int, text: str | None) -> None:
        self.say("headline", story, {"headline": text}, headline=text)

    def standfirst(self, story: int, text: str) -> None:
        self.say("headline", story, {"standfirst": text}, standfirst=text)

    def slug(self, story: int, text: str) -> None:
        self.say("headline", story, {"slug": text}, slug=text)

    def correct(self, story: int, body: str, text: str) -> None:
        self.say("correct", story, {"body": body, "correction": text}, body=body, correction=text)

    def correct_by_reference(self, story: int, body: str, text: str) -> None:
        """As `correct`, from a client of the bus that finds its event too large."""
        bodies = Bodies(boto3.client("s3"), self.simulation.stage.content)
        bridge = _AtOnce(self, story, {"body": body, "correction": text})
        Bus(bridge, "wireroom.editor", bodies).put("correct", {"body": body, "correction": text})

    def misplace(self, story: int) -> None:
        """Queue corrections that name a body which is not there, and one with another content."""
        gone, other = edit_key(b"<p>omen1x first.</p>"), edit_key(b"<p>omen1x second.</p>")
        objects = self.simulation.cloud.objects[self.simulation.stage.content]
        objects[other] = Object(b"<p>omen1x by others.</p>", '"other"', self.simulation.now())
        article = f"{PROVIDER}:{guid(story, self.number)}"
        for key in (gone, other):
            detail = {"article": article, "body_ref": key, "correction": "omen1x was wrong."}
            self.refused[self._event("correct", detail)[0]] = "body_ref", True

    def revert(self, story: int) -> None:
        self.say("correct", story, {"body": None}, revert=True)

    def categorise(self, story: int, slugs: tuple[str, ...] | None) -> None:
        detail: dict[str, Any] = {"auto": True} if slugs is None else {"set": slugs}
        self.say("categorise", story, {"categories": slugs}, **detail)

    def hold(self, story: int) -> None:
        self.say("hold", story, {"hold": True})

    def release(self, story: int) -> None:
        self.say("release", story, {"hold": False})

    def publish_at(self, story: int, at: datetime | None) -> None:
        self.say("schedule", story, {"publish_at": at}, publish_at=at)

    def expire_at(self, story: int, at: datetime | None) -> None:
        self.say("schedule", story, {"expire_at": at}, expire_at=at)

    def kill(self, story: int, reason: str = "legal") -> None:
        self.say("kill", story, {"kill": reason}, reason=reason)

    def reinstate(self, story: int) -> None:
        self.say("reinstate", story, {"kill": None})

    def pin(self, story: int, name: str = "home", order: int = 1) -> None:
        self.say("pin", story, {f"pin {name}": order}, list=name, order=order)

    def unpin(self, story: int, name: str = "home") -> None:
        self.say("unpin", story, {f"pin {name}": None}, list=name)

    def note(self, story: int, text: str) -> None:
        self.say("note", story, note=text)

    def republish(self, **what: Any) -> None:
        self.say("republish", 0, **what)

    # --- after a fault ---

    def spoil(self, key: str, how: Spoiling) -> None:
        """A page is no longer what was written, behind everybody's back."""
        simulation = self.simulation
        simulation.trace.say(simulation.now(), f"{key} is spoiled: {how}")
        site = simulation.stage.site
        objects = simulation.cloud.objects[site]
        match how:
            case "gone":
                del objects[key]
            case "garbage":
                objects[key] = Object(b"spoiled", '"spoiled"', simulation.now())
            case "earlier":
                objects[key] = simulation.cloud.replaced[site, key]
            case "leads nowhere":
                objects[key] = replace(objects[key], redirect="")
            case "another status":
                objects[key] = replace(objects[key], status="" if objects[key].status else "410")

    def _hidden(self) -> bool:
        """Whether dead letters are invisible, as the answer that received them was lost."""
        simulation = self.simulation
        dead = [name for name in simulation.stage.queues if name.endswith("DeadLetters")]
        held = [m for name in dead for m in simulation.cloud.queues[simulation.stage.queues[name]]]
        return any(letter.visible > simulation.clock.now() for letter in held)

    def _rejected_by_ingest(self) -> set[tuple[str, str]]:
        """(feed, entry) of the dead letters that ingest wrote. Redriving one means that its feed is
        fetched again."""
        simulation = self.simulation
        held = simulation.cloud.queues[simulation.stage.queues["WireDeadLetters"]]
        bodies = [json.loads(each.body)["rejected"] for each in held if "rejected" in each.body]
        return {(each["feed"], each["entry"]) for each in bodies}

    def redrive(self) -> int:
        """`wireroom redrive`, repeated until it meets no fault. Gives how many dead letters it
        sent, those too that a redrive deleted which then died."""
        simulation = self.simulation
        there = self._dead_letter_ids()
        before = self._rejected_by_ingest()
        for feed, entry in simulation.truth.rejected:
            shown = simulation.publishers[feed].shown[int(entry)]
            if not shown.bad:
                self.settled.add((feed, entry))
        left = 0

        def work() -> None:
            nonlocal left
            left = 0
            reached = SimpleNamespace(client=boto3.client, outputs=simulation.stage.aws.outputs)
            for queue in Queue:
                left += len(redrive_of(reached).run(queue).left)

        for _ in range(REDRIVES):
            if simulation.operate("redrive", work) and not left and not self._hidden():
                break
            simulation.clock.advance(HIDDEN)
        # The next fetch decides whether such an entry is still bad.
        simulation.truth.owed -= before - self._rejected_by_ingest()
        return len(there - self._dead_letter_ids())

    def _dead_letter_ids(self) -> set[str]:
        return {
            letter.id
            for name, queue in self.simulation.stage.queues.items()
            if name.endswith("DeadLetters")
            for letter in self.simulation.cloud.queues[queue]
        }


class Post(Struct, frozen=True):
    """A request to the function for pushes. `what` it brings, for people."""

    what: str
    event: dict[str, Any]


def pushed(beneath: str, kind: str, body: bytes, token: str = "") -> dict[str, Any]:
    """The event of a request that is signed with the token, or with another one."""
    token = token or json.loads(PUSH_TOKEN)["token"]
    signature = hmac.new(token.encode(), body, "sha1").hexdigest()
    return {
        "requestContext": {"http": {"method": "POST"}},
        "rawPath": f"/push/{PUSHED.id}{beneath}",
        "headers": {"content-type": kind, "x-superdesk-signature": f"sha1={signature}"},
        "body": body.decode(),
    }


def _took(called: Invocation) -> bool:
    return bool(called.response and called.response["statusCode"] == TAKEN)


class _AtOnce:
    """EventBridge at its fastest: an event is applied before its sender knows that it was taken."""

    def __init__(self, newsroom: Newsroom, story: int, decides: dict[str, Any]) -> None:
        self._newsroom, self._story, self._decides = newsroom, story, decides

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:
        simulation = self._newsroom.simulation
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            self._newsroom.say(entry["DetailType"], self._story, self._decides, **detail)
        for source in simulation.stage.sources.values():
            simulation.receive(source, source.batch)
        return {"FailedEntryCount": 0}


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
