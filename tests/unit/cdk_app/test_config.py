from dataclasses import FrozenInstanceError

import pytest

from cdk_app.config import CITY, DEV, METRO, STAGES, StageConfig
from cdk_app.parts.log_group import LENGTHS


class TestStages:
    def test_each_is_found_by_its_name(self) -> None:
        """`-c stage=` and the names of the stacks must refer to the same stage."""
        assert {name: stage.name for name, stage in STAGES.items()} == {
            "dev": "dev",
            "city": "city",
            "metro": "metro",
        }

    def test_only_dev_may_be_destroyed(self) -> None:
        """A stage that riders use cannot be lost to a mistyped command."""
        assert [stage.retain for stage in (DEV, CITY, METRO)] == [False, True, True]

    @pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
    def test_logs_are_kept_for_a_length_that_cloudwatch_offers(self, stage: StageConfig) -> None:
        """CloudFormation refuses others, an hour into a deployment."""
        assert stage.log_days in LENGTHS

    def test_provisioned_kafka_has_a_zone_for_each_copy(self) -> None:
        """With three copies in two zones, losing one zone could lose two copies."""
        assert METRO.kafka == "provisioned"
        assert METRO.zones == 3

    def test_a_stage_cannot_be_changed_on_the_way_down(self) -> None:
        """What `__main__` chose is what every construct sees."""
        with pytest.raises(FrozenInstanceError):
            DEV.zones = 1  # type: ignore[misc]
