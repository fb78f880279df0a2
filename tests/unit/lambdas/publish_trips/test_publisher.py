import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.overrides import chosen_formats
from bikeshare.messages import MAX_BODY_BYTES, DropSummary, Outcome
from tests.support.decoding import encode_trips
from tests.support.publication import HEADER, NOW, Publication, file_of, ride, zipped

RECORDED = Path(__file__).parents[3] / "support" / "recorded_trips"


class TestPublishedFile:
    def test_a_zip_may_hold_lines_of_json(self) -> None:
        """Madrid's archives hold one such file per month, with Finder's litter."""
        content = (RECORDED / "bicimad-2017.csv").read_bytes()
        packed = zipped(("201704_movements.json", content), ("._201704_movements.json", b"\x00"))
        publication = Publication(packed)

        assert publication.run().rows_published == 1
        (chunk,) = publication.sender.trip_chunks()
        assert (chunk.member, chunk.first_line) == ("201704_movements.json", 1)

    def test_is_read_as_the_systems_settings_say(self) -> None:
        """Toronto's files of 2017 have Divvy's header, but day-first dates and another clock."""
        header = (
            "trip_id,trip_start_time,trip_stop_time,from_station_id,from_station_name,"
            "to_station_id,to_station_name"
        )
        content = f"{header}\n7,1/2/2017 0:47,1/2/2017 0:54,7018,Caf\xe9,7176,B\n".encode("latin-1")
        override = '{"date_order": "day first", "time_zone": "UTC", "encoding": "latin-1"}'
        formats = chosen_formats("", f'{{"divvy-2013": {override}}}', KNOWN_FORMATS)
        for packed in (content, zipped(("a.csv", content))):
            publication = Publication(packed, formats=formats)
            publication.run()

            (trip,) = publication.sender.trips()
            assert trip.started_at == "2017-02-01T00:47:00.000000Z"
            assert trip.start_station_name == "Caf\xe9"

    def test_sends_its_rows_and_then_its_summary(self) -> None:
        """The account comes last, so that it proves that the rows are in Kafka."""
        publication = Publication(file_of(ride(1), ride(2)))

        summary = publication.run()

        assert [topic for topic, _ in publication.sender.sent] == ["trips", "drops"]
        assert publication.sender.confirmed == 2
        assert publication.sender.summaries() == [summary]
        assert [trip.trip_key for trip in publication.sender.trips()] == ["R1", "R2"]

    def test_its_summary_accounts_for_it(self) -> None:
        """T8: rows read are published or rejected, and the span of their events is known."""
        publication = Publication(file_of(ride(1), ride(2, ended="23:30:00")))

        assert publication.run() == DropSummary(
            drop_id=publication.drop.drop_id,
            attempt_id="a1",
            key="live/JC.csv",
            version_id="v1",
            lane=publication.drop.lane,
            size_bytes=len(publication.store.objects["live/JC.csv"]),
            received_at=NOW,
            outcome=Outcome.PUBLISHED,
            rows_read=2,
            rows_published=2,
            first_event_at=datetime(2021, 2, 4, 4, 11, 28, tzinfo=UTC),
            last_event_at=datetime(2021, 2, 4, 4, 30, tzinfo=UTC),
            started_at=NOW,
            finished_at=NOW,
            chunks=1,
        )

    def test_chunks_say_where_they_came_from(self) -> None:
        """A row in Kafka can be found again in its file."""
        publication = Publication(file_of(*map(ride, range(1100))))
        publication.run()

        chunks = publication.sender.trip_chunks()

        assert [(c.chunk, len(c.trips), c.first_line) for c in chunks] == [
            (0, 500, 2),
            (1, 500, 502),
            (2, 100, 1002),
        ]
        assert {(c.drop_id, c.attempt_id, c.lane) for c in chunks} == {
            (publication.drop.drop_id, "a1", "live")
        }

    def test_backfill_has_its_own_topic(self) -> None:
        """A year of history must not be queued before the last minute."""
        publication = Publication(file_of(ride(1)), key="backfill/JC.csv")
        publication.run()

        assert [topic for topic, _ in publication.sender.sent] == ["trips-backfill", "drops"]

    def test_long_names_make_smaller_records(self) -> None:
        """No record is larger than its readers were promised."""
        rows = [ride(number, name="é" * 400) for number in range(500)]
        publication = Publication(file_of(*rows))
        publication.run()

        chunks = publication.sender.trip_chunks()

        assert len(chunks) > 1
        assert all(len(encode_trips(chunk)) <= MAX_BODY_BYTES for chunk in chunks)
        assert [chunk.chunk for chunk in chunks] == list(range(len(chunks)))
        assert [trip.trip_key for trip in publication.sender.trips()] == [
            f"R{number}" for number in range(500)
        ]
        assert [c.first_line for c in chunks] == [
            2 + sum(len(before.trips) for before in chunks[:n]) for n in range(len(chunks))
        ]

    def test_a_file_without_rows_is_published(self) -> None:
        """A quiet hour is an answer too."""
        summary = Publication(file_of()).run()

        assert (summary.outcome, summary.rows_read, summary.first_event_at) == (
            "published",
            0,
            None,
        )

    def test_gzip_is_published_like_plain(self) -> None:
        """How a file is compressed changes nothing about its trips."""
        packed = Publication(gzip.compress(file_of(ride(1))))
        plain = Publication(file_of(ride(1)))
        packed.run()
        plain.run()

        assert packed.sender.trips() == plain.sender.trips()


