import pytest

from bikeshare.drops import Lane
from bikeshare.topics import ALL_TOPICS, TOPICS_OF_QUERY, topic_of


class TestTopicOf:
    @pytest.mark.parametrize(
        ("lane", "topic"),
        [(Lane.LIVE, "trips"), (Lane.BACKFILL, "trips-backfill"), (Lane.STATIONS, "stations")],
    )
    def test_backfill_has_a_topic_of_its_own(self, lane: Lane, topic: str) -> None:
        """A million old rows must not be queued before a live one."""
        assert topic_of(lane) == topic

    def test_every_lane_has_a_known_topic(self) -> None:
        """Topics are created from this list; a missing one would lose its lane."""
        assert {topic_of(lane) for lane in Lane} < set(ALL_TOPICS)


class TestTopicsOfQuery:
    def test_every_topic_is_read_by_one_query(self) -> None:
        """What no query reads is never applied, and a lag that no query has rings no alarm."""
        read = [topic for topics in TOPICS_OF_QUERY.values() for topic in topics]

        assert sorted(read) == sorted(ALL_TOPICS)
