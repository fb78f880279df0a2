"""Records written straight into Kafka that no publisher of ours would write."""

import json
from collections.abc import Callable
from contextlib import closing
from random import Random

from kafka import KafkaProducer

from tests.chaos.fault import named
from tests.chaos.world import World

TRIP_TOPICS = ("trips", "trips-backfill")
ROW = "1@2019-01-01T08:00:00.000000Z,1,2019-01-01T08:00:00.000000Z,,900000,Dock,40.7,-74.0,,,,"
BIG_BYTES = 700_000

Record = tuple[str, bytes | None]


def header(**changes: object) -> str:
    """Build the header line of a trips record that is correct except for what is changed."""
    told = {
        "encoding": "trips/1",
        "drop_id": "0" * 20,
        "attempt_id": "stray",
        "lane": "live",
        "chunk": 0,
        "rows": 1,
        "member": None,
        "first_line": 2,
    }
    return json.dumps(told | changes)


def _on_trips(random: Random, value: str | bytes | None) -> Record:
    return random.choice(TRIP_TOPICS), value.encode() if isinstance(value, str) else value


def _on_station(random: Random, line: str) -> Record:
    feed = random.choice(("station_information", "station_status"))
    told = header(encoding="stations/1", feed=feed, feed_at="2019-07-01T08:00:00.000000Z")
    return "stations", f"{told}\n{line}".encode()


CORRUPTIONS: tuple[Callable[[Random], Record], ...] = (
    lambda r: (r.choice((*TRIP_TOPICS, "stations", "drops")), r.randbytes(r.randint(1, 3000))),
    lambda r: (r.choice((*TRIP_TOPICS, "stations", "drops")), b""),
    lambda r: (r.choice((*TRIP_TOPICS, "stations", "drops")), None),
    lambda r: _on_trips(r, r.randbytes(1) * BIG_BYTES),
    lambda r: _on_trips(r, header()[: r.randrange(1, 60)]),
    lambda r: _on_trips(r, f"{header(encoding='trips/9')}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(encoding='stations/1')}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(rows=r.choice((0, 2, 10**12, -1)))}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(chunk='first')}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(drop_id=None)}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(attempt_id=None)}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(chunk=None)}\n{ROW}"),
    lambda r: _on_trips(r, f"{header(lane=None)}\n{ROW}"),
    lambda r: _on_trips(r, f"{header()}\n{ROW},one,more"),
    lambda r: _on_trips(r, f"{header()}\n{ROW.replace('2019-01', '2019-13')}"),
    lambda r: _on_trips(r, f"{header()}\n{ROW.replace('Dock', 'Do' + chr(0) + 'ck')}"),
    lambda r: _on_trips(r, f"{header()}\n".encode() + ROW.replace("Dock", '"D').encode() + b"\xff"),
    lambda r: _on_trips(r, f"{header()}\n{ROW.replace('2019', '12019')}"),
    lambda r: _on_trips(r, f"{header()}\n{ROW.replace('40.7', 'NaN')}"),
    lambda r: _on_trips(r, f"{header()}\n{'k' * 2401}{ROW[ROW.index(',') :]}"),
    lambda r: _on_station(r, '{"station_id":"900000","aliases":{"of":"1"}}'),
    lambda r: _on_station(r, '{"station_id":"900000","aliases":[null]}'),
    lambda r: _on_station(r, '{"station_id":"900000","num_bikes_available":2147483647}'),
    lambda _: ("drops", b'{"encoding":"drops/1"}'),
    lambda _: ("drops", b'{"encoding":"drops/1","drop_id":"x","attempt_id":"y","outcome":"lost"}'),
    lambda _: ("stations", f"{header(encoding='stations/1', feed='weather')}\n{{}}".encode()),
)


def corrupt_records(world: World, random: Random) -> None:
    """Garbage, cut records and lying headers in every topic, in any position of a batch."""
    bad = [corrupt(random) for corrupt in random.sample(CORRUPTIONS, len(CORRUPTIONS))]
    world.unreadable_expected += len(bad)
    bootstrap = world.stack.endpoints["kafka_bootstrap"]
    with closing(KafkaProducer(bootstrap_servers=bootstrap)) as producer:
        world.strike()
        with world.database.batches_held():
            middle = random.randrange(len(bad))
            _send(producer, bad[:middle])
            with world.load(random, files=2):
                _send(producer, bad[middle:])


def _send(producer: KafkaProducer, records: list[Record]) -> None:
    for topic, value in records:
        producer.send(topic, value, key=b"stray")
    producer.flush()


FAULTS = named(corrupt_records)
