from datetime import datetime

import pytest

from bikeshare.clocks import DateOrder, read_clock

WRITTEN = [
    ("2015-09-21 14:53:16", "2015-09-21T14:53:16"),
    ("2019-01-01 03:09:09.7110", "2019-01-01T03:09:09.711000"),
    ("2020-01-16 11:29:00.511", "2020-01-16T11:29:00.511000"),
    ("2022-09-19 02:11", "2022-09-19T02:11:00"),
    ("2016-05-31T23:58:00", "2016-05-31T23:58:00"),
    ("2013/08/29 17:34:01", "2013-08-29T17:34:01"),
    ("2/1/2016 0:31", "2016-02-01T00:31:00"),
    ("3/31/2017 23:59:07", "2017-03-31T23:59:07"),
    ("1/1/15 0:21", "2015-01-01T00:21:00"),
    ("4/23/15 7:44", "2015-04-23T07:44:00"),
    ("2019-04-02 22:18:47.926000+00:00", "2019-04-02T22:18:47.926000+00:00"),
    ("2016-10-01 06:00:08 +0200", "2016-10-01T06:00:08+02:00"),
    ("2016-10-01 06:00:08 -0330", "2016-10-01T06:00:08-03:30"),
    ("2021-02-03T23:11:28Z", "2021-02-03T23:11:28+00:00"),
    ("1653343831220", "2022-05-23T22:10:31.220000+00:00"),
    ("1562342014", "2019-07-05T15:53:34+00:00"),
    ("2015-05-14 08:00:22 PM", "2015-05-14T20:00:22"),
    ("2015-05-14 12:00:22 AM", "2015-05-14T00:00:22"),
    ("2023 May 24 06:32:11 PM", "2023-05-24T18:32:11"),
    ("2019-01-01 03:09:09.123456789", "2019-01-01T03:09:09.123456"),
]
# What programs turn these into when they save the files again.
SAVED_AGAIN = [
    ("1653343831220.0", "2022-05-23T22:10:31.220000+00:00"),
    ("1/23/2021 4:14:19\u202fPM", "2021-01-23T16:14:19"),
    ("1/23/2021\u00a016:14:19", "2021-01-23T16:14:19"),
]


class TestReadClock:
    @pytest.mark.parametrize(("text", "meant"), WRITTEN)
    def test_reads_what_publishers_write(self, text: str, meant: str) -> None:
        """Each of these is quoted from a published file."""
        assert read_clock(text, DateOrder.MONTH_FIRST) == datetime.fromisoformat(meant)

    @pytest.mark.parametrize(("text", "meant"), SAVED_AGAIN)
    def test_reads_what_programs_make_of_it(self, text: str, meant: str) -> None:
        """Nobody can see that a space is a different one, so nobody could fix it."""
        assert read_clock(text, DateOrder.MONTH_FIRST) == datetime.fromisoformat(meant)

    def test_a_wrong_order_of_dates_is_told_as_such(self) -> None:
        """Half of Toronto's days would be read as months; whoever sees the rest learns why."""
        with pytest.raises(ValueError, match=r"month first.*TRIP_FORMAT_OVERRIDES"):
            read_clock("13/1/2016 0:31", DateOrder.MONTH_FIRST)

    @pytest.mark.parametrize(
        ("text", "meant"),
        [("07/01/2020 14:07", "2020-01-07T14:07"), ("31/08/22 23:59:59", "2022-08-31T23:59:59")],
    )
    def test_a_format_may_write_the_day_first(self, text: str, meant: str) -> None:
        """London's 07/01 is in January; read as American it would be six months off."""
        assert read_clock(text, DateOrder.DAY_FIRST) == datetime.fromisoformat(meant)

    @pytest.mark.parametrize(
        "text",
        [
            "yesterday",
            "2021-02-30 10:00:00",
            "13/1/2016 0:31",
            "2021-02-03",
            "2021-02-03 24:00:00",
            "2021-02-03 10:61:00",
            "2021-02-03 13:00:00 PM",
            "2023 Foo 24 06:32:11 PM",
            "2023 anf 24 06:32:11 PM",
            "2021-02-03 10:00:00 +9900",
            "12345",
            "٢٠٢١-02-03 10:00:00",
        ],
    )
    def test_never_guesses(self, text: str) -> None:
        """A wrong time would move a bike; the row is set aside instead."""
        with pytest.raises(ValueError, match=r".+"):
            read_clock(text, DateOrder.MONTH_FIRST)
