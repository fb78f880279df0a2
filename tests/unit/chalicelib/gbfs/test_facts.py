import pytest
from chalicelib.settings import Settings

from bikeshare.errors import SettingsError


def read(**variables: str) -> Settings:
    """Read settings from these variables."""
    return Settings.from_env({"DATABASE_URL": "postgresql:///"} | variables)


class TestSystemFacts:
    """What only the operator knows."""

    def test_are_citi_bikes_for_citi_bike_alone(self) -> None:
        """Another system does not get New York's licence."""
        assert read().facts.license_url == "https://citibikenyc.com/data-sharing-policy"
        assert read(SYSTEM_ID="oslo").facts.license_url is None
        assert read(SYSTEM_ID="oslo").facts.operator is None

    def test_take_one_licence(self) -> None:
        """GBFS 3.0 has room for one, and the operator's own takes precedence over what we know."""
        own = read(SYSTEM_LICENSE_ID="CC0-1.0").facts

        assert (own.license_id, own.license_url) == ("CC0-1.0", None)
        with pytest.raises(SettingsError, match="SYSTEM_LICENSE_URL"):
            read(SYSTEM_LICENSE_ID="CC0-1.0", SYSTEM_LICENSE_URL="https://a.example")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PUBLIC_URL", "bikes.example"),
            ("PUBLIC_URL", "javascript:alert(1)"),
            ("SYSTEM_URL", "https://"),
            ("SYSTEM_LANGUAGE", "English"),
            ("SYSTEM_EMAIL", "nobody"),
            ("SYSTEM_FEED_CONTACT_EMAIL", "a@b"),
            ("SYSTEM_PHONE", "1-855-BIKE-311"),
            ("SYSTEM_LICENSE_ID", "all rights reserved"),
            ("SYSTEM_EBIKE_RANGE_M", "far"),
        ],
    )
    def test_fail_by_their_name(self, name: str, value: str) -> None:
        """A feed that no validator accepts is found at start-up, not by its readers."""
        with pytest.raises(SettingsError, match=name):
            read(**{name: value})
