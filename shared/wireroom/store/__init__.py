"""The only code that knows S3, DynamoDB and SQS: rows, bodies, pages and messages.

Nothing here decides anything. Each call is made once, its answer's per-item results are looked at,
and botocore's errors become `Conflict`, `Unavailable` or (a mistake of ours) stay what they are.
"""
