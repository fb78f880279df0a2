import pytest
from chalicelib.settings import Bounds, PasswordlessDatabase, Settings

from bikeshare.errors import SettingsError

URL = "postgresql://bikeshare@127.0.0.1/bikeshare"


class TestSettings:
    """What the environment must say, and what it may omit."""

    def test_needs_only_a_database(self) -> None:
        """A newcomer sets one variable and gets New York."""
        settings = Settings.from_env({"DATABASE_URL": URL})

        assert settings.database == URL
        assert settings.time_zone == "America/New_York"
        assert settings.block_m == 260
        assert settings.map_bounds is None

    def test_takes_an_empty_tile_address_for_no_tiles(self) -> None:
        """No tiles work too: an office without internet gets a plain background."""
        assert Settings.from_env({"DATABASE_URL": URL, "MAP_TILES_URL": ""}).map_tiles_url == ""

    def test_enters_a_database_on_aws_without_a_password(self) -> None:
        """No function holds a static password."""
        settings = Settings.from_env(
            {"DATABASE_AUTH": "iam", "DATABASE_HOST": "proxy.example", "DATABASE_USER": "reader"}
        )

        assert settings.database == PasswordlessDatabase(
            host="proxy.example", port=5432, name="bikeshare", user="reader"
        )

    def test_reads_where_the_city_is(self) -> None:
        """Another city is another setting, not another build."""
        settings = Settings.from_env(
            {
                "DATABASE_URL": URL,
                "MAP_CENTER": "42.36, -71.06",
                "MAP_BOUNDS": "-71.2,42.2,-70.9,42.5",
                "BLOCK_M": "100",
            }
        )

        assert settings.map_center == (42.36, -71.06)
        assert settings.map_bounds == Bounds(west=-71.2, south=42.2, east=-70.9, north=42.5)
        assert settings.block_m == 100

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("MAP_CENTER", "north"),
            ("MAP_CENTER", "40.7"),
            ("MAP_CENTER", "140.7,-74.0"),
            ("MAP_CENTER", "nan,nan"),
            ("MAP_BOUNDS", "-74,41,-73,40"),
            ("MAP_TILES_URL", "javascript:alert(1)"),
            ("SYSTEM_TIME_ZONE", "New York"),
            ("SYSTEM_TIME_ZONE", "Europe"),
            ("BLOCK_M", "0"),
            ("DATABASE_URL", " "),
        ],
    )
    def test_names_the_variable_that_cannot_be_meant(self, name: str, value: str) -> None:
        """Whoever deploys sees which line of theirs is wrong."""
        with pytest.raises(SettingsError, match=name):
            Settings.from_env({"DATABASE_URL": URL, name: value})

    def test_names_a_port_that_is_no_number(self) -> None:
        """The same on AWS."""
        with pytest.raises(SettingsError, match="DATABASE_PORT"):
            Settings.from_env({"DATABASE_AUTH": "iam", "DATABASE_HOST": "h", "DATABASE_PORT": "x"})


class TestBounds:
    """A box of degrees."""

    def test_may_span_the_date_line(self) -> None:
        """West greater than east is Fiji, not nothing."""
        fiji = Bounds(west=177, south=-20, east=-178, north=-15)

        assert fiji.contains(-17, 179)
        assert fiji.contains(-17, -179)
        assert not fiji.contains(-17, 0)
        assert not fiji.contains(0, 179)
