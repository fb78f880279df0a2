from typing import Any

import pytest

from cdk_app.costs.estimate import addresses, idle_month, million_answers, million_trips

SERVERLESS = [
    {"Type": "AWS::MSK::ServerlessCluster", "Properties": {}},
    {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Handler": "lambdas.create_topics.handler.handler",
            "Environment": {"Variables": {"TOPICS": "trips=4,drops=2"}},
        },
    },
]


def function(handler: str, memory: int) -> dict[str, Any]:
    """A function of this package."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Handler": f"lambdas.{handler}.handler.handler", "MemorySize": memory},
    }


class TestIdleMonth:
    def test_partitions_are_part_of_serverless_kafka(self) -> None:
        """$0.75 an hour, and $0.0015 for each of six partitions."""
        assert idle_month(SERVERLESS)["Kafka"] == pytest.approx(554.07)

    def test_the_proxy_is_priced_by_the_instance_behind_it(self) -> None:
        """At least two processors."""
        instance = {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20"},
        }
        assert idle_month([instance])["Database proxy"] == pytest.approx(21.9)

    def test_a_polled_feed_keeps_a_publisher_at_work(self) -> None:
        """Nobody drops a file, and yet 87,600 snapshots a month are published."""
        sweep = [function("sweep_drops", 512)]
        polled = [*sweep, function("poll_gbfs", 256), function("publish_stations", 1_769)]
        assert idle_month(sweep)["Scheduled functions"] < 1
        assert 3 < idle_month(polled)["Scheduled functions"] < 10


class TestUse:
    def test_an_answer_is_mostly_the_gateway_and_the_transfer(self) -> None:
        """$3.50 and $8.50 a million, before Lambda and the edge."""
        api = {"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": 1_024}}
        assert million_answers([api]) == pytest.approx(14.57, abs=0.01)

    @pytest.mark.parametrize(("geocoder", "dollars"), [("amazon", 20), ("none", 0)])
    def test_addresses_cost_where_amazon_is_asked(self, geocoder: str, dollars: float) -> None:
        """$4 a thousand, including storage; a stage may do without."""
        told = {"MemorySize": 512, "Environment": {"Variables": {"GEOCODER": geocoder}}}
        api = {"Type": "AWS::Serverless::Function", "Properties": told}
        assert addresses([api], 5_000) == pytest.approx(dollars)

    def test_own_brokers_take_trips_for_nothing_more(self) -> None:
        """Their cost is on the bill already."""
        assert million_trips(SERVERLESS) == pytest.approx(0.0225)
        assert million_trips([]) == 0
