from typing import Any

import pytest

from cdk_app.costs.estimate import unknown_kinds
from cdk_app.costs.resources import BY_THE_MONTH, BY_USE, FREE, KNOWN, WITH_ANOTHER


def month(kind: str, properties: dict[str, Any]) -> float:
    """Price one resource."""
    return BY_THE_MONTH[kind][1](properties)


class TestKnown:
    @pytest.mark.parametrize("stage", ["dev", "metro"])
    def test_every_kind_in_the_templates_has_been_looked_up(
        self, syntheses: dict[str, Any], stage: str
    ) -> None:
        """Something new that costs must not silently be left off the bill."""
        synthesis = syntheses[stage]
        resources = [
            each
            for stack in synthesis.stacks
            for each in synthesis.template(stack)["Resources"].values()
        ]
        assert resources
        assert unknown_kinds(resources) == set()

    def test_a_kind_that_nobody_knows_is_named(self) -> None:
        """Otherwise it would count as free."""
        assert unknown_kinds([{"Type": "AWS::EC2::NatGateway"}]) == {"AWS::EC2::NatGateway"}

    def test_a_kind_is_priced_in_one_way(self) -> None:
        """Twice on the bill, or both free and priced, would be a mistake."""
        ways = [*BY_THE_MONTH, *WITH_ANOTHER, *BY_USE, *FREE]
        assert len(ways) == len(set(ways)) == len(KNOWN)


class TestByTheMonth:
    def test_a_second_copy_of_the_database_doubles_it(self) -> None:
        """Instance and storage both; 730 hours of $0.065 and 100 GB of $0.115."""
        size = {"DBInstanceClass": "db.t4g.medium", "AllocatedStorage": "100"}
        one = month("AWS::RDS::DBInstance", size)
        assert one == pytest.approx(58.95)
        assert month("AWS::RDS::DBInstance", {**size, "MultiAZ": True}) == pytest.approx(2 * one)

    def test_brokers_cost_by_number_and_disk(self) -> None:
        """Three times 730 hours of $0.204 and 250 GB of $0.10."""
        cluster = {
            "NumberOfBrokerNodes": 3,
            "BrokerNodeGroupInfo": {
                "InstanceType": "kafka.m7g.large",
                "StorageInfo": {"EBSStorageInfo": {"VolumeSize": 250}},
            },
        }
        assert month("AWS::MSK::Cluster", cluster) == pytest.approx(521.76)

    def test_a_size_without_a_price_is_an_error(self) -> None:
        """A guess would be taken for a figure."""
        size = {"DBInstanceClass": "db.x9z.huge", "AllocatedStorage": "100"}
        with pytest.raises(KeyError, match="huge"):
            month("AWS::RDS::DBInstance", size)

    def test_the_job_costs_by_worker_and_size(self) -> None:
        """Two quarters of a DPU, all month, at $0.44."""
        job = {
            "NumberOfWorkers": 2,
            "WorkerType": "G.025X",
            "Command": {"Name": "gluestreaming"},
        }
        assert month("AWS::Glue::Job", job) == pytest.approx(160.6)
        assert month("AWS::Glue::Job", {**job, "Command": {"Name": "glueetl"}}) == 0

    def test_the_other_engine_costs_by_processor_and_memory(self) -> None:
        """Six processors and 24 GB."""
        most = {"MaximumCapacity": {"Cpu": "6 vCPU", "Memory": "24 GB"}}
        assert month("AWS::EMRServerless::Application", most) == pytest.approx(331.73, abs=0.01)

    def test_a_door_costs_by_zone_and_the_gateway_to_s3_nothing(self) -> None:
        """What replaces a NAT gateway is not free either."""
        door = {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b", "c"]}
        assert month("AWS::EC2::VPCEndpoint", door) == pytest.approx(21.9)
        assert month("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}) == 0
