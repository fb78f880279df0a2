"""The same city in standard formats: GBFS for its clients, and OpenMetrics."""

from typing import Any, Final

from chalicelib.contract.operation import Operation
from chalicelib.contract.schemas import COUNT, TEXT, annotated, described
from chalicelib.gbfs.feeds import DISCOVERY, FEEDS, Feed, path_of
from chalicelib.gbfs.versions import V2_3, V3_0, Version

METRICS_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

IGNORES_PARAMETERS: Final = (
    "By the schemas of GBFS {version}; what a client adds to get past caches is ignored."
)
MOMENTS: Final[dict[str, dict[str, Any]]] = {
    V2_3.number: COUNT,
    V3_0.number: {"type": "string", "format": "date-time"},
}


def schema_name(version: Version) -> str:
    """Return the name of the schema of a version's documents."""
    return f"Gbfs{version.number.replace('.', '')}"


def envelope(version: Version) -> dict[str, Any]:
    """Return the schema of the members that all documents of a version have."""
    return described(
        f"A document of GBFS {version.number}, which has a schema of its own for data.",
        {
            "last_updated": annotated(MOMENTS[version.number], "The event clock."),
            "ttl": annotated(COUNT, "For how many seconds it may be kept."),
            "version": {"const": version.number},
            "data": {"type": "object", "description": "What the feed tells."},
        },
    )


def operation(path: str, feed: Feed, version: Version) -> Operation:
    """Return the operation of one feed."""
    words = path.removeprefix("/gbfs/").removesuffix(".json").replace("/", "_").split("_")
    return Operation(
        path=path,
        name="showGbfs" + "".join(word.replace(".", "").capitalize() for word in words),
        tag="GBFS",
        summary=f"GBFS {version.number}: {feed.summary}",
        description=IGNORES_PARAMETERS.format(version=version.number),
        schema=schema_name(version),
    )


GBFS: Final = (
    operation(DISCOVERY, FEEDS[0], V2_3),
    *(
        operation(path_of(version, feed.name), feed, version)
        for feed in FEEDS
        for version in feed.versions
    ),
)
SHOW_METRICS: Final = Operation(
    path="/metrics",
    name="showMetrics",
    tag="Operations",
    summary="The status as OpenMetrics",
    description="Answers without a database too, and says so: `bikeshare_database_up 0`.",
    schema="Metrics",
    media_type=METRICS_TYPE,
    reads_data=False,
)
SCHEMAS: Final = {schema_name(version): envelope(version) for version in (V2_3, V3_0)} | {
    "Metrics": annotated(TEXT, "Metric families in OpenMetrics 1.0; docs/api.md names each.")
}
