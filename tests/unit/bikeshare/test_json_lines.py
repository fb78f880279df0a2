from bikeshare.errors import MalformedRowError
from bikeshare.json_lines import header_of_keys, keys_of, object_rows
from bikeshare.rows import Batch

KEYS = ["_id", "track", "travel_time"]


def fields(line: str) -> list[str] | MalformedRowError:
    """Return the only row of a line."""
    ((_, _, found),) = object_rows([Batch(first_line=1, text=line)], KEYS)
    return found


class TestKeysOf:
    def test_keys_make_a_header(self) -> None:
        """A file without a header line is recognised by the keys of its first object."""
        assert header_of_keys(keys_of('{"_id": 1, "a,b": 2, "\\ud800": 3}')) == '_id,"a,b",\ufffd'

    def test_other_lines_have_none(self) -> None:
        """They are refused by the header they lack."""
        assert keys_of("[1]") == keys_of("{") == keys_of("{}") == []


class TestObjectRows:
    def test_gives_values_as_they_are_written(self) -> None:
        """An id of 8358.10 is not a number, and MongoDB wraps times and ids in an object."""
        line = '{"travel_time": 8358.10, "_id": {"$oid": "58ec"}, "track": [1], "more": true}'

        assert fields(line) == ["58ec", '["1"]', "8358.10"]

    def test_what_an_object_lacks_is_empty(self) -> None:
        """Keys without a value are omitted in some years and null in others."""
        assert fields('{"track": null}') == ["", "", ""]

    def test_half_a_character_does_not_stop_the_file(self) -> None:
        """JSON can express a lone surrogate, but no record could be written with it."""
        assert fields('{"_id": "\\ud800"}') == ["\ufffd", "", ""]
