-- The ledger of trips and snapshots, what is derived from it, and the account of every drop.
-- Ids are text compared by code point (COLLATE "C"), so every machine orders them alike.

-- Functions are the streaming job's alone; Postgres would let everyone call them.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- One row per trip: of all the versions received, the one that wins by rule T1.
CREATE TABLE trip (
    trip_key text COLLATE "C" PRIMARY KEY,
    bike_id text COLLATE "C",
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    start_station_id text COLLATE "C",
    end_station_id text COLLATE "C"
);

-- A bike's newest trip (T3).
CREATE INDEX trip_of_bike
    ON trip (bike_id, started_at DESC, ended_at DESC NULLS LAST, trip_key DESC)
    WHERE bike_id IS NOT NULL;

-- A station's dock events after its snapshot (T4).
CREATE INDEX trip_departure ON trip (start_station_id, started_at) WHERE start_station_id IS NOT NULL;
CREATE INDEX trip_arrival ON trip (end_station_id, ended_at) WHERE end_station_id IS NOT NULL;

-- Where each bike with an id is: docked at station_id, or out where that is null.
CREATE TABLE bike (
    bike_id text COLLATE "C" PRIMARY KEY,
    trip_key text COLLATE "C" NOT NULL,
    station_id text COLLATE "C"
);

-- Every id by which a trip row or a feed names a station, and what is counted under that id.
-- Counting by the id as received is what lets an alias be learned late (T10).
CREATE TABLE station_alias (
    alias text COLLATE "C" PRIMARY KEY,
    station_id text COLLATE "C" NOT NULL,
    component text COLLATE "C" NOT NULL,
    in_trips boolean NOT NULL DEFAULT false,
    has_bike_ids boolean NOT NULL DEFAULT false,
    docked_bikes integer NOT NULL DEFAULT 0,
    net_after_anchor integer NOT NULL DEFAULT 0,
    last_event_at timestamptz,
    name text,
    name_rank text COLLATE "C",
    lat double precision,
    lon double precision,
    place_rank text COLLATE "C"
) WITH (fillfactor = 50);
CREATE INDEX station_alias_station ON station_alias (station_id);
CREATE INDEX station_alias_component ON station_alias (component);

-- The two ids a snapshot states to be one place.
CREATE TABLE station_link (
    station_id text COLLATE "C",
    alias text COLLATE "C",
    PRIMARY KEY (station_id, alias)
);

-- The newest station_information record of each station of a feed.
CREATE TABLE station_information_snapshot (
    station_id text COLLATE "C" PRIMARY KEY,
    feed_at timestamptz NOT NULL,
    name text,
    lat double precision,
    lon double precision,
    capacity integer,
    content text COLLATE "C" NOT NULL
);

-- The newest station_status record of each station of a feed.
CREATE TABLE station_status_snapshot (
    station_id text COLLATE "C" PRIMARY KEY,
    feed_at timestamptz NOT NULL,
    num_bikes_available integer,
    num_ebikes_available integer,
    num_bikes_disabled integer,
    num_docks_available integer,
    num_docks_disabled integer,
    is_installed boolean,
    is_renting boolean,
    is_returning boolean,
    last_reported timestamptz,
    content text COLLATE "C" NOT NULL
);

-- A station as served: what changes seldom.
CREATE TABLE station (
    station_id text COLLATE "C" PRIMARY KEY,
    name text,
    lat double precision,
    lon double precision,
    capacity integer,
    aliases text[] NOT NULL,
    source text NOT NULL CHECK (source IN ('snapshot', 'trips', 'both'))
);
CREATE INDEX station_place ON station (lat, lon);

-- A station as served: what changes all the time.
CREATE TABLE station_status (
    station_id text COLLATE "C" PRIMARY KEY,
    num_bikes_available integer,
    num_ebikes_available integer,
    num_docks_available integer,
    is_installed boolean,
    is_renting boolean,
    is_returning boolean,
    last_reported timestamptz,
    anchored_at timestamptz,
    unheld_bikes integer,
    drift integer,
    net_flow integer NOT NULL,
    version bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX station_status_version ON station_status (version);

-- Departures and arrivals per minute, under the id as received.
CREATE TABLE station_flow (
    alias text COLLATE "C",
    minute timestamptz,
    departures integer NOT NULL,
    arrivals integer NOT NULL,
    PRIMARY KEY (alias, minute)
);

-- One row: the event clock, the version every change carries, and totals that need no scan.
CREATE TABLE system_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    event_clock timestamptz,
    version bigint NOT NULL DEFAULT 0,
    trips bigint NOT NULL DEFAULT 0
);
INSERT INTO system_state DEFAULT VALUES;

-- One object placed in the bucket.
CREATE TABLE drop (
    drop_id text PRIMARY KEY,
    key text,
    version_id text,
    lane text NOT NULL,
    size_bytes bigint,
    received_at timestamptz
);
CREATE INDEX drop_received ON drop (received_at DESC, drop_id);

