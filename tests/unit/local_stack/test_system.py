"""The verbs read a system's files as its publishing functions do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bikeshare.errors import SettingsError
from local_stack.cli import main
from local_stack.home import Home
from local_stack.stack import Stack
from local_stack.system import SystemSettings
from local_stack.verbs import prepare, rejected, replay

OVERRIDES = '{"tfl-2012": {"encoding": "utf-8"}}'
OF_LONDON = {
    "SYSTEM_TIME_ZONE": "Europe/London",
    "TRIP_FORMATS": "tfl-2012,lyft-2020",
    "TRIP_FORMAT_OVERRIDES": OVERRIDES,
}


@pytest.fixture
def london(monkeypatch: pytest.MonkeyPatch) -> SystemSettings:
    """A shell with London's settings."""
    for name, value in OF_LONDON.items():
        monkeypatch.setenv(name, value)
    return SystemSettings.from_env(OF_LONDON)


class TestSystemSettings:
    def test_reads_what_the_publisher_reads(self) -> None:
        """One reading of them, or a replay differs from an upload."""
        system = SystemSettings.from_env({**OF_LONDON, "PART_LINES": "5", "PATH": "/bin"})

        assert system.time_zone == ZoneInfo("Europe/London")
        assert {(one.name, one.encoding) for one in system.formats} == {
            ("tfl-2012", "utf-8"),
            ("lyft-2020", "utf-8"),
        }
        assert system.given == {**OF_LONDON, "PART_LINES": "5"}

    def test_needs_nothing(self) -> None:
        """By default the city is New York."""
        system = SystemSettings.from_env({})

        assert (system.time_zone, system.given) == (ZoneInfo("America/New_York"), {})

    @pytest.mark.parametrize("name", [*OF_LONDON, "PART_LINES"])
    def test_names_what_is_wrong(self, name: str) -> None:
        """Whichever of them it is."""
        with pytest.raises(SettingsError, match=name):
            SystemSettings.from_env({name: "nonsense"})


class TestVerbs:
    @pytest.mark.parametrize(
        "verb", [["prepare", __file__], ["replay", __file__], ["rejected"], ["up"]]
    )
    def test_say_which_setting_is_wrong(
        self,
        verb: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Before anything starts, and each in the same words."""
        monkeypatch.setenv("SYSTEM_TIME_ZONE", "Europe")

        assert main(["--home", str(tmp_path), *verb]) == 1
        assert "SYSTEM_TIME_ZONE is 'Europe': it must be" in capsys.readouterr().err

    def test_the_stack_hands_them_to_its_functions(
        self, tmp_path: Path, london: SystemSettings
    ) -> None:
        """They publish in another process."""
        settings = Stack(Home(tmp_path), OF_LONDON).aws.function_settings

        assert london.given.items() <= settings.items()

    def test_prepare_hands_them_to_its_job(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, london: SystemSettings
    ) -> None:
        """Which runs in another process, too."""
        given: dict[str, Any] = {}

        def run_job(_home: Home, arguments: dict[str, Any], _env: object) -> Iterator[Any]:
            given.update(arguments)
            yield {"event": "error", "text": "enough"}

        monkeypatch.setattr(prepare, "run_job", run_job)
        main(["--home", str(tmp_path), "prepare", __file__, "--out", str(tmp_path)])

        assert given["time_zone"] == london.time_zone.key
        assert given["trip_formats"] == london.given["TRIP_FORMATS"]
        assert given["trip_format_overrides"] == OVERRIDES

    def test_replay_cuts_by_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, london: SystemSettings
    ) -> None:
        """A day in London was cut on New York's clock."""
        given: dict[str, Any] = {}
        monkeypatch.setattr(replay, "slices", lambda _files, **named: given.update(named) or ())
        monkeypatch.setattr(replay, "running_endpoints", lambda _home: None)
        monkeypatch.setattr(replay, "emulated_aws", NoAws)

        assert main(["--home", str(tmp_path), "replay", __file__]) == 0
        assert (given["time_zone"], given["formats"]) == (london.time_zone, london.formats)

    def test_rejected_writes_by_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, london: SystemSettings
    ) -> None:
        """Rows read in UTF-8 were written in the encoding that the format has elsewhere."""
        given: dict[str, Any] = {}
        monkeypatch.setattr(
            rejected, "write_for_mending", lambda *_, **named: given.update(named) or ()
        )
        monkeypatch.setattr(rejected, "running_endpoints", lambda _home: None)
        monkeypatch.setattr(rejected, "emulated_aws", NoAws)
        monkeypatch.setattr(rejected, "all_set_aside", lambda _s3: [Aside])

        arguments = ["rejected", "a", "--as-file", str(tmp_path / "out.csv")]
        assert main(["--home", str(tmp_path), *arguments]) == 0
        assert given["formats"] == london.formats


class Aside:
    """A drop that had rows set aside."""

    drop_id = name = "a"


class NoAws:
    """An account that nothing is asked of."""

    def __init__(self, _endpoints: object) -> None: ...

    def s3(self) -> None:
        """Return no client."""
