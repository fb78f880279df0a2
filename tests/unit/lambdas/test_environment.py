import pytest

from bikeshare.errors import SettingsError
from lambdas.environment import required, whole_number


class TestRequired:
    def test_gives_what_is_set(self) -> None:
        """Surrounding spaces come from a shell or a template."""
        assert required({"NAME": " value "}, "NAME") == "value"

    @pytest.mark.parametrize("env", [{}, {"NAME": ""}, {"NAME": "  "}])
    def test_names_what_is_not(self, env: dict[str, str]) -> None:
        """CloudFormation sets a variable without a value to an empty text."""
        with pytest.raises(SettingsError, match=r"^NAME is not set$"):
            required(env, "NAME")


class TestWholeNumber:
    def test_gives_what_is_set_before_the_default(self) -> None:
        """A default is for when nothing is set."""
        assert whole_number({"NAME": " 7 "}, "NAME", 5) == 7
        assert whole_number({"NAME": " "}, "NAME", 5) == 5

    @pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "²"])
    def test_names_what_is_no_such_number(self, value: str) -> None:
        """Even with a default: whoever set it meant something else."""
        with pytest.raises(SettingsError, match=f"^NAME is '{value}'"):
            whole_number({"NAME": value}, "NAME", 5)

    def test_names_what_is_not_set_and_has_no_default(self) -> None:
        """A deployment that forgot it says so."""
        with pytest.raises(SettingsError, match=r"^NAME is ''"):
            whole_number({}, "NAME")
