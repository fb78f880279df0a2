import re
from zoneinfo import ZoneInfo

import pytest

from bikeshare.clocks import DateOrder
from bikeshare.local_times import LocalTimes


def new_york() -> LocalTimes:
    """The clock of Citi Bike."""
    return LocalTimes(ZoneInfo("America/New_York"))


class TestUtc:
    @pytest.mark.parametrize(
        ("local", "utc"),
        [
            ("2021-02-03 23:11:28", "2021-02-04T04:11:28.000000Z"),
            ("2019-07-01 00:00:00.7110", "2019-07-01T04:00:00.711000Z"),
            ("2/1/2016 0:31", "2016-02-01T05:31:00.000000Z"),
            ("2019-04-02 22:18:47.926000+00:00", "2019-04-02T22:18:47.926000Z"),
            (" 2021-02-03 23:11:28 ", "2021-02-04T04:11:28.000000Z"),
            ("2021-02-03  3:11:28", "2021-02-03T08:11:28.000000Z"),
            ("2021-02-03T23:11:28", "2021-02-04T04:11:28.000000Z"),
        ],
    )
    def test_moves_the_systems_clock_to_utc(self, local: str, utc: str) -> None:
        """Everything downstream compares UTC texts; the second reading comes from the cache."""
        times = new_york()

        assert [times.utc(local), times.utc(local)] == [utc, utc]

    @pytest.mark.parametrize(
        ("local", "utc"),
        [
            ("2021-11-07 00:59:59", "2021-11-07T04:59:59.000000Z"),
            ("2021-11-07 01:00:00", "2021-11-07T05:00:00.000000Z"),
            ("2021-11-07 01:59:59", "2021-11-07T05:59:59.000000Z"),
            ("2021-11-07 02:00:00", "2021-11-07T07:00:00.000000Z"),
        ],
    )
    def test_the_hour_that_repeats_is_the_summer_one(self, local: str, utc: str) -> None:
        """T2 wants the earlier reading, so that each text has one meaning."""
        assert new_york().utc(local) == utc

    @pytest.mark.parametrize(
        ("local", "utc"),
        [
            ("2021-03-14 01:59:59", "2021-03-14T06:59:59.000000Z"),
            ("2021-03-14 02:30:00", "2021-03-14T07:30:00.000000Z"),
            ("2021-03-14 03:00:00", "2021-03-14T07:00:00.000000Z"),
        ],
    )
    def test_the_hour_that_is_skipped_moves_forward(self, local: str, utc: str) -> None:
        """02:30 did not exist that night; it is read as 03:30 summer time."""
        assert new_york().utc(local) == utc

    @pytest.mark.parametrize(
        ("zone", "local", "utc"),
        [
            ("Asia/Kolkata", "2021-02-03 23:11:28", "2021-02-03T17:41:28.000000Z"),
            ("Asia/Kolkata", "2021-02-03 23:41:28", "2021-02-03T18:11:28.000000Z"),
            # Lord Howe's summer time ends by half an hour, in the middle of an hour.
            ("Australia/Lord_Howe", "2021-04-04 01:15:00", "2021-04-03T14:15:00.000000Z"),
            ("Australia/Lord_Howe", "2021-04-04 01:45:00", "2021-04-03T14:45:00.000000Z"),
            ("Australia/Lord_Howe", "2021-04-04 02:15:00", "2021-04-03T15:45:00.000000Z"),
        ],
    )
    def test_offsets_that_are_no_whole_hours(self, zone: str, local: str, utc: str) -> None:
        """The lookup by hour would be wrong there, so it is not used."""
        times = LocalTimes(ZoneInfo(zone))
        times.utc(local[:14] + "59:59")

        assert times.utc(local) == utc

    @pytest.mark.parametrize(
        ("written", "utc"),
        [
            ("2021-02-04T04:11:28.000000Z", "2021-02-04T04:11:28.000000Z"),
            ("2021-11-07T06:10:00.123456Z", "2021-11-07T06:10:00.123456Z"),
            ("2021-02-04 04:11:28Z", "2021-02-04T04:11:28.000000Z"),
            ("2021-02-04T04:11:28.5Z", "2021-02-04T04:11:28.500000Z"),
            ("", ""),
        ],
    )
    def test_what_is_utc_already_stays(self, written: str, utc: str) -> None:
        """Prepared drops have times in our own form; a zone must not shift them once more."""
        assert new_york().utc(written) == utc

    @pytest.mark.parametrize(
        "text", ["2021-02-30T04:11:28.000000Z", "2021-02-04T04:61:28.000000Z", "2021-02-04T24:00Z"]
    )
    def test_what_only_looks_like_utc_is_refused(self, text: str) -> None:
        """Unchecked, it would reach the database, which would refuse its whole record."""
        with pytest.raises(ValueError, match=r".+"):
            new_york().utc(text)

    @pytest.mark.parametrize("text", ["", " ", "NULL", "\\N"])
    def test_no_time_is_no_error(self, text: str) -> None:
        """An open trip has no end."""
        assert new_york().utc(text) == ""

    @pytest.mark.parametrize(
        "text", ["2021-02-03 23:99:28", "2021-02-03 23:11:28.x", "0001-01-01 00:00:00 +0500"]
    )
    def test_what_is_remembered_does_not_excuse_what_is_wrong(self, text: str) -> None:
        """A cached hour must not make an impossible minute acceptable."""
        times = new_york()
        times.utc("2021-02-03 23:11:28")

        with pytest.raises(ValueError, match=r".+"):
            times.utc(text)

    def test_a_twelve_hour_clock_is_not_remembered_as_a_24_hour_one(self) -> None:
        """11 PM and 11 o'clock share their first letters."""
        times = new_york()
        times.utc("2021-02-03 11:11:28 PM")

        assert times.utc("2021-02-03 11:11:28") == "2021-02-03T16:11:28.000000Z"

    def test_the_order_of_day_and_month_is_the_formats(self) -> None:
        """The same text is in January in London and in July in New York."""
        london = LocalTimes(ZoneInfo("Europe/London"), DateOrder.DAY_FIRST)

        assert london.utc("07/01/2020 14:07") == "2020-01-07T14:07:00.000000Z"


