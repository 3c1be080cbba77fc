"""What an error of AWS means to whoever made the call."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from wireroom.errors import Conflict, TooMuch, Unavailable
from wireroom.store.aws import translated


def meant(code: str, *reasons: str) -> type[BaseException]:
    """What `translated` makes of an error `code`, of a transaction with these reasons."""
    response = {
        "Error": {"Code": code, "Message": ""},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    with pytest.raises(Exception) as told, translated("move job a"):  # noqa: PT011
        raise ClientError(response, "PutItem")
    return told.type


def test_a_write_that_met_a_transaction_is_tried_again_as_nobody_has_done_it_for_us() -> None:
    """A Conflict would say that another has moved the row on, and the job would stand still."""
    assert meant("TransactionConflictException") is Unavailable
    assert meant("ConditionalCheckFailedException") is Conflict


def test_a_transaction_that_met_another_reads_its_rows_again() -> None:
    assert meant("TransactionCanceledException", "None", "TransactionConflict") is Conflict
    assert meant("TransactionCanceledException", "ThrottlingError", "None") is Unavailable


def test_what_aws_refuses_for_its_size_is_not_tried_again() -> None:
    """A row of more than 400 KB, a transaction of more than 100 changes or 4 MB: the same again
    each time. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    for code in ("ValidationException", "EntityTooLarge", "KeyTooLongError"):
        assert meant(code) is TooMuch
    assert meant("TransactionCanceledException", "None", "ValidationError") is TooMuch


def test_a_transaction_that_is_too_large_and_met_another_is_decided_again_first() -> None:
    """What it is too large with may be gone by then."""
    reasons = ("ValidationError", "ConditionalCheckFailed")
    assert meant("TransactionCanceledException", *reasons) is Conflict
