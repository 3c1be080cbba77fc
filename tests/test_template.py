"""Rules that template.yaml keeps, read from what SAM makes of it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wireroom.site.assets import POLICY
from wireroom_infra.embedded.deploy import translate

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "template.yaml"

# The only action that takes no narrower resource.
ANY_RESOURCE = {"dynamodb:ListStreams"}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return dict(json.loads(translate(TEMPLATE).body)["Resources"])


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {k: v.get("Properties", {}) for k, v in resources.items() if v["Type"] == f"AWS::{kind}"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in of_type(resources, "IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def target(reference: Any) -> str:
    """The logical id that a Ref or GetAtt names."""
    return str(reference.get("Ref") or reference["Fn::GetAtt"][0])


def test_no_role_grants_an_action_by_wildcard(resources: dict[str, Any]) -> None:
    granted = [(n, a) for n, s in statements(resources) for a in as_list(s["Action"])]
    assert granted
    assert [(name, action) for name, action in granted if "*" in action] == []


def test_no_role_reaches_every_resource(resources: dict[str, Any]) -> None:
    found = {
        action
        for _, statement in statements(resources)
        if "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert found == ANY_RESOURCE


def test_no_role_has_a_managed_policy(resources: dict[str, Any]) -> None:
    roles = of_type(resources, "IAM::Role")
    assert roles
    assert [name for name, role in roles.items() if role.get("ManagedPolicyArns")] == []


def test_each_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "Lambda::Function")
    assert functions
    assert len({target(f["Role"]) for f in functions.values()}) == len(functions)


def test_functions_run_where_they_are_built_for(resources: dict[str, Any]) -> None:
    for function in of_type(resources, "Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert len(function["Layers"]) == 1


def test_every_environment_name_is_read_and_every_name_that_is_read_is_set(
    resources: dict[str, Any],
) -> None:
    given = {
        name
        for function in of_type(resources, "Lambda::Function").values()
        for name in function["Environment"]["Variables"]
        if not name.startswith("POWERTOOLS_")
    }
    read = {
        node.slice.value
        for folder in (ROOT / "functions", ROOT / "shared")
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "os.environ"
        and isinstance(node.slice, ast.Constant)
    }
    assert read == given


def test_only_hub_push_and_desk_can_be_called_by_anybody_and_that_by_their_addresses_alone(
    resources: dict[str, Any],
) -> None:
    urls = of_type(resources, "Lambda::Url").values()
    public = {"HubFunction", "PushFunction", "DeskFunction"}
    assert {target(url["TargetFunctionArn"]) for url in urls} == public
    permissions = [
        permission
        for permission in of_type(resources, "Lambda::Permission").values()
        if permission["Principal"] == "*"
    ]
    assert {target(each["FunctionName"]) for each in permissions} == public
    for name in public:
        own = {p["Action"]: p for p in permissions if target(p["FunctionName"]) == name}
        assert set(own) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
        assert own["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
        assert own["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


def test_without_an_issuer_there_is_no_desk(resources: dict[str, Any]) -> None:
    parts = {name for name in resources if name.startswith("Desk")}
    assert {resources[name]["Condition"] for name in parts} == {"HasDesk", "HasDeskDomain"}
    assert "DeskFunction" in parts
    assert "DeskRole" in parts


def test_the_desk_writes_events_redrives_and_no_other_row_than_of_jobs_feeds_and_settings(
    resources: dict[str, Any],
) -> None:
    writing = ("Put", "Update", "Delete", "Create", "Send", "Transact", "BatchWrite")
    granted = {
        (action, tuple(map(target, as_list(statement["Resource"]))), str(keys_of(statement)))
        for name, statement in statements(resources)
        if name == "DeskRole"
        for action in as_list(statement["Action"])
        if action.split(":")[1].startswith(writing)
        and not action.startswith(("logs:", "s3:"))  # for S3, see below
    }
    dead = tuple(f"{name}DeadLetters" for name in ("Wire", "Inbox", "Edit", "Render", "Pictures"))
    assert granted == {
        ("events:PutEvents", ("EditorBus",), "[]"),
        ("sqs:DeleteMessage", dead, "[]"),
        ("sqs:SendMessage", ("WireQueue", "InboxQueue", "EditQueue"), "[]"),
        ("dynamodb:PutItem", ("Table",), "['job#*', 'settings', 'applied']"),
        ("dynamodb:UpdateItem", ("Table",), "['feed#*']"),
        ("dynamodb:DeleteItem", ("Table",), "['feed#*']"),
    }


def keys_of(statement: dict[str, Any]) -> list[str]:
    """The partition keys of the rows that a statement is about; [] for all."""
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
    keys: list[str] = condition.get("dynamodb:LeadingKeys", [])
    return keys


KEPT = ("edits", "entries", "uploads")


def test_the_desk_puts_nothing_into_a_bucket_but_what_messages_name(
    resources: dict[str, Any],
) -> None:
    puts = [
        statement["Resource"]
        for name, statement in statements(resources)
        if name == "DeskRole" and "s3:PutObject" in as_list(statement["Action"])
    ]
    kept = [{"Fn::Sub": f"${{ContentBucket.Arn}}/{each}/*"} for each in KEPT]
    assert puts == [kept, {"Fn::Sub": "${InboxBucket.Arn}/inbox/*"}]  # files that failed, once more


def test_push_writes_rows_of_feeds_and_no_picture_of_the_desks(resources: dict[str, Any]) -> None:
    own = [statement for name, statement in statements(resources) if name == "PushRole"]
    (rows,) = (each for each in own if "dynamodb:UpdateItem" in as_list(each["Action"]))
    assert keys_of(rows) == ["feed#*"]
    puts = [
        resource["Fn::Sub"]
        for each in own
        if "s3:PutObject" in as_list(each["Action"])
        for resource in as_list(each["Resource"])
    ]
    folders = ("raw/*", "entries/*", "uploads/*/*")
    assert puts == [f"${{ContentBucket.Arn}}/{folder}" for folder in folders]


def test_a_body_that_no_event_named_in_the_end_does_not_stay_for_ever(
    resources: dict[str, Any],
) -> None:
    rules = resources["ContentBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    queues = of_type(resources, "SQS::Queue")
    waits = sum(queues[name]["MessageRetentionPeriod"] for name in ("EditQueue", "EditDeadLetters"))
    assert days["edits/"] * 86_400 > waits


def test_nothing_of_the_desk_is_cached_by_cloudfront(resources: dict[str, Any]) -> None:
    config = resources["DeskDistribution"]["Properties"]["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ lists both by their ids.
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert config["Origins"][0]["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_feeds_name_secrets_of_wires_only(resources: dict[str, Any]) -> None:
    reading = {"secretsmanager:GetSecretValue", "ssm:GetParameter"}
    found = {
        (
            name,
            resource["Fn::Sub"].rpartition(":")[2] if "Fn::Sub" in resource else target(resource),
        )
        for name, statement in statements(resources)
        if reading & set(as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    }
    assert found == {
        ("IngestRole", "wireroom/*"),
        ("IngestRole", "parameter/wireroom/*"),
        ("IngestRole", "HubSecret"),
        ("HubRole", "HubSecret"),
        ("PushRole", "wireroom/*"),
        ("PushRole", "parameter/wireroom/*"),
        ("DeskRole", "DeskClientSecretKept"),
        ("DeskRole", "DeskKey"),
    }


# --- queues and the stream ----------------------------------------------------------------------


def test_a_queue_has_dead_letters_or_is_for_them(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "SQS::Queue")
    redrives = {name: q["RedrivePolicy"] for name, q in queues.items() if "RedrivePolicy" in q}
    assert all(policy["maxReceiveCount"] >= 5 for policy in redrives.values())
    dead = {target(policy["deadLetterTargetArn"]) for policy in redrives.values()}
    dead |= {
        target(mapping["DestinationConfig"]["OnFailure"]["Destination"])
        for mapping in of_type(resources, "Lambda::EventSourceMapping").values()
        if "DestinationConfig" in mapping
    }
    assert set(queues) == set(redrives) | dead
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == (1209600 if name in dead else 345600)


def test_messages_stay_invisible_six_times_as_long_as_their_function_may_take(
    resources: dict[str, Any],
) -> None:
    queues = of_type(resources, "SQS::Queue")
    functions = of_type(resources, "Lambda::Function")
    sources = [
        (queues[name], functions[target(mapping["FunctionName"])])
        for mapping in of_type(resources, "Lambda::EventSourceMapping").values()
        if (name := target(mapping["EventSourceArn"])) in queues
    ]
    assert len(sources) == 3
    for queue, function in sources:
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_event_sources_report_partial_failures_and_the_stream_gives_up_in_time(
    resources: dict[str, Any],
) -> None:
    mappings = of_type(resources, "Lambda::EventSourceMapping")
    assert len(mappings) == 5
    for mapping in mappings.values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    streams = [m for m in mappings.values() if target(m["EventSourceArn"]) == "Table"]
    assert {target(m["FunctionName"]) for m in streams} == {"RenderFunction", "PicturesFunction"}
    for stream in streams:
        assert stream["BisectBatchOnFunctionError"] is True
        assert 0 < stream["MaximumRetryAttempts"] <= 10
        assert 60 <= stream["MaximumRecordAgeInSeconds"] < 24 * 3600
        assert stream["StartingPosition"] == "TRIM_HORIZON"
        assert "DestinationConfig" in stream


def test_rules_say_how_long_they_try_and_where_they_give_up(resources: dict[str, Any]) -> None:
    rules = of_type(resources, "Events::Rule")
    assert rules
    for rule in rules.values():
        for aim in rule["Targets"]:
            assert {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= set(aim["RetryPolicy"])
            assert "DeadLetterConfig" in aim


def test_queue_policies_are_for_one_rule_only_or_for_this_accounts_buckets(
    resources: dict[str, Any],
) -> None:
    policies = of_type(resources, "SQS::QueuePolicy")
    inbox = policies.pop("InboxQueuePolicy")
    (statement,) = inbox["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert policies
    for policy in policies.values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Principal"] == {"Service": "events.amazonaws.com"}
            assert target(statement["Condition"]["ArnEquals"]["aws:SourceArn"]) == "EditRule"


def test_every_queue_of_dead_letters_has_an_alarm(resources: dict[str, Any]) -> None:
    watched = {
        target(dimension["Value"])
        for alarm in of_type(resources, "CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    dead = {name for name in of_type(resources, "SQS::Queue") if name.endswith("DeadLetters")}
    assert watched == dead


def test_the_alarm_for_errors_watches_every_function(resources: dict[str, Any]) -> None:
    metrics = of_type(resources, "CloudWatch::Alarm")["FunctionErrorsAlarm"]["Metrics"]
    watched = {
        target(metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"])
        for metric in (each.get("Fn::If", ["", each])[1] for each in metrics)
        if "MetricStat" in metric
    }
    assert watched == set(of_type(resources, "Lambda::Function"))


# --- what is kept -------------------------------------------------------------------------------


def test_buckets_are_private_and_encrypted(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "S3::Bucket")
    assert set(buckets) == {"ContentBucket", "SiteBucket", "InboxBucket"}
    for bucket in buckets.values():
        assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_a_killed_page_leaves_no_old_version_and_a_body_does(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "S3::Bucket")
    assert "VersioningConfiguration" not in buckets["SiteBucket"]
    assert buckets["ContentBucket"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_files_of_the_inbox_are_kept_for_a_while_once_they_are_taken_and_for_ever_before(
    resources: dict[str, Any],
) -> None:
    bucket = resources["InboxBucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {
        rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule
    }
    assert days == {"done/": 30, "failed/": 90}


def test_the_inbox_takes_files_out_of_its_own_bucket_only_and_writes_rows_of_feeds(
    resources: dict[str, Any],
) -> None:
    own = [statement for name, statement in statements(resources) if name == "InboxRole"]
    (rows,) = (each for each in own if "dynamodb:UpdateItem" in as_list(each["Action"]))
    assert keys_of(rows) == ["feed#*"]
    granted = {
        (action, resource["Fn::Sub"])
        for each in own
        for action in as_list(each["Action"])
        for resource in as_list(each["Resource"])
        if action.startswith("s3:") and "Fn::Sub" in resource
    }
    assert {resource for action, resource in granted if action == "s3:DeleteObject"} == {
        "${InboxBucket.Arn}/inbox/*",
        "${InboxBucket.Arn}/failed/*",
    }
    assert {resource for action, resource in granted if action == "s3:PutObject"} == {
        "${ContentBucket.Arn}/raw/*",
        "${ContentBucket.Arn}/entries/*",
        "${InboxBucket.Arn}/done/*",
        "${InboxBucket.Arn}/failed/*",
    }


def test_the_table_is_kept_and_streams_both_images(resources: dict[str, Any]) -> None:
    table = resources["Table"]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert resources["Table"]["DeletionPolicy"] == "Retain"
    assert resources["ContentBucket"]["DeletionPolicy"] == "Retain"


# --- the site -----------------------------------------------------------------------------------


def test_readers_get_the_policy_that_pages_are_made_for(resources: dict[str, Any]) -> None:
    headers = of_type(resources, "CloudFront::ResponseHeadersPolicy")["PageHeadersPolicy"]
    security = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == POLICY
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
    assert security["ContentTypeOptions"] == {"Override": True}


def test_only_this_distribution_reads_the_site_bucket(resources: dict[str, Any]) -> None:
    (policy,) = of_type(resources, "S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert statement["Action"] == "s3:GetObject"
    source = statement["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Sub"]
    assert source.endswith("distribution/${Distribution}")
