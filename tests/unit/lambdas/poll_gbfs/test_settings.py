import pytest

from bikeshare.errors import SettingsError
from lambdas.poll_gbfs.settings import PollSettings

ENVIRONMENT = {"DROPS_BUCKET": "drops", "GBFS_URLS": "https://gbfs.example.com/gbfs.json"}


class TestPollSettings:
    def test_may_go_where_its_own_addresses_are(self) -> None:
        """Other hosts are the operator's choice, by name."""
        assert PollSettings.from_env(ENVIRONMENT).reach.hosts == {"gbfs.example.com"}
        more = PollSettings.from_env({**ENVIRONMENT, "GBFS_HOSTS": "a.example.com, B.example.com"})
        assert more.reach.hosts == {"gbfs.example.com", "a.example.com", "b.example.com"}
        assert not more.reach.allow_local

    @pytest.mark.parametrize("name", ENVIRONMENT)
    def test_names_what_is_missing(self, name: str) -> None:
        """A deployment that lacks one must learn which."""
        with pytest.raises(SettingsError, match=f"{name} is not set"):
            PollSettings.from_env({**ENVIRONMENT, name: ""})

    @pytest.mark.parametrize(
        "url",
        [
            "http://gbfs.example.com/",
            "gbfs.example.com",
            "https:///a",
            "https://[bad/",
            "https://gbfs.example.com:abc/",
        ],
    )
    def test_refuses_an_address_that_is_not_https(self, url: str) -> None:
        """Anyone on the way could forge the city's counts."""
        with pytest.raises(SettingsError, match="must be an https address"):
            PollSettings.from_env({**ENVIRONMENT, "GBFS_URLS": url})

    def test_takes_http_where_local_is_allowed(self) -> None:
        """For tests, and for one machine."""
        env = {**ENVIRONMENT, "GBFS_URLS": "http://127.0.0.1:1/", "GBFS_ALLOW_LOCAL": "true"}

        assert PollSettings.from_env(env).reach.allow_local
