"""Where Manhattan's crossings are: the numbered grid, and the named streets below it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

# 6 Avenue at 42 Street; along_m runs up the avenues, across_m down the streets to the East River.
ORIGIN_LAT, ORIGIN_LON = 40.7549, -73.9840
AVENUES_EAST_OF_NORTH = math.radians(29)
LAT_DEGREE_M = 110_950
LON_DEGREE_M = 111_320 * math.cos(math.radians(ORIGIN_LAT))
STREET_M = 80.7
MIDDLE_STREET = 42
FIFTH_AVENUE_ACROSS_M = 290

# Name, metres across from 6 Avenue, and its first and last street on the grid and on land.
AVENUES = (
    ("11 Ave", -1385, 24, 57),
    ("10 Ave", -1084, 15, 58),
    ("9 Ave", -810, 15, 58),
    ("8 Ave", -555, 15, 58),
    ("7 Ave", -287, 14, 58),
    ("6 Ave", -14, 9, 58),
    ("5 Ave", 290, 9, 100),
    ("Madison Ave", 450, 24, 100),
    ("Park Ave", 612, 33, 96),
    ("Lexington Ave", 775, 22, 100),
    ("3 Ave", 920, 7, 100),
    ("2 Ave", 1130, 3, 100),
    ("1 Ave", 1350, 3, 92),
    ("York Ave", 1560, 62, 90),
    ("Avenue A", 1575, 2, 13),
    ("Avenue B", 1795, 2, 13),
    ("Avenue C", 2050, 3, 12),
    ("Avenue D", 2285, 3, 11),
    ("West End Ave", -1384, 62, 100),
    ("Amsterdam Ave", -1095, 60, 100),
    ("Columbus Ave", -805, 60, 100),
    ("Central Park West", -550, 62, 100),
)

# Below the grid: each street as a straight line between its two ends.
DOWNTOWN_AVENUES = (
    ("Greenwich St", (40.7375, -74.0070), (40.7090, -74.0123)),
    ("Hudson St", (40.7385, -74.0058), (40.7160, -74.0091)),
    ("W Broadway", (40.7272, -73.9997), (40.7155, -74.0098)),
    ("Broadway", (40.7254, -73.9969), (40.7046, -74.0136)),
    ("Lafayette St", (40.7270, -73.9940), (40.7145, -74.0030)),
    ("Mott St", (40.7245, -73.9943), (40.7150, -73.9985)),
    ("Chrystie St", (40.7232, -73.9910), (40.7158, -73.9948)),
    ("Allen St", (40.7226, -73.9889), (40.7145, -73.9926)),
    ("Norfolk St", (40.7215, -73.9859), (40.7165, -73.9883)),
    ("Clinton St", (40.7205, -73.9845), (40.7127, -73.9878)),
    ("Pitt St", (40.7205, -73.9813), (40.7148, -73.9842)),
    ("William St", (40.7098, -74.0063), (40.7050, -74.0105)),
    ("Broad St", (40.7072, -74.0104), (40.7030, -74.0118)),
    ("Front St", (40.7079, -74.0017), (40.7038, -74.0084)),
    ("7 Ave S", (40.7380, -74.0005), (40.7289, -74.0053)),
    ("6 Ave", (40.7335, -73.9998), (40.7224, -74.0057)),
    ("LaGuardia Pl", (40.7302, -73.9966), (40.7263, -73.9998)),
    ("University Pl", (40.7345, -73.9923), (40.7303, -73.9957)),
    ("Rutgers St", (40.7143, -73.9899), (40.7112, -73.9905)),
    ("Pike St", (40.7141, -73.9925), (40.7108, -73.9925)),
    ("Montgomery St", (40.7150, -73.9845), (40.7110, -73.9838)),
)
DOWNTOWN_STREETS = (
    ("Bank St", (40.7377, -74.0080), (40.7360, -74.0050)),
    ("Christopher St", (40.7327, -74.0085), (40.7335, -74.0040)),
    ("Houston St", (40.7290, -74.0095), (40.7205, -73.9815)),
    ("Prince St", (40.7274, -74.0036), (40.7228, -73.9938)),
    ("Spring St", (40.7258, -74.0080), (40.7205, -73.9945)),
    ("Broome St", (40.7243, -74.0047), (40.7158, -73.9835)),
    ("Stanton St", (40.7223, -73.9915), (40.7190, -73.9810)),
    ("Rivington St", (40.7215, -73.9932), (40.7176, -73.9808)),
    ("Grand St", (40.7224, -74.0040), (40.7140, -73.9810)),
    ("Canal St", (40.7243, -74.0110), (40.7143, -73.9890)),
    ("Franklin St", (40.7198, -74.0112), (40.7174, -74.0022)),
    ("Reade St", (40.7172, -74.0113), (40.7137, -74.0040)),
    ("Chambers St", (40.7165, -74.0115), (40.7127, -74.0040)),
    ("Murray St", (40.7155, -74.0126), (40.7126, -74.0066)),
    ("Barclay St", (40.7140, -74.0126), (40.7116, -74.0076)),
    ("Fulton St", (40.7120, -74.0112), (40.7064, -74.0022)),
    ("Liberty St", (40.7104, -74.0132), (40.7071, -74.0072)),
    ("Wall St", (40.7080, -74.0118), (40.7043, -74.0058)),
    ("Maiden Ln", (40.7097, -74.0105), (40.7051, -74.0054)),
    ("Beaver St", (40.7052, -74.0135), (40.7050, -74.0085)),
    ("Perry St", (40.7352, -74.0080), (40.7365, -74.0010)),
    ("W 10 St", (40.7337, -74.0085), (40.7347, -73.9985)),
    ("W 4 St", (40.7342, -74.0035), (40.7280, -73.9935)),
    ("Bleecker St", (40.7308, -74.0035), (40.7254, -73.9935)),
    ("E 8 St", (40.7325, -73.9975), (40.7300, -73.9915)),
    ("Madison St", (40.7119, -73.9990), (40.7133, -73.9835)),
    ("Cherry St", (40.7114, -73.9960), (40.7117, -73.9836)),
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two streets meet; along_m and across_m are metres in the grid's own directions."""

    name: str
    along_m: float
    across_m: float


