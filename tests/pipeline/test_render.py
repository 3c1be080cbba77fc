"""render by itself, while something else happens at a moment that the test chooses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.pipeline.world import CATEGORIES, FEED, SETTINGS, World, entry
from wireroom.errors import Conflict
from wireroom.model import Article, Category, Page
from wireroom.newsroom.history import revision
from wireroom.pipeline.changes import Change
from wireroom.pipeline.render import Render
from wireroom.site import pages
from wireroom.store.bodies import Bodies
from wireroom.store.pages import Pages

FRONT = pages.front("home")


class Shared(Pages):
    """The site bucket; `meanwhile`: path → what happens just before that page is first put; `done`:
    the paths of what was put."""

    meanwhile: dict[str, Callable[[], object]]
    done: list[str]

    def put(self, page: Page, content: str, etag: str, **more: str) -> None:
        self.meanwhile.pop(page.path, lambda: None)()
        super().put(page, content, etag, **more)
        self.done.append(page.path)


@pytest.fixture
def site(world: World) -> Shared:
    shared = Shared(world.aws.client("s3"), world.aws.outputs["SiteBucket"])
    shared.meanwhile, shared.done = {}, []
    return shared


@pytest.fixture
def render(world: World, site: Shared) -> Render:
    """A container of render's own."""
    return world.render(site)


def let(world: World, function: str) -> None:
    """Have one function do what waits for it, and no other."""
    (source,) = (each for each in world.aws.queues if each.function.logical_id == function)
    assert source.poll()


def written(world: World, story: str = "1", **more: object) -> Article:
    """A story that is in the table and on no page yet."""
    feed = replace(FEED, hold=bool(more.pop("hold", False)))
    world.send(entry(story, **more), feed=feed)
    let(world, "ProcessFunction")
    return world.article(story)


def page_of(article: Article) -> Page:
    return pages.article(article.id, article.path)


def under_way() -> None:
    raise Conflict("another put of this page is under way")  # S3's 409: nothing is there yet


def test_a_story_written_while_another_was_withdrawn_does_not_keep_that_in_its_latest_posts(
    world: World, site: Shared, render: Render
) -> None:
    world.publish(entry(1), entry(2))
    page = page_of(world.article("2"))
    assert "Story 1" in world.page(page.path)

    def withdraw() -> None:
        world.say("hold", article="ptn:1")
        let(world, "EditFunction")
        render.write([pages.LATEST])

    site.meanwhile[page.path] = withdraw
    render.write([page])
    assert "Story 1" not in world.page(page.path)


def test_no_list_leads_to_a_story_whose_page_could_not_be_put_yet(
    world: World, site: Shared, render: Render
) -> None:
    page, there = page_of(written(world)), []
    site.meanwhile = {page.path: under_way, "/": lambda: there.append(site.etag(page))}
    render.write([page, FRONT])
    assert "Story 1" in world.page("/")
    assert all(there)


def test_no_former_address_leads_to_a_page_that_could_not_be_put_yet(
    world: World, site: Shared, render: Render
) -> None:
    world.publish(entry(1))
    former = page_of(world.article())
    world.say("headline", article="ptn:1", slug="zz")
    let(world, "EditFunction")
    page, there = page_of(world.article()), []
    site.meanwhile = {page.path: under_way, former.path: lambda: there.append(site.etag(page))}
    render.write([former, page])
    assert f'url={page.path}"' in world.page(former.path)
    assert all(there)


def test_a_page_that_was_taken_for_new_and_is_there_is_written_all_the_same(
    world: World, render: Render
) -> None:
    world.publish(entry(1))
    page = page_of(world.article())
    world.aws.client("s3").put_object(
        Bucket=world.aws.outputs["SiteBucket"], Key=pages.key(page), Body=b"spoiled"
    )
    render.write([page], fresh=[page])
    assert "Body of story 1" in world.page(page.path)


def test_a_container_that_knew_the_old_time_zone_writes_the_days_of_the_new(
    world: World, render: Render
) -> None:
    render.run([Change("1", None, written(world))])
    world.apply(replace(SETTINGS, site=replace(SETTINGS.site, timezone="Pacific/Kiritimati")))
    noon = datetime.fromisoformat("2026-02-10T12:00Z")  # past midnight on Kiritimati, not in India
    render.run([Change("2", None, written(world, "2", published=noon))])
    assert "Story 2" in world.page("/2026/02/11/")


def test_a_held_story_is_filed_by_the_new_settings_though_no_page_shows_it(
    world: World, render: Render
) -> None:
    """It is written by a container of process, and rendered by one of render, that both know the
    settings from before the apply."""
    render.run([Change("1", None, written(world))])
    held = written(world, "2", categories=("Politics",), hold=True)
    assert (held.state, held.categories) == ("held", ("politics",))
    national = Category(name="National", slug="national", was=("politics",))
    others = tuple(each for each in CATEGORIES if each.slug != "politics")
    world.apply(replace(SETTINGS, categories=(*others, national)))
    before = world.article("2")
    late = replace(before, categories=("politics",), revision=before.revision + 1)
    world.table.articles.save(before, late, revision(before, late, who="ptn", what="update"))
    render.run([Change("2", None, late)])
    assert world.article("2").categories == ("national",)


def test_a_page_whose_body_was_withdrawn_under_its_hands_is_read_again(
    world: World, render: Render, site: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, real = written(world), Bodies.get
    asked: list[str] = []

    def get(bodies: Bodies, key: str) -> str:
        asked.append(key)
        if len(asked) == 1:
            raise Conflict(f"{key} is gone")
        return real(bodies, key)

    monkeypatch.setattr(Bodies, "get", get)
    page = page_of(story)
    render.write({page})
    assert len(asked) == 2
    # The page that is put has its Latest Posts put after it, although they were put before.
    assert site.done == [pages.LATEST.path, page.path, pages.LATEST.path]
    assert "Body of story 1" in site.read(page)[1]
