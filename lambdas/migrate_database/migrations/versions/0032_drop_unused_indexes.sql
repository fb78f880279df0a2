-- Stations are all read at once, and chosen by version and place in memory. As every update changes the version, its
-- index also kept Postgres from writing the new row beside the old one without touching any index (HOT).
DROP INDEX station_status_version;
DROP INDEX station_place;
