import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Reach
from lambdas.poll_gbfs.fetching import Fetched, Fetcher, Limits, Validators
from lambdas.poll_gbfs.notebook import Note
from lambdas.poll_gbfs.poller import Poller
from tests.support.feed_server import FeedServer, with_body

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIST, INFORMATION, STATUS = "https://a/gbfs.json", "https://a/information", "https://a/status"


class Site:
    """A publisher, and the bucket its feeds are dropped into."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | UnavailableFeedError | None] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.notes: dict[str, Note] = {}
        self.dropped: list[str] = []
        self.writes = 0

    def get(self, url: str, known: Validators) -> Fetched:
        """Answer a request; None is "not modified"."""
        self.asked.append((url, known.etag))
        answer = self.answers[url]
        if isinstance(answer, UnavailableFeedError):
            raise answer
        return Fetched(content=answer, validators=Validators(etag=f"of {url}"))

    def read(self) -> dict[str, Note]:
        """Return the notes."""
        return dict(self.notes)

    def write(self, notes: dict[str, Note]) -> None:
        """Store the notes."""
        self.notes = notes
        self.writes += 1

    def drop(self, key: str, content: bytes) -> None:
        """Record a drop's key."""
        assert content
        self.dropped.append(key)

    def poll(self, seconds: int = 0, *urls: str) -> list[str]:
        """Poll `seconds` after noon, and return the outcomes."""
        now = NOON + timedelta(seconds=seconds)
        polled = Poller(getter=self, book=self, now=now).run(urls or (LIST,))
        return [str(each.outcome) for each in polled]


def feed(updated: datetime = NOON, *, ttl: int = 60, **station: object) -> bytes:
    """A feed of one station."""
    stations = [{"station_id": "1", **station}]
    document = {
        "last_updated": int(updated.timestamp()),
        "ttl": ttl,
        "data": {"stations": stations},
    }
    return json.dumps(document).encode()


def site() -> Site:
    """A publisher of both feeds, and of a list of them that is valid for an hour."""
    made = Site()
    named = {"station_information": INFORMATION, "station_status": STATUS}
    feeds = [{"name": name, "url": url} for name, url in named.items()]
    listed = {"ttl": 3600, "data": {"en": {"feeds": feeds}}}
    made.answers = {
        LIST: json.dumps(listed).encode(),
        INFORMATION: feed(ttl=3600, name="A", lat=1, lon=1),
        STATUS: feed(num_bikes_available=3),
    }
    return made


