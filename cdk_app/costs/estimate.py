"""A stage's monthly bill, from the resources in its templates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cdk_app.costs import prices
from cdk_app.costs.resources import BY_THE_MONTH, KNOWN, Properties

Resources = Iterable[Mapping[str, Any]]

MIB_PER_GIB: Final = 1_024
SWEEP_S: Final = 3
POLL_S: Final = 1
MEASURE_S: Final = 1
# Two feeds a minute, each costing one write and two seconds of a publisher.
FEEDS: Final = 2
PUBLISHING_A_FEED_S: Final = 2
# The time and the size of an answer that CloudFront does not have cached: 2,200 stations, gzipped.
ANSWER_S: Final = 0.05
ANSWER_GB: Final = 100e-6
# The size of a trip's record in Kafka; a month of New York is three to five million trips.
TRIP_GB: Final = 150e-9
# Addresses a month that are not cached from the last thirty days; a guess until there are riders.
NEW_ADDRESSES: Final = {"dev": 100, "city": 5_000, "metro": 50_000}
# However many are asked for, at most one a second is looked up.
MOST_ADDRESSES: Final = prices.HOURS * 3_600


def unknown_kinds(resources: Resources) -> set[str]:
    """Return the resource types that have no price."""
    return {each["Type"] for each in resources} - KNOWN


def idle_month(resources: Resources) -> dict[str, float]:
    """Price a month without a drop or a visitor, by line of the bill."""
    bill: dict[str, float] = defaultdict(float)
    all_ = list(resources)
    for each in all_:
        if each["Type"] in BY_THE_MONTH:
            line, month = BY_THE_MONTH[each["Type"]]
            bill[line] += month(each.get("Properties", {}))
    bill["Kafka"] += _partitions(all_)
    bill["Database proxy"] = _proxy(all_)
    bill["Scheduled functions"] = _timetables(all_)
    return dict(bill)


def million_answers(resources: Resources) -> float:
    """Price a million answers that CloudFront did not have cached: the most that they can cost."""
    [api] = _all_of(resources, "AWS::Serverless::Function")
    each = (
        prices.EDGE_REQUEST
        + prices.EDGE_FUNCTION_REQUEST
        + prices.FIREWALL_REQUEST
        + prices.GATEWAY_REQUEST
        + _lambda(api, seconds=ANSWER_S)
        + ANSWER_GB * prices.EDGE_GB
    )
    return 1e6 * each


def million_trips(resources: Resources) -> float:
    """Price a million trips in Kafka; provisioned brokers charge nothing extra for them."""
    if not _all_of(resources, "AWS::MSK::ServerlessCluster"):
        return 0.0
    return 1e6 * TRIP_GB * (prices.KAFKA_SERVERLESS_IN_GB + prices.KAFKA_SERVERLESS_OUT_GB)


def addresses(resources: Resources, count: int) -> float:
    """Price looking up `count` addresses; a stage without Amazon Location looks up none."""
    [api] = _all_of(resources, "AWS::Serverless::Function")
    told = api.get("Environment", {}).get("Variables", {})
    return count * prices.ADDRESS if told.get("GEOCODER") == "amazon" else 0.0


def _all_of(resources: Resources, kind: str) -> list[Properties]:
    return [each["Properties"] for each in resources if each["Type"] == kind]


def _partitions(resources: Resources) -> float:
    """Price a serverless cluster's partitions, as given to the function that creates its topics."""
    told = [
        each["Environment"]["Variables"]["TOPICS"]
        for each in _all_of(resources, "AWS::Lambda::Function")
        if each.get("Handler") == "lambdas.create_topics.handler.handler"
    ]
    topics = [topic for topics in told for topic in topics.split(",")]
    count = sum(int(topic.partition("=")[2]) for topic in topics)
    return float(count * prices.KAFKA_SERVERLESS_PARTITION_HOUR * prices.HOURS)


def _proxy(resources: Resources) -> float:
    vcpus = sum(
        prices.VCPUS.get(each["DBInstanceClass"], prices.FEWEST_VCPUS)
        for each in _all_of(resources, "AWS::RDS::DBInstance")
    )
    return vcpus * prices.PROXY_VCPU_HOUR * prices.HOURS


def _timetables(resources: Resources) -> float:
    """Price the scheduled functions, and the snapshots that the poller drops."""
    functions = {each["Handler"]: each for each in _all_of(resources, "AWS::Lambda::Function")}
    month = 0.0
    sweep = functions.get("lambdas.sweep_drops.handler.handler")
    if sweep is not None:
        month += prices.HOURS * 12 * _lambda(sweep, seconds=SWEEP_S)
    measure = functions.get("lambdas.measure_lag.handler.handler")
    if measure is not None:
        month += prices.HOURS * 60 * _lambda(measure, seconds=MEASURE_S)
    poll = functions.get("lambdas.poll_gbfs.handler.handler")
    if poll is not None:
        publisher = functions["lambdas.publish_stations.handler.handler"]
        snapshot = prices.BUCKET_WRITE + _lambda(publisher, seconds=PUBLISHING_A_FEED_S)
        month += prices.HOURS * 60 * (_lambda(poll, seconds=POLL_S) + FEEDS * snapshot)
    return month


def _lambda(properties: Properties, *, seconds: float) -> float:
    gib = properties["MemorySize"] / MIB_PER_GIB
    return float(prices.LAMBDA_REQUEST + gib * seconds * prices.LAMBDA_GIB_S)
