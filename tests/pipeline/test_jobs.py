"""Jobs and due articles: what is done once, what is begun again, and what is left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.pipeline.world import World, entry
from wireroom import clock
from wireroom.model import Job, Page
from wireroom.pipeline.release import Release
from wireroom.pipeline.render import Render
from wireroom.pipeline.republish import Republish
from wireroom.pipeline.sweep import Sweep
from wireroom.store.articles import Articles
from wireroom.store.pages import Pages
from wireroom.store.queues import Queue

HOUR = 3600


@pytest.fixture
def republish(world: World) -> Republish:
    aws = world.aws
    site = Pages(aws.client("s3"), aws.outputs["SiteBucket"])
    letters = Queue(aws.client("sqs"), aws.outputs["RenderDeadLettersUrl"])
    return Republish(world.table, site, world.render(site), letters)


def test_a_chunk_whose_record_comes_again_is_not_done_again(
    world: World, republish: Republish
) -> None:
    world.publish(entry(1))
    job = Job(id="all", requested=clock.now())
    world.table.jobs.put(None, job)
    assert republish.step(job) == 2  # the story's page, and the Latest Posts that are its witness
    moved = world.table.jobs.get("all")
    assert republish.step(job) == 0
    assert world.table.jobs.get("all") == moved


def test_a_republish_renders_every_page_a_few_at_a_step(
    world: World, republish: Republish, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = [clock.now() - timedelta(days=day) for day in range(4)]
    for number, moment in enumerate(published):
        world.publish(entry(number, published=moment, categories=("India", "Sport")))
    monkeypatch.setattr("wireroom.pipeline.republish.LOOKS", 3)
    steps: dict[str, list[set[str]]] = defaultdict(list)

    def write(_: Render, wanted: Iterable[Page], **__: object) -> int:
        steps[job.phase].append({page.path for page in wanted})
        return 0

    monkeypatch.setattr(Render, "write", write)
    world.table.jobs.put(None, Job(id="all", requested=clock.now()))
    while (job := world.table.jobs.get("all")).phase != "done":
        republish.step(job)
    # The last look of a step may be a front, which is four pages or more, and a day with its
    # calendar after it, and with what readers search of it.
    assert max(map(len, steps["lists"])) <= 2 + 8 + 5
    there = {f"/{key.removesuffix('index.html')}" for key in world.site()}
    rendered = set().union(*steps["articles"], *steps["lists"])
    made_otherwise = ("/assets/", "/search/words/")
    assert there - rendered == {each for each in there if each.startswith(made_otherwise)}


def test_a_withdrawn_story_is_found_in_pages_that_are_older_than_it_by_the_buckets_clock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(clock, "now", lambda: world.aws.clock.now() + timedelta(minutes=5))
        world.publish(entry(1, published=clock.now()), entry(2, published=clock.now()))
    path = world.article("2").path
    assert "Story 1" in world.page(path)
    world.edit("kill", article="ptn:1", reason="legal")
    assert "Story 1" not in world.page(path)


def test_a_repair_that_has_stood_still_for_an_hour_is_begun_again(world: World) -> None:
    sweep = Sweep(world.table)
    assert sweep.run() == ["freshen", "sweep"]
    world.aws.clock.advance(HOUR - 1)
    assert sweep.run() == []
    world.aws.clock.advance(1)
    assert sweep.run() == ["freshen"]
    assert world.table.jobs.get("freshen").requested == clock.now()


def test_everything_is_compared_once_a_day_and_what_is_new_each_hour(world: World) -> None:
    begun = []
    for _ in range(2 * 24):
        for name in Sweep(world.table).run():
            begun.append(name)
            job = world.table.jobs.get(name)
            world.table.jobs.put(job, replace(job, phase="done", changed=clock.now()))
        world.aws.clock.advance(HOUR)
    assert begun.count("freshen") == 48
    assert begun.count("sweep") == 3  # of two days: after 0, 23 and 46 hours


def test_a_story_that_the_index_still_holds_for_due_is_not_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index lags: an editor has moved the story's time meanwhile, or it is out already."""
    later = clock.now() + timedelta(hours=2)
    world.publish(entry(1), entry(2, embargo=later))
    ids = [world.article(name).id for name in ("1", "2")]
    monkeypatch.setattr(
        Articles, "due", lambda *given: [each for each in ids if each not in given[-1]]
    )
    assert Release(world.table).run() == {"not_due": 2}
    for identity in ids:
        assert [row.what for row in world.table.articles.history(identity)] == ["new"]
