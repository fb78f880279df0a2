import pytest
from chalicelib.geocoding.settings import (
    OPENSTREETMAP_NOMINATIM,
    GeocoderSettings,
    Provider,
    geocoders_from_env,
)

from bikeshare.errors import SettingsError


class TestGeocodersFromEnv:
    """Who is asked for addresses."""

    def test_nobody_unless_named(self) -> None:
        """No text leaves the machine unless somebody asks for it."""
        assert geocoders_from_env({}) == ()
        assert geocoders_from_env({"GEOCODER": "none"}) == ()

    def test_the_first_then_the_second(self) -> None:
        """Each has its own URL; Amazon's is known."""
        read = geocoders_from_env(
            {
                "GEOCODER": "Nominatim",
                "GEOCODER_USER_AGENT": "us (ops@example.org)",
                "GEOCODER_SECOND": "amazon",
                "GEOCODER_SECOND_ATTRIBUTION": "© us",
            }
        )

        agent = "us (ops@example.org)"
        assert read == (
            GeocoderSettings(
                provider=Provider.NOMINATIM,
                url=OPENSTREETMAP_NOMINATIM,
                user_agent=agent,
                attribution="© OpenStreetMap contributors",
            ),
            GeocoderSettings(provider=Provider.AMAZON, user_agent=agent, attribution="© us"),
        )
        assert [one.name for one in read] == ["nominatim nominatim.openstreetmap.org", "amazon"]

    @pytest.mark.parametrize(
        ("environment", "name"),
        [
            ({"GEOCODER": "google"}, "GEOCODER is 'google'"),
            ({"GEOCODER": "pelias"}, "GEOCODER_URL is ''"),
            ({"GEOCODER": "nominatim", "GEOCODER_URL": "file:///etc/passwd"}, "GEOCODER_URL"),
            ({"GEOCODER_SECOND": "amazon"}, "GEOCODER is not"),
        ],
    )
    def test_a_bad_one_fails_by_its_name(self, environment: dict[str, str], name: str) -> None:
        """At deployment, not at the first search."""
        with pytest.raises(SettingsError, match=name):
            geocoders_from_env(environment)