class TestRejectedRows:
    def test_are_set_aside_and_counted(self) -> None:
        """One bad row in the middle costs itself, whatever is wrong with it."""
        rows = [
            ride(1).encode(),
            b"R2,too,short",
            ride(3).replace("Grove", "Gr\u00f6ve").encode("latin-1"),
            ride(4, ended="23:11:27").encode(),
            ride(5, name='"Grove').encode(),
            ride(6).encode(),
        ]
        publication = Publication(b"\n".join([HEADER.encode(), *rows]))

        summary = publication.run()

        assert (summary.rows_read, summary.rows_published, summary.rows_rejected) == (6, 2, 4)
        assert summary.rejected == {
            "bad_encoding": 1,
            "end_before_start": 1,
            "unbalanced_quote": 1,
            "wrong_columns": 1,
        }
        assert summary.rejected_key == f"rejected/{publication.drop.drop_id}/a1.csv"
        written = publication.store.objects[summary.rejected_key].decode()
        assert written.startswith("line,reason,detail,row\n3,wrong_columns,3 columns;")
        assert [trip.trip_key for trip in publication.sender.trips()] == ["R1", "R6"]

    @pytest.mark.parametrize("position", range(5))
    def test_a_poison_row_may_stand_anywhere(self, position: int) -> None:
        """First, last or between: the other rows are published in order."""
        rows = [ride(number) for number in range(5)]
        rows[position] = "\x00\x01,\ufffd"
        publication = Publication(file_of(*rows))

        assert publication.run().rows_published == 4

    def test_nothing_is_written_without_any(self) -> None:
        """An empty file in rejected/ would look like a problem."""
        publication = Publication(file_of(ride(1)))
        publication.run()

        assert list(publication.store.objects) == ["live/JC.csv"]

    def test_a_file_of_bad_rows_alone_is_published(self) -> None:
        """It was read; each of its rows has a reason."""
        summary = Publication(file_of("a,b", "c,d")).run()

        assert (summary.outcome, summary.rows_read, summary.rows_rejected) == ("published", 2, 2)


class TestRefusedFile:
    @pytest.mark.parametrize(
        ("content", "hint"),
        [
            (b"", "empty"),
            (b"\n\n", "blank lines only"),
            (b"station_id,bikes\n1,2\n", "not the header"),
            (file_of(ride(1)).replace(b"started_at", b"begun"), "nearest is lyft-2020"),
            (file_of(ride(1)).decode().encode("utf-16"), "UTF-16"),
            (gzip.compress(file_of(*map(ride, range(5000))))[:-20], "upload it again, whole"),
            (gzip.compress(b""), "empty"),
            (zipped(("readme.txt", b"x")), "holds no .csv or .json file"),
            (zipped(("a.csv", file_of(ride(1))))[:-10], "upload it again, whole"),
            (zipped(("a.csv", b"x,y\n1,2\n")), "a.csv: The first line is not the header"),
        ],
    )
    def test_publishes_nothing_and_says_what_to_do(self, content: bytes, hint: str) -> None:
        """A person can act on the reason, and the next file is not held up."""
        publication = Publication(content)

        summary = publication.run()

        assert summary.outcome == "refused"
        assert hint in (summary.reason or "")
        assert (summary.rows_read, summary.rows_published, summary.chunks) == (0, 0, 0)
        assert publication.sender.summaries() == [summary]
        assert publication.sender.trips() == []

    def test_an_object_that_is_gone_is_refused(self) -> None:
        """Retrying would never end; the account says what happened to it."""
        summary = Publication(None).run()

        assert summary.outcome == "refused"
        assert "deleted or replaced" in (summary.reason or "")

    def test_a_reason_has_an_end(self) -> None:
        """A header of a megabyte is not included in full."""
        summary = Publication(b"x" * 100_000 + b"\n").run()

        assert len(summary.reason or "") <= 1000


class TestZip:
    def test_publishes_every_file_in_it(self) -> None:
        """A month of New York comes in several numbered files."""
        publication = Publication(
            zipped(
                ("one.csv", file_of(ride(1), "bad")),
                ("__MACOSX/._one.csv", b"litter"),
                ("two.csv", file_of(ride(2))),
            )
        )

        summary = publication.run()

        chunks = publication.sender.trip_chunks()
        assert [(c.chunk, c.member, c.first_line) for c in chunks] == [
            (0, "one.csv", 2),
            (1, "two.csv", 2),
        ]
        assert (summary.rows_read, summary.rows_rejected, summary.reason) == (3, 1, None)
        written = publication.store.objects[summary.rejected_key or ""].decode()
        assert written.splitlines()[0] == "line,reason,detail,row,member"
        assert written.splitlines()[1].endswith(",one.csv")

    def test_says_what_it_left_out(self) -> None:
        """Bay Area Bike Share zips its station list along with the trips."""
        publication = Publication(
            zipped(("stations.csv", b"station_id,name\n"), ("trips.csv", file_of(ride(1))))
        )

        summary = publication.run()

        assert (summary.outcome, summary.rows_published) == ("published", 1)
        assert "stations.csv: The first line is not the header" in (summary.reason or "")

    def test_says_what_it_did_not_look_at(self) -> None:
        """A month within a year's zip would be lost without anybody being told."""
        publication = Publication(
            zipped(
                ("trips.csv", file_of(ride(1))),
                ("__MACOSX/._trips.csv", b"litter"),
                *((f"{month}.zip", zipped(("a.csv", file_of(ride(2))))) for month in range(12)),
            )
        )

        summary = publication.run()

        assert (summary.outcome, summary.rows_published) == ("published", 1)
        assert summary.reason == (
            "Not read in the zip, for their names: 0.zip, 1.zip, 2.zip, 3.zip, 4.zip, 5.zip, "
            "6.zip, 7.zip, 8.zip, 9.zip and 2 more."
        )