class TestPoller:
    def test_drops_what_the_list_names(self) -> None:
        """One address is all that an operator has to know."""
        publisher = site()

        assert publisher.poll() == ["listed", "dropped", "dropped"]
        assert publisher.dropped == [
            "stations/station_information/20260301T120000Z.json",
            "stations/station_status/20260301T120000Z.json",
        ]

    def test_a_feed_can_be_named_itself(self) -> None:
        """Not every publisher has a list."""
        publisher = site()

        assert publisher.poll(0, STATUS) == ["dropped"]

    def test_asks_no_sooner_than_the_ttl(self) -> None:
        """The publisher asks for this, feed by feed."""
        publisher = site()
        publisher.poll()

        assert publisher.poll(59) == ["not_due", "not_due", "not_due"]
        assert publisher.poll(60) == ["not_due", "not_due", "unchanged"]
        assert publisher.asked[3:] == [(STATUS, f"of {STATUS}")]

    def test_not_modified_is_asked_again_after_the_same_ttl(self) -> None:
        """The answer has no body to read one from."""
        publisher = site()
        publisher.poll()
        publisher.answers[STATUS] = None

        assert publisher.poll(60)[-1] == "unchanged"
        assert publisher.poll(100)[-1] == "not_due"
        assert publisher.poll(120)[-1] == "unchanged"

    def test_drops_a_new_time_and_a_new_content(self) -> None:
        """A new time is a fresh anchor; new counts under an old time are news too."""
        publisher = site()
        publisher.poll()
        later = NOON + timedelta(seconds=50)

        publisher.answers[STATUS] = feed(later, num_bikes_available=3)
        assert publisher.poll(60)[-1] == "dropped"
        publisher.answers[STATUS] = feed(later, num_bikes_available=4)
        assert publisher.poll(120)[-1] == "dropped"

        assert publisher.dropped[2:] == ["stations/station_status/20260301T120050Z.json"] * 2

    def test_a_feed_that_is_down_leaves_the_last_good_state(self) -> None:
        """And it is requested again, at growing intervals, with the ETag that we still have."""
        publisher = site()
        publisher.poll()
        publisher.answers[STATUS] = UnavailableFeedError("https://a/status answers 500")

        assert publisher.poll(60)[-1] == "failed"
        assert publisher.poll(119)[-1] == "not_due"
        assert publisher.poll(120)[-1] == "failed"
        assert publisher.poll(239)[-1] == "not_due"
        publisher.answers[STATUS] = b"<html>"
        assert publisher.poll(240)[-1] == "failed"
        assert publisher.notes[STATUS].failures == 3
        assert publisher.notes[STATUS].etag == f"of {STATUS}"

        publisher.answers[STATUS] = feed(NOON + timedelta(minutes=9), num_bikes_available=3)
        assert publisher.poll(600)[-1] == "dropped"
        assert publisher.notes[STATUS].failures == 0

    def test_one_feed_that_fails_holds_up_no_other(self) -> None:
        """The counts are worth having while the names are down."""
        publisher = site()
        publisher.answers[INFORMATION] = UnavailableFeedError("down")

        assert publisher.poll() == ["listed", "failed", "dropped"]

    def test_what_was_done_is_noted_whatever_comes_next(self) -> None:
        """A run that ends early must not drop the same again, nor forget what it did not reach."""
        publisher = site()
        publisher.poll(0, INFORMATION, STATUS)
        publisher.answers[INFORMATION] = feed(NOON + timedelta(hours=1), name="A", lat=1, lon=1)
        del publisher.answers[STATUS]

        with pytest.raises(KeyError):
            publisher.poll(3600, INFORMATION, STATUS)

        assert len(publisher.dropped) == 3
        assert publisher.notes[INFORMATION].key == publisher.dropped[-1]
        assert publisher.notes[STATUS].key == publisher.dropped[1]

    def test_a_list_of_nonsense_holds_up_no_other(self) -> None:
        """What a publisher mistypes affects nobody else."""
        publisher = site()
        publisher.answers[LIST] = b'{"data": {"feeds": 5}}'

        assert publisher.poll(0, LIST, STATUS) == ["failed", "dropped"]

    def test_forgets_an_address_that_is_polled_no_more(self) -> None:
        """The notebook does not grow with every address there ever was."""
        publisher = site()
        publisher.poll(0, INFORMATION, STATUS)
        publisher.poll(60, STATUS)

        assert set(publisher.notes) == {STATUS}

    def test_a_dripping_feed_holds_up_no_other(self) -> None:
        """It costs the time of one feed, not that of the function."""
        publisher = site()
        limits = Limits(connect_s=1, read_s=0.3, total_s=0.3)
        reach = Reach(hosts=frozenset({"127.0.0.1"}), allow_local=True)
        fetcher = Fetcher(reach=reach, limits=limits, clock=time.monotonic)

        def drip(request: BaseHTTPRequestHandler) -> None:
            with suppress(OSError):
                for _ in range(40):
                    request.wfile.write(b"H")
                    time.sleep(0.05)

        with FeedServer() as server:
            server.answers = {"/drip": drip, "/status": with_body(feed(num_bikes_available=3))}
            urls = [server.url("/drip"), "http://[bad/", server.url("/status")]
            began = time.monotonic()
            polled = Poller(getter=fetcher, book=publisher, now=NOON).run(urls)

        assert [str(each.outcome) for each in polled] == ["failed", "failed", "dropped"]
        assert time.monotonic() - began < 1.5

    def test_the_feeds_stay_known_while_the_list_is_down(self) -> None:
        """The list changes once in years, and is the least of what we need."""
        publisher = site()
        publisher.poll()
        publisher.answers[LIST] = UnavailableFeedError("down")

        assert publisher.poll(3600) == ["failed", "unchanged", "unchanged"]

    def test_waits_as_long_as_it_is_told_to(self) -> None:
        """A publisher that says when has a reason."""
        publisher = site()
        publisher.answers[LIST] = UnavailableFeedError("429", retry_after_s=900)
        publisher.poll()

        assert publisher.poll(899) == ["not_due"]
        assert publisher.poll(900) == ["failed"]

    def test_a_list_that_names_itself_ends(self) -> None:
        """Each address is polled once per run."""
        publisher = site()
        feeds = [{"name": name, "url": LIST} for name in ("station_information", "station_status")]
        publisher.answers[LIST] = json.dumps({"data": {"feeds": feeds}}).encode()

        assert publisher.poll() == ["listed"]

    def test_writes_nothing_when_nothing_was_due(self) -> None:
        """One write every minute would make half a million a year."""
        publisher = site()
        publisher.poll()
        before = publisher.writes
        publisher.poll(10)

        assert publisher.writes == before
