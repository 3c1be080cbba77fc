"""The only code that knows S3, DynamoDB and SQS: rows, bodies, pages and messages.

Nothing here decides anything. Where a call takes several items, the result of each is checked.
botocore's errors become `Conflict`, `Unavailable` or `TooMuch`; all others (a missing permission,
for example) stay as they are. See `store.aws`.
"""
