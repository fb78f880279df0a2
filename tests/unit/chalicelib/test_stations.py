from chalicelib.stations import feature, station_object

from tests.support.served_stations import station_row


class TestStationObject:
    """The fields that clients rely on."""

    def test_has_the_contracts_fields(self) -> None:
        """A client written today must be able to read tomorrow's answers."""
        contract = {
            "station_id", "name", "lat", "lon", "capacity", "num_bikes_available",
            "num_docks_available", "is_renting", "is_returning", "last_reported", "anchored_at",
            "source", "drift", "aliases",
        }  # fmt: skip

        assert contract <= station_object(station_row()).keys()

    def test_writes_times_in_utc(self) -> None:
        """RFC 3339 with a Z, whatever the database's own zone."""
        shown = station_object(station_row(anchored_at=None))

        assert shown["last_reported"] == "2019-07-01T12:00:00.000000Z"
        assert shown["anchored_at"] is None


class TestFeature:
    """A station in GeoJSON."""

    def test_puts_the_longitude_first(self) -> None:
        """RFC 7946; six decimals are ten centimetres."""
        shown = feature(station_row(lat=40.71950012345, lon=-74.04310098765))

        assert shown["geometry"] == {"type": "Point", "coordinates": [-74.043101, 40.7195]}
        assert shown["id"] == "3186"
        assert "lat" not in shown["properties"]

    def test_keeps_a_station_whose_place_is_not_known(self) -> None:
        """It has bikes all the same; RFC 7946 has a null geometry for it."""
        assert feature(station_row(lat=None, lon=None))["geometry"] is None
