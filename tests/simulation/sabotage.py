# ruff: noqa: E501 -- the patches are lines of the code that they patch
"""Sabotages: small mistakes in the code, each of which the simulation must notice.

A sabotage patches the source of one function. `old` must occur in it exactly once. Otherwise the
sabotage fails, so that an outdated patch does not count as noticed.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from typing import Any
from unittest.mock import patch

from msgspec import Struct

from tests.simulation.faults import Fault


class Sabotage(Struct, frozen=True):
    """`place`: `module:function` or `module:Class.method`, below `wireroom` or as `wireroom_infra.module`.
    `changes`: (old, new).

    It must be noticed by a crash point of `scenario`, or (without one) within `seeds` seeds.
    `fault`: a kind of fault that shows it. Points of that kind come first, as most others show
    nothing; if none of them does any more, the rest follow.
    """

    name: str
    place: str
    changes: tuple[tuple[str, str], ...]
    scenario: str = ""
    fault: Fault = ""
    seeds: int = 60


@contextmanager
def applied(sabotage: Sabotage) -> Iterator[None]:
    module_name, _, path = sabotage.place.partition(":")
    ours = module_name.startswith("wireroom_infra.")
    module = importlib.import_module(module_name if ours else f"wireroom.{module_name}")
    owner_path, _, name = path.rpartition(".")
    owner: Any = reduce(getattr, filter(None, owner_path.split(".")), module)
    original = inspect.getattr_static(owner, name)
    source = textwrap.dedent(inspect.getsource(original))
    for old, new in sabotage.changes:
        if source.count(old) != 1:
            raise AssertionError(f"{sabotage.name}: {old!r} stands {source.count(old)} times")
        source = source.replace(old, new)
    scope: dict[str, Any] = {}
    exec(
        compile(source, f"<{sabotage.name}>", "exec", flags=annotations.compiler_flag),
        module.__dict__,
        scope,
    )
    with ExitStack() as stack:
        for helper in (_Later, _listed):
            stack.enter_context(patch.object(module, helper.__name__, helper, create=True))
        stack.enter_context(patch.object(module, "_first", {}, create=True))
        stack.enter_context(patch.object(owner, name, scope[name]))
        if owner is module:  # modules that took the function by its name
            for other in list(sys.modules.values()):
                # Also modules of the harness, so that what they use of Wireroom is sabotaged, too.
                near = getattr(other, "__name__", "").startswith(
                    ("wireroom.", "wireroom_infra.", "tests.simulation.")
                )
                if near and other is not module and getattr(other, name, None) is original:
                    stack.enter_context(patch.object(other, name, scope[name]))
        yield


class _Later:
    """A queue that keeps what is sent."""

    def __init__(self, kept: list[str]) -> None:
        self._kept = kept

    def send(self, bodies: Iterable[str], reason: str = "") -> None:
        self._kept.extend(bodies)


def _listed(change: dict[str, Any]) -> bool:
    """Whether a change of a transaction is one of a listing's rows."""
    (what,) = change.values()
    key: str = (what.get("Item") or what["Key"])["pk"]["S"]
    return key.startswith("list#")


def _drop(line: str) -> tuple[str, str]:
    return line, ""


