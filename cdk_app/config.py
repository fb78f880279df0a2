"""Everything that differs between the stages of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SystemConfig:
    """The one bike-share system that a deployment serves."""

    system_id: str = "citibike_nyc"
    name: str = "Citi Bike"
    time_zone: str = "America/New_York"
    map_center: str = "40.735,-73.985"
    map_bounds: str = "-74.09,40.63,-73.86,40.89"
    # Further facts for GBFS, by the variables of docs/gbfs.md: (("SYSTEM_PHONE", "+1…"), …).
    facts: tuple[tuple[str, str], ...] = ()
    # The formats its trip files may have (empty means all), and where they deviate:
    # {"tfl-2012": {"encoding": "utf-8"}} (docs/formats.md).
    trip_formats: tuple[str, ...] = ()
    trip_format_overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """One stage: its size, how long it keeps things, and how hard it is to destroy."""

    name: str
    system: SystemConfig
    region: str = "us-east-1"

    # If true, what holds data survives `cdk destroy`, and CloudFormation refuses to delete it.
    retain: bool
    customer_managed_key: bool

    zones: int
    kafka: Literal["serverless", "provisioned"] = "serverless"
    kafka_broker: str = "kafka.m7g.large"
    kafka_retention_days: int
    live_partitions: int
    backfill_partitions: int

    database_instance: str
    database_gib: int
    database_multi_az: bool
    database_backup_days: int
    # Trips that ended longer ago are forgotten day by day (docs/decisions/0011); None keeps all.
    keep_trips_days: int | None = None

    publishers_at_once: int
    backfill_publishers_at_once: int
    # A public feed to poll: its gbfs.json, and any other hosts that its list of feeds names.
    gbfs_urls: tuple[str, ...] = ()
    gbfs_hosts: tuple[str, ...] = ()
    gbfs_poll_minutes: int = 1
    streaming_engine: Literal["glue", "emr-serverless"] = "glue"
    streaming_workers: int
    streaming_worker: Literal["G_025X", "G_1X"]
    max_records_per_trigger: int
    backfill_max_records_per_trigger: int

    # What looks up addresses; "none" saves the endpoint and leaves coordinates and stations.
    geocoder: Literal["amazon", "none"] = "amazon"
    api_memory_mib: int
    requests_per_second: int
    requests_per_address: int
    # The base of absolute links. A stage without its own domain knows its address only after the
    # first deploy (the output Url); until then the links name the gateway.
    public_url: str | None = None
    domain_name: str | None = None
    certificate_arn: str | None = None

    log_days: int
    alarm_email: str | None = None
    monthly_budget_usd: int


SYSTEM = SystemConfig()
FEED = "https://gbfs.citibikenyc.com/gbfs/gbfs.json"
FEED_HOST = "gbfs.lyft.com"

DEV = StageConfig(
    name="dev",
    system=SYSTEM,
    retain=False,
    customer_managed_key=False,
    zones=2,
    kafka_retention_days=1,
    live_partitions=2,
    backfill_partitions=2,
    database_instance="t4g.micro",
    database_gib=20,
    database_multi_az=False,
    database_backup_days=1,
    publishers_at_once=2,
    backfill_publishers_at_once=2,
    streaming_workers=2,
    streaming_worker="G_025X",
    max_records_per_trigger=400,
    backfill_max_records_per_trigger=400,
    api_memory_mib=512,
    requests_per_second=50,
    requests_per_address=1_000,
    log_days=7,
    monthly_budget_usd=900,
)

CITY = StageConfig(
    name="city",
    system=SYSTEM,
    retain=True,
    customer_managed_key=True,
    zones=2,
    kafka_retention_days=7,
    live_partitions=4,
    backfill_partitions=4,
    database_instance="t4g.medium",
    database_gib=100,
    database_multi_az=True,
    database_backup_days=14,
    publishers_at_once=5,
    backfill_publishers_at_once=2,
    gbfs_urls=(FEED,),
    gbfs_hosts=(FEED_HOST,),
    streaming_workers=3,
    streaming_worker="G_025X",
    max_records_per_trigger=400,
    backfill_max_records_per_trigger=400,
    api_memory_mib=1_024,
    requests_per_second=500,
    requests_per_address=2_000,
    log_days=90,
    monthly_budget_usd=1_600,
)

METRO = StageConfig(
    name="metro",
    system=SYSTEM,
    retain=True,
    customer_managed_key=True,
    zones=3,
    kafka="provisioned",
    kafka_retention_days=7,
    live_partitions=12,
    backfill_partitions=12,
    database_instance="r7g.large",
    database_gib=400,
    database_multi_az=True,
    database_backup_days=35,
    publishers_at_once=20,
    backfill_publishers_at_once=5,
    gbfs_urls=(FEED,),
    gbfs_hosts=(FEED_HOST,),
    streaming_workers=4,
    streaming_worker="G_1X",
    max_records_per_trigger=2_000,
    backfill_max_records_per_trigger=4_000,
    api_memory_mib=1_769,
    requests_per_second=2_000,
    requests_per_address=2_000,
    log_days=365,
    monthly_budget_usd=5_000,
)

STAGES = {stage.name: stage for stage in (DEV, CITY, METRO)}
