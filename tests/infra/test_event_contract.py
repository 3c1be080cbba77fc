from __future__ import annotations

import json

import jsonschema
import pytest

from tests.pipeline.world import World, empty_site, entry, prepared
from wireroom.newsroom.events import ACTIONS
from wireroom_infra import event_contract
from wireroom_infra.embedded import EmbeddedAWS


def test_the_published_schemas_and_their_page_are_those_of_the_types() -> None:
    for path, text in event_contract.files().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} is stale: python -m wireroom_infra.event_contract"
        )


@pytest.fixture
def world(aws: EmbeddedAWS) -> World:
    return prepared(aws, empty_site)


@pytest.mark.parametrize("action", ACTIONS)
def test_each_example_works_as_put_events_takes_it(world: World, action: str) -> None:
    world.publish(entry("story-4711", title="Reservoir gates opened"))
    assert world.article("story-4711").path == "/2026/02/11/reservoir-gates-opened/"
    answer = world.aws.client("events").put_events(Entries=event_contract.entries(action))
    assert answer["FailedEntryCount"] == 0
    world.aws.drain()
    assert world.letters() == []
    if action != "republish":
        assert world.table.articles.history(world.article("story-4711").id)[-1].what == action


@pytest.mark.parametrize("action", ACTIONS)
def test_each_schema_is_valid_refuses_unknown_fields_and_demands_an_editor(action: str) -> None:
    made = event_contract.schema(action)
    assert made["additionalProperties"] is False
    assert "by" in made["required"]
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(made)))