-- One try at publishing a drop; outcome is null until its summary arrives.
CREATE TABLE attempt (
    drop_id text NOT NULL REFERENCES drop,
    attempt_id text NOT NULL,
    outcome text CHECK (outcome IN ('published', 'refused')),
    reason text,
    rows_read bigint,
    rows_published bigint,
    rows_rejected bigint,
    rejected jsonb,
    rejected_key text,
    first_event_at timestamptz,
    last_event_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    rows_seen bigint NOT NULL DEFAULT 0,
    rows_applied bigint NOT NULL DEFAULT 0,
    completed_at timestamptz,
    PRIMARY KEY (drop_id, attempt_id)
);

-- The fence: a Kafka record is counted once, however often it is read. It names the record by what
-- it holds, so a lost checkpoint or a copied topic cannot break it. Emptied as attempts complete.
CREATE TABLE applied_chunk (
    drop_id text,
    attempt_id text,
    chunk integer,
    PRIMARY KEY (drop_id, attempt_id, chunk)
);

-- The newest batches, for people and probes.
CREATE TABLE applied_batch (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane text NOT NULL,
    batch_id bigint NOT NULL,
    records bigint NOT NULL,
    rows_seen bigint NOT NULL,
    rows_applied bigint NOT NULL,
    newest_record_at timestamptz,
    applied_at timestamptz NOT NULL
);
CREATE INDEX applied_batch_newest ON applied_batch (lane, applied_at DESC);

-- Kafka records that could not be read, whole, with the reason: set aside, never lost.
CREATE TABLE unreadable_record (
    topic text,
    kafka_partition integer,
    kafka_offset bigint,
    reason text NOT NULL,
    value bytea,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, kafka_partition, kafka_offset)
);

-- Staging: a schema for each lane, so that the lanes never wait for each other's tables; functions find
-- their lane's by the search path. Emptied before each batch; unlogged, since a crash replays the batch.
CREATE SCHEMA live;

CREATE UNLOGGED TABLE live.staged_record (
    topic text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    published_at timestamptz NOT NULL,
    drop_id text,
    attempt_id text,
    drop_lane text,
    chunk integer,
    rows integer
);

CREATE UNLOGGED TABLE live.staged_trip (
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    trip_key text COLLATE "C" NOT NULL,
    bike_id text COLLATE "C",
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    start_station_id text COLLATE "C",
    start_station_name text,
    start_lat double precision,
    start_lon double precision,
    end_station_id text COLLATE "C",
    end_station_name text,
    end_lat double precision,
    end_lon double precision
);

CREATE UNLOGGED TABLE live.staged_station (
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    feed text NOT NULL CHECK (feed IN ('station_information', 'station_status')),
    feed_at timestamptz NOT NULL,
    station_id text COLLATE "C" NOT NULL,
    aliases jsonb,
    name text,
    lat double precision,
    lon double precision,
    capacity integer,
    num_bikes_available integer,
    num_ebikes_available integer,
    num_bikes_disabled integer,
    num_docks_available integer,
    num_docks_disabled integer,
    is_installed boolean,
    is_renting boolean,
    is_returning boolean,
    last_reported timestamptz
);

CREATE UNLOGGED TABLE live.staged_summary (
    drop_id text NOT NULL,
    attempt_id text NOT NULL,
    key text NOT NULL,
    version_id text,
    lane text NOT NULL,
    size_bytes bigint,
    received_at timestamptz,
    outcome text NOT NULL CHECK (outcome IN ('published', 'refused')),
    reason text,
    rows_read bigint NOT NULL,
    rows_published bigint NOT NULL,
    rows_rejected bigint NOT NULL,
    rejected jsonb,
    rejected_key text,
    first_event_at timestamptz,
    last_event_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz
);

CREATE UNLOGGED TABLE live.staged_unreadable (
    topic text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    reason text NOT NULL,
    value bytea
);

-- The trips a batch changes, old version beside new; the writer holding the lock empties it first.
CREATE UNLOGGED TABLE live.trip_change (
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    trip_key text COLLATE "C" NOT NULL,
    bike_id text COLLATE "C",
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    start_station_id text COLLATE "C",
    end_station_id text COLLATE "C",
    is_new boolean NOT NULL,
    old_bike_id text COLLATE "C",
    old_started_at timestamptz,
    old_ended_at timestamptz,
    old_start_station_id text COLLATE "C",
    old_end_station_id text COLLATE "C"
);

-- How many rows of each record of a batch changed anything.
CREATE UNLOGGED TABLE live.record_change (
    topic text NOT NULL,
    kafka_partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    rows_applied integer NOT NULL
);

CREATE SCHEMA backfill;
DO $$
DECLARE
    staging name;
BEGIN
    FOR staging IN SELECT tablename FROM pg_tables WHERE schemaname = 'live' LOOP
        EXECUTE format('CREATE UNLOGGED TABLE backfill.%I (LIKE live.%I INCLUDING CONSTRAINTS)', staging, staging);
    END LOOP;
END
$$;

-- The API may look and never touch; the roles' logins are RDS IAM on AWS and loopback locally.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bikeshare_api') THEN
        CREATE ROLE bikeshare_api LOGIN;
        ALTER ROLE bikeshare_api SET default_transaction_read_only = on;
        ALTER ROLE bikeshare_api SET statement_timeout = '5s';
    END IF;
EXCEPTION
    -- Two databases of one cluster may be migrated at once; roles are the cluster's.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
GRANT SELECT ON
    station, station_status, station_alias, station_flow, system_state, drop, attempt, applied_batch,
    unreadable_record
TO bikeshare_api;
