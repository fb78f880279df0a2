from pathlib import Path

from local_stack.services.api import Api

USERS = {
    "PATH": "/bin",
    "MAP_TILES_URL": "",
    "SYSTEM_NAME": "Divvy",
    "AWS_SECRET_ACCESS_KEY": "real",
    "PGPASSWORD": "real",
    "PYTHONPATH": "/elsewhere",
}


class TestApi:
    def test_passes_the_users_settings_on(self, tmp_path: Path) -> None:
        """The map's place, its tiles and the system's name are the user's."""
        env = Api(home=tmp_path, dsn="postgresql://r@127.0.0.1/db", environment=USERS).command().env

        assert (env["SYSTEM_NAME"], env["MAP_TILES_URL"]) == ("Divvy", "")
        assert env["DATABASE_URL"] == "postgresql://r@127.0.0.1/db"

    def test_addresses_are_looked_up_unless_the_user_says_no(self, tmp_path: Path) -> None:
        """Off AWS, a Nominatim-compatible service is the default; some want no text to leave."""
        dsn = "postgresql://r@127.0.0.1/db"
        of_users = {**USERS, "GEOCODER": "none"}

        asked = [
            Api(home=tmp_path, dsn=dsn, environment=environment).command().env["GEOCODER"]
            for environment in (USERS, of_users)
        ]

        assert asked == ["nominatim", "none"]

    def test_keeps_what_is_not_its_business(self, tmp_path: Path) -> None:
        """No real key reaches a process that a browser can reach."""
        env = Api(home=tmp_path, dsn="postgresql://r@127.0.0.1/db", environment=USERS).command().env

        assert "real" not in env.values()
        assert "/elsewhere" not in env["PYTHONPATH"]
