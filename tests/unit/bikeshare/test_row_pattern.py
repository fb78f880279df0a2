import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikeshare.row_pattern import RowForms

FIELDS = st.text(alphabet='a" ;|', max_size=4)
LINES = st.lists(
    st.one_of(
        st.sampled_from(['"a",b,c', 'a,"b,c",d', 'a,"b', 'c",d', "a,b", "", 'a"a,b,c', '"",b,""']),
        st.lists(FIELDS, min_size=1, max_size=4).map(",".join),
    ),
    min_size=1,
    max_size=6,
)
MIDDLE = {1: 1}


def by_the_csv_module(lines: list[str]) -> list[str] | None:
    """Return the middle fields if every line is a row of three columns, else None."""
    found = []
    for line in lines:
        try:
            rows = list(csv.reader([line], strict=True))
        except csv.Error:
            return None
        if len(rows) != 1 or len(rows[0]) != 3:
            return None
        found.append(rows[0][1])
    return found


class TestRowForms:
    @given(LINES)
    def test_cuts_what_the_csv_module_cuts_or_nothing(self, lines: list[str]) -> None:
        """A field cut in the wrong place would be published as it is."""
        forms = RowForms(",", 3)
        text, expected = "\n".join(lines), by_the_csv_module(lines)
        first = forms.fields(lines[0])

        for found in (
            forms.mixed({1: 1, 2: 2}).cut(text, len(lines)),
            first and forms.alike(first, {1: 1, 2: 2}, {}).cut(text, len(lines)),
        ):
            if found:
                read = [next(csv.reader([middle]), [""]) for middle in found[0]]
                assert expected == [fields[0] if fields else "" for fields in read]

    @pytest.mark.parametrize(
        "row", ["1,a,b", '1,"a",b', '1,"a,a",b', '"1","a","b"', '"1",a,', "1, ,b", '1,a"a,b']
    )
    def test_any_ordinary_row_is_cut(self, row: str) -> None:
        """Otherwise files of them would be read row by row."""
        forms = RowForms(",", 3)

        assert forms.mixed(MIDDLE | {2: 2}).cut("\n".join([row] * 5), 5)

    def test_quotes_may_be_cut_off(self) -> None:
        """From fields that are not looked up but copied unchanged."""
        forms = RowForms(";", 3)
        pattern = forms.alike(('"1"', "a", '"b"'), {}, {0: "", 1: "(a)(a*)", 2: ""})

        assert pattern.cut('"1";aaa;"b;c"\n"2";a;""', 2) == [
            ["1", "2"],
            ["a", "a"],
            ["aa", ""],
            ["b;c", ""],
        ]

    @pytest.mark.parametrize(
        "row",
        [
            '"1,a",b,c',  # a quoted delimiter makes up for a missing column
            '"1","a"x,"b"',
            '"1""","a","b"',
            '"1","a",b"',
            '","a",b',
            '"1",""a,"b"',
            '"1","a","b",',
            '"1","a"',
            '"1","a","b\n"',
            "",
        ],
    )
    @pytest.mark.parametrize("position", [0, 4, 8])
    def test_a_row_of_another_form_is_seen(self, row: str, position: int) -> None:
        """Wherever it is, and whatever is next to it."""
        forms = RowForms(",", 3)
        lines = ['"1","a","b"'] * 9
        fields = forms.fields(lines[0])
        lines[position] = row
        text = "\n".join(lines)
        assert fields

        pattern = forms.alike(fields, {1: 1, 2: 2}, {})

        assert pattern.cut('"1","a","b"\n"1","a","b"', 2) == [['"a"'] * 2, ['"b"'] * 2]
        assert pattern.cut(text, text.count("\n") + 1) is None