SABOTAGES = (
    Sabotage(
        "the row is written before the body",
        "pipeline.process:Process._publish",
        (
            ("stored.add(self._bodies.put(bodies[key]))", "stored.add(key)"),
            ("return outcome, merged", "self._bodies.put(story.body); return outcome, merged"),
        ),
        scenario="update",
        fault="die-after",
    ),
    Sabotage(
        "a page is put without a condition",
        "store.pages:Pages.put",
        (('{"IfMatch": etag} if etag else {"IfNoneMatch": "*"}', "{}"),),
        scenario="headline",
        fault="sleep-other",
    ),
    Sabotage(
        "a page is put only where there is one or none, whichever it is",
        "store.pages:Pages.put",
        (('{"IfMatch": etag}', "{}"),),
        scenario="headline",
        fault="sleep-other",
    ),
    Sabotage(
        "a put is left out when the content looks the same",
        "store.pages:Pages.put",
        (
            (
                'more = {"IfMatch"',
                'if self.read(page)[1].rstrip() == content.rstrip():\n        return\n    more = {"IfMatch"',
            ),
        ),
        scenario="back to what it was",
        fault="sleep-other",
    ),
    Sabotage(
        "an ETag that is read after the table",
        "store.pages:Pages.put",
        (('more = {"IfMatch"', 'etag = self.etag(page)\n    more = {"IfMatch"'),),
        scenario="headline",
        fault="sleep-other",
    ),
    Sabotage(
        "a page that was written by another counts as done",
        "pipeline.render:Render._swap",
        (("return False", "return True"),),
        scenario="headline",
        fault="refused",
    ),
    Sabotage(
        "the state of a feed is saved before its entries are queued",
        "pipeline.ingest:Ingest._pull",
        (
            (
                "counts, state = self._fetch",
                "kept = []; sent = self._wire; self._wire = _Later(kept); counts, state = self._fetch",
            ),
            (
                "self._feeds.save(row, state, turn.hosts)",
                "self._wire = sent; self._feeds.save(row, state, turn.hosts); sent.send(kept)",
            ),
        ),
        scenario="update",
        fault="refused",
    ),
    Sabotage(
        "a message that failed is reported as done",
        "pipeline.messages:give_up",
        (("result.failed.append(message.id)", "pass"),),
        scenario="update",
        fault="refused",
    ),
    Sabotage(
        "a change that could not be rendered is reported as done",
        "pipeline.render:Render.run",
        (("result.failed = {change.id for change in changes}", "pass"),),
        scenario="headline",
        fault="refused",
    ),
    Sabotage(
        "listing entries are written outside the transaction",
        "store.articles:Articles._transact",
        (
            (
                "self._client.transact_write_items(TransactItems=changes)",
                "[self._client.transact_write_items(TransactItems=part) for part in"
                " ([c for c in changes if not _listed(c)], [c for c in changes if _listed(c)]) if part]",
            ),
        ),
        scenario="new story",
        fault="die-after",
    ),
    Sabotage(
        "a kill that honours a date",
        "newsroom.edits:apply",
        (
            (
                "desk = replace(desk, kill=_latest(desk.kill, Decision(event.reason, at, by)))",
                "desk = replace(desk, kill=_latest(desk.kill, Decision(event.reason, at, by))) if article.published else desk",
            ),
        ),
        scenario="kill before arrival",
    ),
    Sabotage(
        "a listing is read eventually consistent",
        "store.listings:Listings.newest",
        (_drop("ConsistentRead=True,"),),
        seeds=100,
    ),
    Sabotage(
        "articles are read eventually consistent",
        "store.items:batch_get",
        (('"ConsistentRead": True', '"ConsistentRead": False'),),
        seeds=200,
    ),
    Sabotage(
        "a redirect leads to the next address instead of the newest",
        "site.build:at_address",
        (
            (
                "return notices.redirect(settings, found.path), found.path",
                "to = (*found.former, found.path)[(*found.former, found.path).index(page.path) + 1]\n"
                "        return notices.redirect(settings, to), to",
            ),
        ),
        scenario="second re-slug",
    ),
    Sabotage(
        "a kind of page is left out of what a story changes",
        "site.kinds:of_list",
        (("if row.of in kinds}", 'if row.of in kinds and kind != "feed"}'),),
        scenario="new story",
    ),
    Sabotage(
        "a killed story stays in the Atom feed",
        "site.kinds:of_list",
        (("if row.of in kinds}", 'if row.of in kinds and kind != "atom"}'),),
        scenario="kill",
    ),
    Sabotage(
        "the neighbours of a day are forgotten",
        "site.affected:neighbours",
        (("yield kinds.page(page.kind, page.list, day)", "yield from ()"),),
        scenario="first story of a day between two others",
    ),
    Sabotage(
        "a killed story stays the next one, or related, on pages that are made again",
        "pipeline.reads:Reads._read_near",
        (
            (
                "window = self._windows[name]",
                "window = _first.setdefault(name, self._windows[name])",
            ),
        ),
        scenario="kill",
    ),
    Sabotage(
        "a story's page leads to the next story of the site instead of its section",
        "site.more:section",
        (("return categories[0] if categories else HOME", "return HOME"),),
        scenario="sweep",
    ),
    Sabotage(
        "the story before and after are sought from the day on",
        "pipeline.reads:Reads._read_near",
        (("around(name, key, NEAR)", "around(name, key[:10], NEAR)"),),
        scenario="sweep",
    ),
    Sabotage(
        "the first story of a day does not come into the calendar",
        "site.affected:neighbours",
        (("yield from kinds.of_calendar(page.list, day[:7])", "yield from ()"),),
        scenario="first story of a day between two others",
    ),
    Sabotage(
        "a calendar leads to a day that has become empty",
        "site.affected:neighbours",
        (
            (
                "yield from kinds.of_calendar(page.list, day[:7])",
                "yield from kinds.of_calendar(page.list, day[:7]) if filled else ()",
            ),
            ("if not entries:", "if not entries and filled:"),
        ),
        scenario="last story leaves a day between two others",
    ),
    Sabotage(
        "an author's page keeps a killed story",
        "site.affected:affected",
        (
            (
                "if for_lists(was) == for_lists(now):",
                "if for_lists(was) == for_lists(now) or (now is None and row[0][:8] == 'authors/'):",
            ),
        ),
        scenario="kill of an author's only story",
    ),
    Sabotage(
        "an author whom a byline names no more keeps the story",
        "store.articles:Articles.save",
        (
            (
                "for name, key in before.keys() - after.keys():",
                "for name, key in {(n, k) for n, k in before.keys() - after.keys() if not (after and n[:8] == 'authors/')}:",
            ),
        ),
        scenario="a byline without one of its authors",
    ),
    Sabotage(
        "a byline leads to a page that is not there yet",
        "pipeline.render:Render._open",
        (("absent = sorted(", "absent = [] and sorted("),),
        scenario="first story of an author",
    ),
    Sabotage(
        "the page of an author whom a newer version of the story names is not looked for",
        "pipeline.render:Render._open",
        (('if article.state == "live"', "if False"),),
        scenario="another byline while the first is rendered",
        fault="sleep-other",
    ),
    Sabotage(
        "a dead letter is swallowed",
        "store.queues:Queue.send",
        (
            (
                "for batch in batches(bodies, lambda body: body):",
                "for batch in batches(bodies if not reason else [], lambda body: body):",
            ),
        ),
        seeds=60,
    ),
    Sabotage(
        "a row is written whatever its revision",
        "store.articles:Articles.save",
        (
            ('"attribute_not_exists(pk)" if old is None else "revision = :revision"', '""'),
            ('{":revision": {"N": str(old.revision)}} if old else None', "None"),
        ),
        seeds=60,
    ),
    Sabotage(
        "the marker of an event is not written",
        "store.articles:Articles.save",
        (('changes.append(self._put(marker, "attribute_not_exists(pk)"))', "guards.clear()"),),
        seeds=60,
    ),
    Sabotage(
        "an address is taken without asking whose it is",
        "store.articles:Articles.save",
        (
            ('"attribute_not_exists(pk) OR article = :article"', '""'),
            ('{":article": {"S": new.id}},', "None,"),
        ),
        scenario="two stories of one headline",
    ),
    Sabotage(
        "render trusts the first settings that it read for ever",
        "store.table:Table.read",
        (
            (
                "return Reading(found, articles)",
                "return Reading(_first.setdefault(0, found), articles)",
            ),
        ),
        scenario="settings",
    ),
    Sabotage(
        "listings are put before the articles that they link to",
        "pipeline.render:Render._round",
        (("for rank in range(_RANKS)", "for rank in reversed(range(_RANKS))"),),
        scenario="new story",
    ),
    Sabotage(
        "a change is rendered from its new side alone",
        "site.affected:affected",
        (("before, after = listings(old), listings(new)", "before, after = {}, listings(new)"),),
        scenario="recategorise",
    ),
    Sabotage(
        "a kill does not reach the addresses from before",
        "site.pages:of_article",
        (("paths = (article.path, *article.former)", "paths = (article.path,)"),),
        scenario="kill after a re-slug",
    ),
    Sabotage(
        "a pin's row stays when its story goes",
        "store.articles:Articles.save",
        (
            (
                "for name, key in before.keys() - after.keys():",
                "for name, key in [k for k in before.keys() - after.keys() if k[1][:4] != 'pin#']:",
            ),
        ),
        scenario="kill of a pinned story",
    ),
    Sabotage(
        "a wire update takes the editor's headline away",
        "newsroom.merge:_merge",
        (
            (
                'return "update", _updated(article, _wire',
                'return "update", _updated(replace(article, desk=replace(article.desk, headline=None)), _wire',
            ),
        ),
        seeds=60,
    ),
    Sabotage(
        "an older version wins when it comes last",
        "newsroom.merge:_dated_later",
        (("return ahead > timedelta() if ahead", "return True if ahead"),),
        seeds=60,
    ),
    Sabotage(
        "an older number wins",
        "newsroom.merge:_newer",
        (("if _numbered(story, wire):", "if False:"),),
        scenario="an older number comes last",
    ),
    Sabotage(
        "an editor's older word wins when it comes last",
        "newsroom.edits:_latest",
        (
            (
                "return decision if before is None or decision.at >= before.at else before",
                "return decision",
            ),
        ),
        seeds=60,
    ),
    Sabotage(
        "history is written only for what readers see",
        "store.articles:Articles.save",
        (
            (
                'self._put(item(revision, pk=_pk(new.id), sk=f"rev#{revision.revision:06}")),',
                '*([self._put(item(revision, pk=_pk(new.id), sk=f"rev#{revision.revision:06}"))] if revision.changes else []),',
            ),
        ),
        seeds=60,
    ),
    Sabotage(
        "a republish moves on before its pages are written",
        "pipeline.republish:Republish.step",
        (
            (
                "differs = partial(_differs, job.freshen) if looking else None",
                "self._table.jobs.put(job, after); job = after\n    differs = partial(_differs, job.freshen) if looking else None",
            ),
        ),
        scenario="settings",
        fault="die-after",
    ),
    Sabotage(
        "an embargo ends at once",
        "newsroom.settle:_state",
        (("if start and start > now:", "if start and start > now and not wire.embargo:"),),
        scenario="embargo",
    ),
    Sabotage(
        "a story that is let out keeps no redirect",
        "newsroom.edits:_headline",
        (
            (
                "return replace(article, path=path, former=former)",
                "return replace(article, path=path)",
            ),
        ),
        scenario="re-slug",
    ),
    Sabotage(
        "ingest remembers what it could not send",
        "store.queues:Queue.send",
        (("if failed:", "if failed and reason:"),),
        scenario="new story",
        fault="partly",
    ),
    Sabotage(
        "keys that were not answered are taken for missing",
        "store.items:batch_get",
        (('wanted = answer.get("UnprocessedKeys", {})', "return"),),
        scenario="headline",
    ),
    Sabotage(
        "a killed story stays in the lists that others baked in",
        "site.affected:unlist",
        (("if old is None or", "if True or old is None or"),),
        scenario="kill",
    ),
    Sabotage(
        "a story is written without a witness of its Latest Posts",
        "pipeline.render:Render.write",
        (("pending.add(pages.LATEST)", "pass"),),
        scenario="update of the body alone",
        fault="sleep-other",
    ),
    Sabotage(
        "a rejected entry is dropped without a dead letter",
        "pipeline.messages:give_up",
        (
            (
                "if final and send_dead_letter(",
                "if isinstance(error, Permanent):\n        return\n    if final and send_dead_letter(",
            ),
        ),
        scenario="bad entries among good ones",
    ),
    Sabotage(
        "what ingest rejects vanishes",
        "pipeline.dispatch:_send",
        (("must_send_dead_letter(dead_letters, encode", "(dead_letters, encode"),),
        scenario="bad entries among good ones",
    ),
    Sabotage(
        "a dead letter that SQS did not take is lost",
        "store.queues:Queue.send",
        (("if failed:", "if failed and not reason:"),),
        scenario="bad entries among good ones",
        fault="partly",
    ),
    Sabotage(
        "nobody says why when the queue gives up",
        "pipeline.messages:give_up",
        (_drop("or message.receives >= LAST_RECEIVE"),),
        scenario="an outage",
    ),
    Sabotage(
        "a mistake in process takes the whole batch with it",
        "pipeline.process:Process._process",
        (
            (
                "# If it was written after all",
                "if not isinstance(error, WireroomError):\n                raise\n            # If it was written after all",
            ),
        ),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "a mistake in edit takes the whole batch with it",
        "pipeline.edit:Edit.run",
        (("except Exception as error:", "except WireroomError as error:"),),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "a page that breaks takes its whole change with it",
        "pipeline.render:Render._round",
        (("except Exception as error:", "except PageFailed as error:"),),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "a change that breaks render takes its whole batch with it",
        "pipeline.render:Render._run_alone",
        (("except Exception as error:", "except PageFailed as error:"),),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "the dead letter of a mistake does not say what it was",
        "unforeseen:reason_of",
        (('reason = f"{type(error).__name__}: {str(error)[:LENGTH]}"', 'reason = "failed"'),),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "a redrive does not make the pages of a change that broke render",
        "pipeline.redrive:Redrive._rerender",
        (("self._replay(letter, [change], [])", "pass"),),
        scenario="mistakes of ours",
    ),
    Sabotage(
        "deep in one entry something is raised that nobody foresaw",
        "newsroom.normalise:_headline",
        (
            (
                'headline = plain(entry.title, "title")',
                'headline = plain(entry.title, "title")\n    if entry.id == "3":\n        raise RuntimeError("deep down")',
            ),
        ),
        scenario="new story",
    ),
    Sabotage(
        "deep in one event something is raised that nobody foresaw",
        "newsroom.edits:_headline",
        (
            (
                "if event.slug is UNSET:",
                'if event.headline == "omen1x ours":\n        raise RuntimeError("deep down")\n    if event.slug is UNSET:',
            ),
        ),
        scenario="headline",
    ),
    Sabotage(
        "deep in one page something is raised that nobody foresaw",
        "pipeline.reads:Reads.front",
        (
            (
                "return front_of(",
                'if name == "sport":\n        raise RuntimeError("deep down")\n    return front_of(',
            ),
        ),
        scenario="new story",
    ),
    Sabotage(
        "what an event expects of the revision is not looked at",
        "pipeline.edit:Edit._apply",
        (("if event.expected_revision not in {None, article.revision}:", "if False:"),),
        scenario="refused edits",
    ),
    Sabotage(
        "one entry's failure fails its whole batch",
        "pipeline.messages:give_up",
        (("result.failed.append(message.id)", "raise error"),),
        scenario="new story",
        fault="refused",
    ),
    Sabotage(
        "throttling is no passing failure",
        "store.aws:translated",
        (("if name in _PASSING or status(error) >= 500", "if status(error) >= 500"),),
        scenario="new story",
    ),
    Sabotage(
        "a republish reads the first rows of the table only",
        "pipeline.republish:Republish._articles",
        (('phase = job.phase if following else "lists"', 'phase = "lists"'),),
        scenario="republish all",
    ),
    Sabotage(
        "a day beyond a list's newest rows is empty",
        "pipeline.reads:Reads._read_day",
        (("lists.between(name, start, end),", "[],"),),
        scenario="settings",
    ),
    Sabotage(
        "a conflict in release stops the others",
        "pipeline.release:Release._settle",
        (("break  # it was written meanwhile, and so settled", "raise"),),
        scenario="embargo",
        fault="partly",
    ),
    Sabotage(
        "release does not look for another address",
        "pipeline.release:Release._settle",
        (("for taken in (False, True):", "for taken in (False, False):"),),
        scenario="two embargoed stories of one headline",
    ),
    Sabotage(
        "a feed that has moved for good is asked at its old address",
        "wire.polling:_settled",
        (("if times >= MOVED_AFTER:", "if False:"),),
        scenario="feed moves",
    ),
    Sabotage(
        "the sweep does not look where redirects lead",
        "pipeline.render:Render._round",
        (("(before.redirect, before.status) == (redirect, status)", "before.status == status"),),
        scenario="sweep",
    ),
    Sabotage(
        "the sweep takes a list that has aged for one that is right",
        "pipeline.render:Render._round",
        (
            ("and not differs(page, before.content, content)", "and len(before.content) > 100"),
            ("and not _aged(before.content, content)", ""),
        ),
        scenario="sweep",
    ),
    Sabotage(
        "an unlisting is ordered before the pages are written",
        "pipeline.render:Render._run",
        (
            ("self._order_unlisting(change)", "pass"),
            (
                "written = self.write(wanted, sum_of, fresh=fresh)",
                "[self._order_unlisting(change) for change in changes]; written = self.write(wanted, sum_of, fresh=fresh)",
            ),
        ),
        scenario="kill beside two slow writers",
    ),
    Sabotage(
        "a redrive orders no unlisting",
        "pipeline.redrive:Redrive._replay",
        (("filter(None, unlistings)", "()"),),
        scenario="a kill that was given up",
    ),
    Sabotage(
        "a redrive deletes letters that it could not send",
        "pipeline.redrive:Redrive._rerender",
        (('result.left.append(f"{error}: {letter.reason}")\n            continue', "pass"),),
        scenario="a kill that was given up",
        fault="refused",
    ),
    Sabotage(
        "a history that explains nothing",
        "newsroom.history:revision",
        (('if before.get(field, "") != value', "if False"),),
        seeds=5,
    ),
    Sabotage(
        "a history that names the agency for what an editor did",
        "pipeline.edit:Edit._save",
        (("who=event.by", "who=article.provider"),),
        seeds=5,
    ),
    Sabotage(
        "a pinned story stands twice on a front",
        "pipeline.reads:front_entries",
        (("if entry.id not in pins", ""),),
        scenario="pin",
    ),
    Sabotage(
        "a feed is written oldest first",
        "site.feeds:items",
        (("reverse=True", "reverse=False"),),
        scenario="new story",
    ),
    Sabotage(
        "Latest Posts begin with the oldest",
        "pipeline.reads:Reads.latest",
        (("[:LATEST]", "[:LATEST][::-1]"),),
        scenario="new story",
    ),
    Sabotage(
        "what the agency sends of a killed story is ignored",
        "newsroom.merge:merge",
        (
            (
                "if story.withdrawn:",
                'if article.state == "killed" and wire is not None and not story.withdrawn:\n        return "stale", None\n    if story.withdrawn:',
            ),
        ),
        seeds=20,
    ),
    Sabotage(
        "a kill notice becomes a story",
        "newsroom.merge:_withdrawn",
        (("feeds={}", "feeds={}, withdrawn=False"),),
        scenario="kill notice beside its story",
        fault="refused",
    ),
    Sabotage(
        "the notice never says that staff edited the body",
        "newsroom.shown:shown",
        (('"edited" if edited else "unedited"', '"unedited"'),),
        scenario="correction",
    ),
    Sabotage(
        "an event is sent before the body that it names",
        "store.bus:Bus.put",
        (
            (
                'self._bodies.put_edit(detail["body"])',
                '__import__("wireroom").store.bodies.edit_key(detail["body"].encode())',
            ),
            (
                'if answer["FailedEntryCount"]:',
                'self._bodies.put_edit(detail["body"])\n    if answer["FailedEntryCount"]:',
            ),
        ),
        scenario="correction by reference",
    ),
    Sabotage(
        "whatever stands under the key of a body is that body",
        "store.bodies:Bodies.edit",
        (("if edit_key(data) != key:", "if False:"),),
        scenario="corrections that name a body which is not theirs",
    ),
    Sabotage(
        "every kill reads as an error",
        "site.notices:reason",
        (('value_of(article.desk.kill) or "error"', '"error"'),),
        scenario="kill",
    ),
    Sabotage(
        "a story bears the date at which it arrived",
        "newsroom.settle:_published",
        (("moment = min(wire.published or seen, seen)", "moment = seen"),),
        scenario="new story",
    ),
    Sabotage(
        "a pin stays where it was first put",
        "newsroom.edits:_pin",
        (
            (
                "return replace",
                "if decision.value and desk.pins.get(name) and desk.pins[name].value: decision = replace(decision, value=desk.pins[name].value)\n    return replace",
            ),
        ),
        scenario="pin in another place",
    ),
    Sabotage(
        "an address follows the agency's headline",
        "newsroom.settle:settle",
        (
            (
                "if not article.path:",
                """if article.path and not value_of(article.desk.slug):
        moved = address(article, value_of(article.desk.headline) or wire.headline, timezone=timezone, taken=taken)
        if moved != article.path:
            article = replace(article, former=tuple(p for p in (*article.former, article.path) if p != moved), path=moved)
    if not article.path:""",
            ),
        ),
        scenario="update",
    ),
    Sabotage(
        "an agency's embargo ends a minute early",
        "newsroom.settle:_state",
        (
            (
                "if start and start > now:",
                "if start and (start - now).total_seconds() > (59 if start == wire.embargo else 0):",
            ),
        ),
        scenario="edit just before an embargo ends",
    ),
    Sabotage(
        "an embargo is never read",
        "newsroom.merge:_wire",
        (("embargo=story.embargo", "embargo=None"),),
        scenario="embargo",
    ),
    Sabotage(
        "ingest does not see that only the status changed",
        "wire.diff:fingerprint",
        (_drop('"pubstatus": entry.pubstatus,'),),
        scenario="kill by the agency",
    ),
    Sabotage(
        "ingest does not see that only categories or the embargo changed",
        "wire.diff:fingerprint",
        (
            _drop('"categories": "\\n".join(sorted(entry.categories)),'),
            _drop('"embargo": entry.embargo.isoformat() if entry.embargo else "",'),
        ),
        scenario="the agency files a story elsewhere",
    ),
    Sabotage(
        "texts that have been here are forgotten",
        "newsroom.merge:_wire",
        (("(*wire.seen, story.hash)[-SEEN:] if wire else (story.hash,)", "(story.hash,)"),),
        scenario="back and forth",
    ),
    Sabotage(
        "a text that has been here wins again",
        "newsroom.merge:_supersedes",
        (("if not ahead and story.hash in wire.seen:", "if False:"),),
        scenario="back and forth",
    ),
    Sabotage(
        "of versions without dates the one that is processed last wins",
        "newsroom.merge:_dated_later",
        (("not _later(than, arrived)", "True"),),
        scenario="two versions without dates",
        fault="refused",
    ),
    Sabotage(
        "a story is filed as the version without a date that is processed last",
        "newsroom.merge:_feeds",
        (("_dated_later(ahead, arrived, filed.arrived)", "_dated_later(ahead, arrived, None)"),),
        scenario="two versions without dates",
        fault="refused",
    ),
    Sabotage(
        "ingest forgets what it has seen",
        "wire.polling:succeeded",
        (("seen=state.seen if seen is None else seen", "seen=state.seen"),),
        scenario="update",
    ),
    Sabotage(
        "an edit that met a conflict tries again without reading",
        "pipeline.edit:Edit._apply",
        (("article = self._table.articles.get(article.id) or article", "pass"),),
        scenario="headline",
    ),
    Sabotage(
        "each change is rendered four times",
        "pipeline.render:Render._run",
        (
            (
                "written = self.write(wanted, sum_of, fresh=fresh)",
                "written = self.write(wanted, sum_of, fresh=fresh); [self.write(wanted, sum_of) for _ in range(3)]",
            ),
        ),
        scenario="headline",
    ),
    Sabotage(
        "a kill that comes late wins over a later reinstate",
        "newsroom.edits:apply",
        (
            (
                "kill=_latest(desk.kill, Decision(event.reason, at, by))",
                "kill=Decision(event.reason, at, by)",
            ),
        ),
        seeds=60,
    ),
    Sabotage(
        "a kill notice in words of its own is a story beside the one it takes back",
        "wire.identity:_are_stories",
        (("group = [one for one in group if not one.advisory.withdrawn]", "pass"),),
        scenario="kill notice in one document with its story",
    ),
    Sabotage(
        "the story beside a kill notice is left out",
        "wire.identity:identified",
        (("id=name, story=used)", "id=name)"),),
        scenario="a story that comes with its kill notice",
    ),
    Sabotage(
        "what a feed's settings name as a kill is unknown when entries are told apart",
        "wire.identity:identified",
        (("advisory(entry, kill_titles, hold_titles)", "advisory(entry)"),),
        scenario="kill notice that the settings name",
    ),
    Sabotage(
        "a story that comes with its kill notice is written first and killed then",
        "pipeline.process:_merged",
        (("for story in stories:", "for story in stories[: 1 if article is None else 2]:"),),
        scenario="a story that comes with its kill notice",
    ),
    Sabotage(
        "a kill notice is matched by its guid only",
        "pipeline.process:Process._take_down",
        (("if 0 < len(notice.link) <= MAX_ID:", "if False:"),),
        scenario="kill notice with a guid of its own",
    ),
    Sabotage(
        "a kill notice that comes first is kept under its guid only",
        "pipeline.process:Process._take_down",
        (("in there.items():", "in list(there.items())[:1]:"),),
        scenario="kill notice with a guid of its own before its story",
    ),
    Sabotage(
        "a kill notice in one document with its story is matched by its guid only",
        "wire.identity:_with_their_kills",
        (("if notices and len(leads_to) == 1 else name", "if False else name"),),
        scenario="kill notice with a guid of its own beside its story",
    ),
    Sabotage(
        "no alarm reports a kill notice that matches no story",
        "pipeline.process:Process._process",
        (_drop('result.counts["unmatched"] += 1'),),
        scenario="kill notice that matches no story",
    ),
    Sabotage(
        "a repeated kill notice that matches no story sets off no alarm",
        "pipeline.process:Process._process",
        (("if alone and article", 'if outcome == "withdrawn" and article'),),
        scenario="kill notice that matches no story",
        fault="die-after",
    ),
    Sabotage(
        "a kill notice that matches no story is not listed",
        "store.articles:_keys",
        (("or awaited(article)):", "or article.wire is None):"),),
        scenario="kill notice that matches no story",
    ),
    Sabotage(
        "a row that can't be read fails its batch",
        "pipeline.changes:records",
        (("except Exception as error:", "except ZeroDivisionError as error:"),),
        scenario="a row that can't be read",
    ),
    Sabotage(
        "a row that can't be read is skipped",
        "pipeline.changes:records",
        (_drop("unread.append(Unread(number, record, reason))"),),
        scenario="a row that can't be read",
    ),
    Sabotage(
        "the dead letter of a row that can't be read is deleted too early",
        "pipeline.redrive:Redrive._replay_records",
        (("return not unread", "return True"),),
        scenario="a row that can't be read",
    ),
    Sabotage(
        "a row that was put right is not rendered",
        "pipeline.redrive:Redrive._rerender",
        (("unread.append(letter)", "safe.append(letter)"),),
        scenario="a row that can't be read",
    ),
    Sabotage(
        "an address is compared to the character",
        "newsroom.identity:article_id",
        (("canonical(entry_id)", "entry_id"),),
        scenario="a killed story whose address is spelled otherwise",
    ),
    Sabotage(
        "an address is compared with its scheme",
        "markup.spelling:_canonical",
        (('return f"{user', 'return f"{split.scheme}{user'),),
        scenario="a killed story whose address is spelled otherwise",
    ),
    Sabotage(
        "the job that files anew skips what its chunk had no room for",
        "pipeline.republish:Republish._filed",
        (("following = self._table.articles.place(wrong[-1])", "pass"),),
        scenario="a section is renamed",
    ),
    Sabotage(
        "the job that files anew moves on before it has filed",
        "pipeline.republish:Republish._filed",
        (
            (
                "filed = job.filed + self._refile(wrong, settings)",
                "self._table.jobs.put(job, replace(job, phase='articles')); filed = job.filed + self._refile(wrong, settings)",
            ),
        ),
        scenario="a section is renamed",
    ),
    Sabotage(
        "a rename forgets the pins",
        "newsroom.filing:_pins",
        (("_latest(desk.pins, settings).items()", "desk.pins.items()"),),
        scenario="a section is renamed",
    ),
    Sabotage(
        "a rename forgets what editors decided",
        "newsroom.filing:file",
        (("slugs = {_now_called(slug, settings) for slug in decided}", "slugs = set(decided)"),),
        scenario="a section is renamed while an editor files a story there",
    ),
    Sabotage(
        "what is published already does not lead out when the settings say so",
        "pipeline.refile:_computed",
        (("article.excerpt,", ""),),
        scenario="excerpts lead out from now on",
    ),
    Sabotage(
        "an excerpt is in the sitemaps, as if the story were at home here",
        "newsroom.shown:shown",
        (
            ('wire.link if at_source or article.excerpt else ""', "''"),
            ("article.noindex or bool(article.excerpt)", "article.noindex"),
        ),
        scenario="a story of which only the beginning came",
    ),
    Sabotage(
        "a story whose words have come still leads out",
        "newsroom.merge:_wire",
        (("part=story.part", "part=wire.part if wire else story.part"),),
        scenario="the rest of a story comes that was a headline which led out",
    ),
    Sabotage(
        "nobody looks at what was written by older settings",
        "pipeline.render:Render._run",
        (("refile(self._table, article, settings, self._dead_letters)", "pass"),),
        scenario="a section is renamed while an editor files a story there",
    ),
    Sabotage(
        "an edit that comes while articles are filed anew is overwritten",
        "pipeline.refile:refile",
        (
            (
                "table.articles.save(article, bounded(filed), row)",
                "now = table.articles.get(article.id); table.articles.save(now, replace(bounded(filed), revision=now.revision + 1), replace(row, revision=now.revision + 1))",
            ),
        ),
        scenario="a section is renamed",
        fault="sleep-same",
    ),
    Sabotage(
        "a page of a renamed section leads nowhere",
        "pipeline.render:Render._built",
        (
            (
                "return kind.moved(settings, target), target.path",
                'return kind.moved(settings, target), ""',
            ),
        ),
        scenario="a section is renamed",
    ),
    Sabotage(
        "a page that its theme can't print is not made at all",
        "pipeline.render:Render._build",
        (("except ThemeFailed as error:", "except ZeroDivisionError as error:"),),
        scenario="a theme that fails at one page",
    ),
    Sabotage(
        "pages wear a theme whose files are not there",
        "pipeline.render:Render._dress",
        (("if path not in there:", "if not identity:"),),
        scenario="a theme that fails at one page",
    ),
    Sabotage(
        "the pages of a theme are forgotten",
        "pipeline.republish:Republish._lists",
        (("kinds.of_site() | kinds.of_theme(settings)", "kinds.of_site()"),),
        scenario="a theme that fails at one page",
    ),
    Sabotage(
        "a section that has closed looks empty",
        "pipeline.render:Render._built",
        (("if page.list and not leads_to(page.list, settings):", "if False:"),),
        scenario="a section closes",
    ),
    Sabotage(
        "a section that has closed keeps its stories",
        "newsroom.filing:file",
        (("sorted(slugs & there)", "sorted(slugs | set(article.categories))"),),
        scenario="a section closes",
    ),
    Sabotage(
        "a new section begins with the next story",
        "store.feeds:Feeds.apply",
        (('job = replace(job, phase="file")', "pass"),),
        scenario="a section opens, and has its past",
    ),
    Sabotage(
        "day pages of the old time zone stay",
        "pipeline.republish:Republish._may_be_left_over",
        (("page.day or ", ""),),
        scenario="another time zone",
    ),
    Sabotage(
        "the address of a killed story is answered as if it were there",
        "site.notices:status",
        (('{"killed", "expired"}', '{"expired"}'),),
        scenario="kill",
    ),
    Sabotage(
        "a story that comes back is still answered as gone",
        "pipeline.render:_status",
        (
            (
                "reads.articles.get(page.article)",
                "(a if (a := reads.articles.get(page.article)) and a.state == 'live' and page not in _first else _first.setdefault(page, a))",
            ),
        ),
        scenario="back to what it was",
    ),
    Sabotage(
        "the sweep does not look at how a page is answered",
        "pipeline.render:Render._round",
        (
            (
                "(before.redirect, before.status) == (redirect, status)",
                "before.redirect == redirect",
            ),
        ),
        scenario="sweep",
    ),
    Sabotage(
        "the news sitemap names stories under embargo",
        "pipeline.reads:Reads.recent",
        (
            (
                "return self._table.listings.since(",
                "from msgspec.structs import replace; from wireroom.newsroom.listing import listings\n"
                "    early = [replace(a, state='live', published=since) for a in self._table.articles.scan('', 99).articles if a.state == 'scheduled']\n"
                "    return [row for a in early for (name, _), row in listings(a).items() if name == HOME] + self._table.listings.since(",
            ),
        ),
        scenario="embargo",
    ),
    Sabotage(
        "time takes no story out of the news sitemap",
        "pipeline.republish:Republish._lists",
        (("wanted |= kinds.of_hour()", "pass"),),
        seeds=20,
    ),
    Sabotage(
        "a killed story stays in its month's sitemap",
        "site.affected:affected",
        (("if name == HOME and was and (now is None or", "if name == HOME and was and now and ("),),
        scenario="kill after a re-slug",
    ),
    Sabotage(
        "a story stays in its month's sitemap under its former address",
        "site.affected:affected",
        (("(now is None or _left(was, now))", "now is None"),),
        scenario="re-slug",
    ),
    Sabotage(
        "a month is missing from the index of sitemaps",
        "pipeline.reads:Reads.sitemaps",
        (("while entry :=", "if entry :="),),
        scenario="sweep",
    ),
    Sabotage(
        "the sitemap of a month is not made again",
        "pipeline.republish:Republish._lists",
        (("wanted |= kinds.of_month(day[:7])", "pass"),),
        scenario="sweep",
    ),
    Sabotage(
        "what a full sitemap has no room for is in none",
        "pipeline.render:_with_next",
        (("return found |", "return found or"),),
        scenario="sweep",
    ),
    Sabotage(
        "an author of three stories is in no sitemap",
        "pipeline.reads:Reads._recurs",
        (("return len(entries) == RECURS and", "return len(entries) > RECURS and"),),
        scenario="sweep of a shorter month",
    ),
    Sabotage(
        "an author stays in the sitemap of a month without a story of theirs",
        "site.affected:affected",
        (("if is_authors(name) and was and now is None:", "if is_authors(name) and was is None:"),),
        scenario="a byline without the author whom a sitemap names",
    ),
    Sabotage(
        "a part of a month stays in the index when it is empty",
        "pipeline.reads:Reads.sitemaps",
        (("page.part == 1 or", "page.part or"),),
        scenario="sweep of a shorter month",
    ),
    Sabotage(
        "a killed story's pictures are left",
        "newsroom.pictures:order_of",
        (
            (
                "if gone or set(missing(new)).difference(before):",
                "if set(missing(new)).difference(before):",
            ),
        ),
        "picture of a story that is killed",
    ),
    Sabotage(
        "a shared picture is removed with the first story that leaves",
        "pipeline.pictures:Pictures._take_off",
        (("if keys and not self._orders.shown_by(name, 1):", "if keys:"),),
        "kill of a story whose picture another shows",
    ),
    Sabotage(
        "nobody looks again who shows a picture that was removed",
        "pipeline.pictures:Pictures._take_off",
        (("in self._orders.shown_by(name, OTHERS):", "in ():"),),
        "kill of a story whose picture another shows again",
        "sleep-other",
    ),
    Sabotage(
        "a late picture is written over a newer one",
        "newsroom.pictures:found",
        (("for each in missing(article) if each in more", "for each in more"),),
        "newer picture",
        "sleep-other",
    ),
    Sabotage(
        "a story waits for its picture",
        "newsroom.settle:settle",
        (
            (
                "article = bounded(kept(article))",
                "article = bounded(kept(article))\n"
                "    if state == 'live' and article.wire.picture and not article.pictures:\n"
                "        return replace(article, state='held')",
            ),
        ),
        "picture",
    ),
    Sabotage(
        "a run forgets which files it is about to put",
        "pipeline.pictures:Pictures._finish",
        (("self._orders.remember(order)", "pass"),),
        "picture of a story that is killed",
        "die-before",
    ),
    Sabotage(
        "nobody looks whether new files are still there",
        "pipeline.pictures:Pictures._finish",
        (
            (
                "article = self._look_after(name, order.article, article, counts)",
                "article = article if name in names(article) else"
                " self._look_after(name, order.article, article, counts)",
            ),
        ),
        "reinstate of a story whose picture another showed",
        "sleep-other",
    ),
    Sabotage(
        "a picture that can't be had is not asked for again",
        "pipeline.pictures:Pictures._end",
        (("if not still:", "if still or not still:"),),
        "picture",
    ),
    Sabotage(
        "a purge is ordered before the pages are written",
        "pipeline.render:Render._run",
        (
            ("self._order_purge(change, each)", "pass"),
            (
                "written = self.write(wanted, sum_of, fresh=fresh)",
                "[self._order_purge(*both) for both in zip(changes, found)]; written = self.write(wanted, sum_of, fresh=fresh)",
            ),
        ),
        scenario="kill",
    ),
    Sabotage(
        "a purge whose row the table refuses is forgotten",
        "pipeline.render:Render.order",
        (("suppress(Conflict)", "suppress(Retryable)"),),
        scenario="kill",
    ),
    Sabotage(
        "all purges of a story have the same reference",
        "site.purging:of_pages",
        (("reference=identity", 'reference=identity.partition("-")[0]'),),
        scenario="a story that is killed twice",
    ),
    Sabotage(
        "a purge that is in progress counts as done",
        "store.cdn:Cdn.purged",
        (('== "Completed"', '!= ""'),),
        scenario="kill",
    ),
    Sabotage(
        "a purge that was refused is never sent",
        "pipeline.purge:Purging.run",
        (('purge.state == "waiting"', 'purge.state == "never"'),),
        scenario="kill",
    ),
    Sabotage(
        "lists are purged by the address that readers ask for alone",
        "site.purging:_both",
        (('{page.path, f"/{pages.key(page)}"}', "{page.path}"),),
        scenario="kill",
    ),
    Sabotage(
        "only the story's own pages are purged when it leaves the site",
        "site.purging:of_change",
        (("listed, now, also=STORIES", "own, now"),),
        scenario="kill",
    ),
    Sabotage(
        "a killed story is left in the shards of search",
        "pipeline.render:Render._order_indexing",
        (("for month in sorted(urgent):", "for month in ():"),),
        scenario="kill of a story in the shards of search",
    ),
    Sabotage(
        "a killed story is left in the search's file of its day",
        "site.affected:affected",
        (("later |= kinds.of_search(", "_ = (kinds.of_search, "),),
        scenario="kill of a story in the shards of search",
    ),
    Sabotage(
        "the file of a day is not made for search",
        "pipeline.republish:Republish._lists",
        (("wanted |= kinds.of_date(day)", "pass"),),
        scenario="sweep",
    ),
    Sabotage(
        "CloudFront is not told to forget the shards of search",
        "pipeline.republish:Republish._index",
        (("self._render.order(", "_ = ("),),
        scenario="kill of a story in the shards of search",
    ),
    Sabotage(
        "a killed story leaves the desk's list",
        "store.articles:_row",
        (
            (
                "desk_attributes(article)",
                "(desk_attributes(article) if article.state != 'killed' else {})",
            ),
        ),
        scenario="kill",
    ),
    Sabotage(
        "a late draft takes our own story down",
        "pipeline.process:_overtaken",
        (("there != written.over or article.published is not None", "False"),),
        scenario="a late draft of our own story",
    ),
    Sabotage(
        "a version of our own story that comes twice is refused the second time",
        "pipeline.process:Process._publish",
        (("if self._table.articles.applied(", "if not self._table.articles.applied("),),
        scenario="our own story",
        fault="die-after",
    ),
    Sabotage(
        "the desk's list has the agency's headline where an editor changed it",
        "newsroom.desk:desk_entry",
        (("headline=headline_of(article),", "headline=wire.headline if wire else '',"),),
        scenario="headline",
    ),
    Sabotage(
        "a notebook is taken for copy",
        "newsroom.normalise:_story",
        (("body, editors = copy.readers, copy.editors", "editors = copy.editors"),),
        scenario="update",
    ),
    Sabotage(
        "nobody keeps the notebook for the desk",
        "newsroom.normalise:_editorial",
        ((", *editors.splitlines())", ",)"),),
        scenario="update",
    ),
    Sabotage(
        "a push that AWS did not take is answered as if it had",
        "pipeline.push:Push.answer",
        (("Reply(503, counts", "Reply(201, counts"),),
        scenario="a story is pushed",
        fault="refused",
    ),
    Sabotage(
        "nobody has to sign a push",
        "pipeline.push:Push._sender",
        (
            (
                "if push.authentic(asked.headers, asked.body, tokens, clock.now()) and row:",
                "if row:",
            ),
        ),
        scenario="somebody else pushes",
    ),
    Sabotage(
        "what a push brings is remembered before it is queued",
        "pipeline.push:Push._take",
        (
            ("wire=self._wire,", "wire=_Later(kept := []),"),
            (
                "self._remember(row, sent, now)",
                "self._remember(row, sent, now); self._wire.send(kept)",
            ),
        ),
        scenario="a story is pushed",
        fault="die-after",
    ),
    Sabotage(
        "of two pushes that meet the second is taken unread",
        "pipeline.push:Push._take",
        (
            ("wire=self._wire,", "wire=_Later(kept := []),"),
            (
                "self._remember(row, sent, now)",
                "after = polling.received(feed, row.state, sent.document, new=1, now=now, seen=sent.seen)\n"
                "    with suppress(Conflict):\n"
                "        self._feeds.remember(row, after)\n"
                "        self._wire.send(kept)",
            ),
        ),
        scenario="a story is pushed",
        fault="sleep-other",
    ),
    Sabotage(
        "a picture that is pushed is not kept",
        "pipeline.push:Push._keep",
        (_drop("self._bodies.put_asset(asset_name(feed.id, media), data)"),),
        scenario="a picture is pushed",
    ),
    Sabotage(
        "a push that comes twice is sent twice",
        "pipeline.push:Push._take",
        (_drop("self._remember(row, sent, now)"),),
        scenario="a story is pushed twice",
    ),
    Sabotage(
        "a take that comes before its lead is lost when that comes",
        "newsroom.merge:merge",
        (
            (
                "new = replace(new, takes=wire.takes, through=wire.through, feeds=feeds)",
                "new = replace(new, feeds=feeds)",
            ),
        ),
        scenario="takes around their lead",
    ),
    Sabotage(
        "takes stand in the order in which they came",
        "newsroom.takes:with_takes",
        (("takes[number] for number in sorted(takes)", "takes[number] for number in takes"),),
        scenario="takes around their lead",
    ),
    Sabotage(
        "a story in takes is published without its lead",
        "newsroom.merge:merge",
        (("replace(story, waits=True)", "story"),),
        scenario="takes around their lead",
    ),
    Sabotage(
        "a newer lead loses the takes",
        "newsroom.merge:_wire",
        (("takes=wire.takes if wire else ()", "takes=()"),),
        scenario="takes and a newer lead",
    ),
    Sabotage(
        "a row names a take whose text is not stored",
        "pipeline.process:_keys",
        (("[wire.lead, *(take.body for take in wire.takes)]", "[wire.lead]"),),
        scenario="takes around their lead",
    ),
    Sabotage(
        "a file that is replaced while it is taken is deleted unread",
        "store.drops:Drops.remove",
        (("self._delete(key_of(INBOX, file), etag)", "self._delete(key_of(INBOX, file))"),),
        scenario="a file that is replaced",
        fault="sleep-other",
    ),
    Sabotage(
        "whatever is there now is moved to done",
        "store.drops:Drops._copy",
        (_drop("CopySourceIfMatch=etag,"),),
        scenario="a file that is replaced by a broken one, of which S3 tells late",
        fault="sleep-other",
    ),
    Sabotage(
        "nothing says why a file failed",
        "store.drops:Drops.fail",
        (("return False\n", "return False\n    return True\n"),),
        scenario="half a file",
    ),
    Sabotage(
        "a file that failed later is deleted with the one that it replaced",
        "store.drops:Drops._mend",
        (("if old is None or old[1] >= at:", "if old is None:"),),
        scenario="a file that is replaced by a broken one",
        fault="sleep-other",
    ),
    Sabotage(
        "a file is moved to done before its entries are queued",
        "pipeline.inbox:Inbox._take",
        (
            ("try:", "moved = self._drops.finish(file, content)\n    try:"),
            ("if not self._drops.finish(file, content):", "if not moved:"),
        ),
        scenario="a file",
        fault="die-after",
    ),
    Sabotage(
        "a file that failed leaves the inbox before anybody is told",
        "pipeline.inbox:Inbox._fail",
        (("letter = encode", "self._drops.remove(file, content.etag); letter = encode"),),
        scenario="half a file",
        fault="die-after",
    ),
    Sabotage(
        "a file that goes round again is deleted where it failed",
        "store.drops:Drops.again",
        (
            (
                'return "put"',
                'self._delete(key_of(FAILED, file), content.etag)\n    return "put"',
            ),
        ),
        scenario="half a file",
        fault="sleep-same",
    ),
    Sabotage(
        "of a file that is not whole nobody hears",
        "pipeline.inbox:Inbox._fail",
        (("must_send_dead_letter(self._failed, letter,", "logger.info(letter,"),),
        scenario="half a file",
    ),
)
