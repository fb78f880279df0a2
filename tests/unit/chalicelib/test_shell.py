from chalicelib.geocoding.settings import GeocoderSettings, Provider
from chalicelib.settings import Bounds, Settings
from chalicelib.shell import blocks_options, fill_shell, geocoder_credit, security_policy


class TestFillShell:
    """One deployment's settings in the page."""

    def test_escapes_what_the_settings_say(self) -> None:
        """A system's name is text wherever it appears."""
        settings = Settings(
            database="postgresql://nowhere",
            system_name='<b>"Bikes"</b>',
            map_bounds=Bounds(west=-74, south=40, east=-73, north=41),
        )

        filled = fill_shell(
            '<body data-name="$system_name" data-bounds="$bounds">$results',
            build="b",
            settings=settings,
            content={"results": "<li>"},
        )

        assert filled == (
            '<body data-name="&lt;b&gt;&quot;Bikes&quot;&lt;/b&gt;"'
            ' data-bounds="-74,40,-73,41"><li>'
        )


class TestGeocoderCredit:
    """Credit for the geocoders in use."""

    def test_names_each_service_once_and_as_text(self) -> None:
        """Their terms require it; an operator's own words are escaped."""
        one = GeocoderSettings(provider=Provider.NOMINATIM, attribution="© <OpenStreetMap>")
        settings = Settings(database="postgresql://nowhere", geocoders=(one, one))

        assert geocoder_credit(settings) == (
            '<p class="credit">Addresses: © &lt;OpenStreetMap&gt;</p>'
        )

    def test_is_nothing_without_a_service(self) -> None:
        """Nobody is credited for nothing."""
        assert geocoder_credit(Settings(database="postgresql://nowhere")) == ""


class TestSecurityPolicy:
    """What a browser lets the page do."""

    def test_allows_pictures_from_the_tile_host_alone(self) -> None:
        """With {s} in the address, the hosts differ in their first label."""
        policy = security_policy("https://{s}.tile.example/{z}/{x}/{y}.png")

        assert "img-src 'self' data: https://*.tile.example;" in policy
        assert "script-src 'self';" in policy

    def test_allows_no_host_without_tiles(self) -> None:
        """Nothing but ourselves."""
        assert "http" not in security_policy("")
        assert "unsafe" not in security_policy("/tiles/{z}/{x}/{y}.png")


class TestBlocksOptions:
    """How far a rider would walk."""

    def test_marks_the_choice(self) -> None:
        """Without scripts the form must come back as it was sent."""
        assert '<option value="1">1 block</option>' in blocks_options(3)
        assert '<option value="3" selected>3 blocks</option>' in blocks_options(3)