def by_clock(times: LocalTimes, like: str, text: str) -> str:
    """Read a time by the clock of one written like it; raise KeyError if it is not."""
    clock = times.clock(like)
    assert clock
    found = re.fullmatch(f"([^:]*+)({clock.behind_hour})", text)
    if not found:
        raise KeyError(text)
    return f"{clock.hours[found[1]]}{found[2]}{clock.rest}"


class TestClock:
    @pytest.mark.parametrize(
        "text",
        [
            "2021-02-03 23:11:28",
            "2021-02-03T23:11:28",
            "2021-02-03 23:11:28.1",
            "2021-02-03 23:11:28.123456",
            "2021-02-03 23:11",
            "2/3/2021 23:11",
            "2/3/2021 3:11:28",
            "02/03/21 03:11",
            "2021-02-04T04:11:28.123456Z",
        ],
    )
    def test_a_moment_is_put_together_as_it_is_read(self, text: str) -> None:
        """Millions of times are read this way, so both ways must agree."""
        assert by_clock(new_york(), text, text) == new_york().utc(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "yesterday",
            "1485907200",
            "2021-02-03 11:11:28 PM",
            "2021-02-03 23:11:28.1234567",
            "2021-02-04T04:11:28Z",
            "2021-02-04T04:11:28.5Z",
            "2021-02-04T04:11:28+01:00",
        ],
    )
    def test_other_ways_are_read_one_by_one(self, text: str) -> None:
        """What follows their hour is not all that determines the time."""
        assert new_york().clock(text) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            "2021-02-03 23:61:28.1234",
            "2021-02-03 23:11:68.1234",
            "2021-02-03 23:1a:28.1234",
            "2021-02-03 23-11:28.1234",
            "2021-02-03 23:11-28.1234",
            "2021-02-03 23:11:28:1234",
            "2021-02-03 23:11:28.12x4",
            "2021-02-03 23:11:28.123",
            "2021-02-03 23:11:28",
            "2021-02-03 24:11:28.1234",
            "2021-02-30 23:11:28.1234",
            "2021-02-03 23:11:28.12\u0663\u0664",
            "2021-02-03 2\u0663:11:28.1234",
            "2/3/2021 23:11:28.1234 ",
            "\n2021-02-03 23:11:28.1234",
            "",
        ],
    )
    def test_a_wrong_time_is_seen(self, wrong: str) -> None:
        """It would otherwise be copied into the record unchanged."""
        with pytest.raises(KeyError):
            by_clock(new_york(), "2021-02-03 21:59:58.1234", wrong)

    @pytest.mark.parametrize(
        "wrong", ["2021-02-30T04:11:28.000000Z", "2021-02-04T04:61:28.000000Z"]
    )
    def test_what_only_looks_like_utc_is_seen(self, wrong: str) -> None:
        """Our own form is copied without conversion of its hour."""
        with pytest.raises(KeyError):
            by_clock(new_york(), "2021-02-04T04:00:00.000000Z", wrong)


class TestLaterUtc:
    def test_gives_the_winter_one_of_two_hours(self) -> None:
        """A ride across the change ends after it began, although its clock says otherwise."""
        assert new_york().later_utc("2021-11-07 01:10:00") == "2021-11-07T06:10:00.000000Z"

    def test_an_hour_that_is_clear_stays_as_it_is(self) -> None:
        """Outside that night there is no second reading to hide a bad row behind."""
        times = new_york()

        assert times.later_utc("2021-11-08 01:10:00") == times.utc("2021-11-08 01:10:00")