def crossings() -> Iterator[Crossing]:
    """Yield every crossing a station may stand at, each name once."""
    for avenue, across_m, first, last in AVENUES:
        for street in range(first, last + 1):
            side = "W" if across_m < FIFTH_AVENUE_ACROSS_M else "E"
            along_m = (street - MIDDLE_STREET) * STREET_M
            yield Crossing(f"{side} {street} St & {avenue}", along_m, across_m)
    for (avenue, *ends), (crossing_street, *other_ends) in product(
        DOWNTOWN_AVENUES, DOWNTOWN_STREETS
    ):
        if met := meeting_point(*ends, *other_ends):
            yield Crossing(f"{crossing_street} & {avenue}", *grid_of(*met))


def meeting_point(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Return where the segments from a to b and from c to d cross; None if they do not."""
    ab, cd = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    turn = ab[0] * cd[1] - ab[1] * cd[0]
    if not turn:
        return None
    ac = (c[0] - a[0], c[1] - a[1])
    on_ab = (ac[0] * cd[1] - ac[1] * cd[0]) / turn
    on_cd = (ac[0] * ab[1] - ac[1] * ab[0]) / turn
    if not (0 <= on_ab <= 1 and 0 <= on_cd <= 1):
        return None
    return a[0] + on_ab * ab[0], a[1] + on_ab * ab[1]


def grid_of(lat: float, lon: float) -> Point:
    """Return metres along the avenues and across them."""
    north_m, east_m = (lat - ORIGIN_LAT) * LAT_DEGREE_M, (lon - ORIGIN_LON) * LON_DEGREE_M
    sin, cos = math.sin(AVENUES_EAST_OF_NORTH), math.cos(AVENUES_EAST_OF_NORTH)
    return east_m * sin + north_m * cos, east_m * cos - north_m * sin


def position_of(along_m: float, across_m: float) -> Point:
    """Return the latitude and longitude of a place on the grid."""
    sin, cos = math.sin(AVENUES_EAST_OF_NORTH), math.cos(AVENUES_EAST_OF_NORTH)
    east_m, north_m = along_m * sin + across_m * cos, along_m * cos - across_m * sin
    return ORIGIN_LAT + north_m / LAT_DEGREE_M, ORIGIN_LON + east_m / LON_DEGREE_M
