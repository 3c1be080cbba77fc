"""A theme on the deployed stack: it reaches every page, and a broken one loses no story."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.pipeline.world import CATEGORIES, SETTINGS, World, entry
from wireroom.errors import SettingsError
from wireroom.model import Settings
from wireroom.site import looks
from wireroom.site.theme import File, Text, Theme
from wireroom.store.bodies import Bodies

HEADLINE = """\
{% extends "wireroom/article.html" %}
{% block headline %}<h1>Ours: {{ view.headline }}</h1>{% endblock %}
"""
BROKEN = """\
{% extends "wireroom/article.html" %}
{% block headline %}
{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}
{% endblock %}
"""
THEME = Theme(
    css=":root { --accent: #004d40; }\n",
    templates={"article.html": HEADLINE},
    texts={"about": Text(title="About us", html="<p>We are small.</p>")},
    files={"a.txt": File(path="/assets/a-1.txt", type="text/plain", data=b"a")},
)


def carried(world: World, theme: Theme) -> Settings:
    """The settings that `apply` writes for a theme, which it has put into the content bucket."""
    bodies = Bodies(world.aws.client("s3"), world.aws.outputs["ContentBucket"])
    name = bodies.put_theme(theme)
    return replace(SETTINGS, theme=name, pages=tuple(theme.texts))


def test_a_theme_reaches_every_page_with_its_files_and_leaves_again(world: World) -> None:
    world.publish(entry(1), entry(2))
    before = world.site()
    settings = carried(world, THEME)
    world.apply(settings)
    looks._known.clear()  # a new container reads it from the bucket
    world.publish(entry(2, 2), known=True)
    site, style = world.site(), looks.of(settings.theme).stylesheet
    pages = {key: text for key, text in site.items() if "</html>" in text}
    assert "We are small." in pages["about/index.html"]
    assert {key for key, text in pages.items() if f'href="{style}"' not in text} == set()
    assert {style.removeprefix("/"), "assets/a-1.txt"} <= set(site)
    for number, version in ((1, 1), (2, 2)):
        page = world.page(world.article(str(number)).path)
        assert f"<h1>Ours: Story {number} version {version}</h1>" in page
    assert "/about/</loc>" in site["sitemaps/sections.xml"]
    world.edit("republish", page="/about/")
    world.publish(entry(2, 1), known=True)
    world.apply()
    after = world.site()
    assert "We are small." not in after["about/index.html"]
    s3, bucket = world.aws.client("s3"), world.aws.outputs["SiteBucket"]
    gone = s3.head_object(Bucket=bucket, Key="about/index.html")
    assert gone["Metadata"] == {"status": "404"}
    first = world.article("1").path.removeprefix("/") + "index.html"
    assert "Ours" not in after[first]
    assert before["index.html"].split("<main")[0] == after["index.html"].split("<main")[0]
    assert world.letters() == []


def test_a_theme_that_fails_at_a_page_loses_no_story_and_is_told(world: World) -> None:
    broken = carried(world, replace(THEME, templates={"article.html": BROKEN}))
    world.apply(broken)
    world.publish(entry(1))
    page = world.page(world.article("1").path)
    assert "Story 1 version 1</h1>" in page
    assert looks.of(broken.theme).stylesheet in page
    assert "Story 1 version 1" in world.page("/")
    world.edit("headline", article="ptn:1", headline="By hand")
    assert "By hand</h1>" in world.page(world.article("1").path)
    world.edit("kill", article="ptn:1", reason="legal")
    assert "By hand" not in world.page("/")
    assert world.letters() == []
    assert world.aws.failures == []


def test_stories_go_on_in_the_built_in_look_if_the_theme_is_gone(world: World) -> None:
    settings = carried(world, THEME)
    world.aws.client("s3").delete_object(
        Bucket=world.aws.outputs["ContentBucket"], Key=f"themes/{settings.theme}.json"
    )
    looks._known.clear()
    world.apply(settings)
    world.publish(entry(1))
    assert "Story 1 version 1</h1>" in world.page(world.article("1").path)
    assert "Ours" not in world.page(world.article("1").path)
    assert [reason for reason in world.letters() if "/about/" not in reason] == []
    assert world.aws.failures == []


def test_a_page_of_a_theme_does_not_take_the_address_of_a_former_section(world: World) -> None:
    left = tuple(each for each in CATEGORIES if each.slug != "sport")
    world.apply(replace(SETTINGS, categories=left), pages=False)
    with pytest.raises(SettingsError, match="/sport/ is the address of a section, or was"):
        world.apply(replace(SETTINGS, categories=left, pages=("sport",)))
