"""Spelling variants of words in street names; the built page's suggestions use the same."""

from typing import Final

COUNTING: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
)
SHORT_FORMS: Final = {
    long: short
    for short, forms in {
        "st": "street str saint",
        "ave": "avenue av avenues",
        "blvd": "boulevard",
        "pl": "place",
        "rd": "road",
        "dr": "drive",
        "sq": "square",
        "pkwy": "parkway",
        "ln": "lane",
        "ct": "court",
        "ter": "terrace",
        "hwy": "highway",
        "plz": "plaza",
        "ctr": "center centre",
        "sta": "station",
        "ft": "fort",
        "mt": "mount",
        "n": "north",
        "e": "east",
        "s": "south",
        "w": "west",
    }.items()
    for long in forms.split()
} | {word: str(number) for number, word in enumerate(COUNTING.split(), start=1)}
# Words that join two streets and identify neither.
JOINING: Final = frozenset({"and", "at", "of", "the", "corner", "near", "x"})
