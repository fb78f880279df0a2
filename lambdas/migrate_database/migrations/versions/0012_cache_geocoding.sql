-- All that is kept of a search for an address, and all that the API may write.

-- What an address, written in its normal form, was found to mean: [[lat, lon, name], …], the best first.
CREATE TABLE geocode_cache (
    asked text COLLATE "C" PRIMARY KEY CHECK (length(asked) <= 400),
    places jsonb NOT NULL CHECK (jsonb_typeof(places) = 'array' AND jsonb_array_length(places) <= 20),
    known_until timestamptz NOT NULL
);
CREATE INDEX geocode_cache_known_until ON geocode_cache (known_until);

-- When a service may be asked next; it bears one request a second, however many ask here.
CREATE TABLE geocode_turn (
    provider text COLLATE "C" PRIMARY KEY CHECK (length(provider) <= 300),
    free_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON geocode_cache TO bikeshare_api;
GRANT SELECT, INSERT, UPDATE ON geocode_turn TO bikeshare_api;
