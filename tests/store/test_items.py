"""A read that DynamoDB answers in parts is one answer, or none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.newsroom.stories import arrive, story
from tests.store.test_articles import save
from wireroom.errors import Unavailable
from wireroom.store.items import ASKED
from wireroom.store.table import Table
from wireroom_infra.embedded import EmbeddedAWS


class Busy:
    """The deployed table's client, which answers for `rows` keys of a read and no more."""

    def __init__(self, client: Any, rows: int) -> None:
        self._client = client
        self._rows = rows

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        ((name, asked),) = RequestItems.items()
        now, later = asked["Keys"][: self._rows], asked["Keys"][self._rows :]
        answer: dict[str, Any] = {"Responses": {}}
        if now:
            answer = self._client.batch_get_item(RequestItems={name: asked | {"Keys": now}})
        return answer | {"UnprocessedKeys": {name: asked | {"Keys": later}} if later else {}}


@pytest.fixture
def ids(table: Table) -> list[str]:
    stories = (story(entry_id=str(n), headline=f"Story {n}") for n in range(ASKED))
    return [save(table, None, arrive(None, each)).id for each in stories]


def busy(aws: EmbeddedAWS, rows: int) -> Table:
    return Table(Busy(aws.client("dynamodb"), rows), aws.outputs["TableName"])


def test_a_row_that_the_table_leaves_out_of_an_answer_is_asked_for_again(
    aws: EmbeddedAWS, ids: list[str]
) -> None:
    assert sorted(busy(aws, 1).articles.read(ids)) == sorted(ids)


def test_a_row_that_the_table_never_answers_for_is_not_taken_for_missing(
    aws: EmbeddedAWS, ids: list[str]
) -> None:
    with pytest.raises(Unavailable, match="a part of them only"):
        busy(aws, 0).articles.read(ids)


def test_more_rows_than_one_call_takes_are_read_in_several(table: Table, ids: list[str]) -> None:
    many = [*(f"missing-{number}" for number in range(250)), *ids]
    assert sorted(table.articles.read(many)) == sorted(ids)
    assert sorted(table.read(many).articles) == sorted(ids)
