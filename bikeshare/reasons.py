"""The codes under which rejected rows are counted; docs/messages.md says what each means."""

from enum import StrEnum


class Reason(StrEnum):
    """Why one row was set aside."""

    WRONG_COLUMNS = "wrong_columns"
    UNREADABLE_TIME = "unreadable_time"
    NO_START_TIME = "no_start_time"
    END_BEFORE_START = "end_before_start"
    TIME_IN_FUTURE = "time_in_future"
    BAD_ENCODING = "bad_encoding"
    LINE_TOO_LONG = "line_too_long"
    UNBALANCED_QUOTE = "unbalanced_quote"
    NO_TRIP_ID = "no_trip_id"
    NO_STATION_ID = "no_station_id"
    NOT_AN_OBJECT = "not_an_object"
    UNREADABLE_NUMBER = "unreadable_number"
