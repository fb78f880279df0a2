import pytest

from bikeshare.errors import UnknownHeaderError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import recognise
from bikeshare.formats.trip_format import Role, TripFormat, normal_name

MODERN = (
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
    "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual"
)


WITHOUT_TRIP_IDS = [
    known
    for known in KNOWN_FORMATS
    if Role.TRIP_ID not in {**known.columns, **known.optional} and not known.header.startswith("{")
]


class TestNormalName:
    @pytest.mark.parametrize(
        "spelling",
        ["Start Station ID", '"start station id"', "start_station_id", "StartStation Id"],
    )
    def test_spellings_of_one_name_agree(self, spelling: str) -> None:
        """Publishers change case, spaces and underscores from month to month."""
        assert normal_name(spelling) == "startstationid"

    def test_accents_do_not_matter(self) -> None:
        """Mexico City's headers lack theirs in some years."""
        assert normal_name("Género_Usuario") == normal_name("Genero_Usuario")


class TestRecognise:
    @pytest.mark.parametrize("known", KNOWN_FORMATS, ids=lambda known: known.name)
    def test_every_format_knows_its_own_header(self, known: TripFormat) -> None:
        """No other entry may claim a header from the one it is quoted in."""
        assert recognise(known.header).format is known

    @pytest.mark.parametrize(
        ("header", "name"),
        [
            (
                (
                    "Trip Duration,Start Time,Stop Time,Start Station ID,Start Station Name,"
                    "Start Station Latitude,Start Station Longitude,End Station ID,"
                    "End Station Name,End Station Latitude,End Station Longitude,Bike ID,"
                    "User Type,Birth Year,Gender"
                ),
                "citibike-2013",
            ),
            (
                (
                    '"tripduration","starttime","stoptime","start station id","start station name",'
                    '"start station latitude","start station longitude","end station id",'
                    '"end station name","end station latitude","end station longitude","bikeid",'
                    '"usertype","birth year","gender"'
                ),
                "citibike-2013",
            ),
            (
                (
                    "tripduration,starttime,stoptime,start_station_id,start_station_name,"
                    "start_station_latitude,start_station_longitude,end_station_id,end_station_name,"
                    "end_station_latitude,end_station_longitude,bikeid,usertype,postal code"
                ),
                "citibike-2013",
            ),
            (
                (
                    "Duration (ms),Start date,End date,Start station number,Start station,"
                    "End station number,End station,Bike number,Member Type"
                ),
                "capital-bikeshare-2010",
            ),
            (
                (
                    "trip_id,starttime,stoptime,bikeid,tripduration,from_station_id,"
                    "from_station_name,to_station_id,to_station_name,usertype,gender,birthday"
                ),
                "divvy-2013",
            ),
            (
                (
                    "trip_id,trip_start_time,trip_stop_time,trip_duration_seconds,from_station_id,"
                    "from_station_name,to_station_id,to_station_name,user_type"
                ),
                "divvy-2013",
            ),
            (
                (
                    "Trip id,Starttime,Stoptime,Bikeid,Tripduration,From station id,"
                    "From station name,To station id,To station name,Usertype"
                ),
                "divvy-2013",
            ),
            (
                (
                    "trip_id,duration,start_time,end_time,start_station_id,start_lat,start_lon,"
                    "end_station_id,end_lat,end_lon,bike_id,plan_duration,trip_route_category,"
                    "passholder_type"
                ),
                "indego-2015",
            ),
            (
                "start_date,emplacement_pk_start,end_date,emplacement_pk_end,duration_sec,is_member",
                "bixi-2014",
            ),
            (
                (
                    "Genero_Usuario,Edad_Usuario,Bici,Ciclo_Estacion_Retiro,Fecha_Retiro,Hora_Retiro,"
                    "Ciclo_EstacionArribo,Fecha Arribo,Hora_Arribo"
                ),
                "ecobici-2010",
            ),
            (
                (
                    "Departure,Return,Bike,Departure station,Return station,Membership Type,"
                    "Covered distance (m),Duration (sec.)"
                ),
                "mobi-2017",
            ),
        ],
    )
    def test_spellings_of_other_years(self, header: str, name: str) -> None:
        """Each is quoted from a published file or its description."""
        assert recognise(header).format.name == name

    def test_columns_are_found_by_name(self) -> None:
        """A publisher may reorder columns."""
        turned = ",".join(reversed(MODERN.split(",")))

        assert recognise(turned).index_of[Role.TRIP_ID] == 12
        assert recognise(MODERN).index_of[Role.TRIP_ID] == 0

    @pytest.mark.parametrize("written", ["Trip ID", "ride_id", "Rental Id"])
    @pytest.mark.parametrize("known", WITHOUT_TRIP_IDS, ids=lambda known: known.name)
    def test_a_trips_own_id_is_read_in_any_format(self, known: TripFormat, written: str) -> None:
        """An id counts even if the format's description has none (T1)."""
        delimiter = recognise(known.header).delimiter
        layout = recognise(f"{known.header}{delimiter}{written}")

        assert layout.index_of[Role.TRIP_ID] == layout.column_count - 1

    def test_columns_nobody_knows_are_passed_over(self) -> None:
        """A new column must not stop the file that has it."""
        layout = recognise(f"index,{MODERN},weather")

        assert (layout.format.name, layout.column_count) == ("lyft-2020", 15)

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_other_delimiters(self, delimiter: str) -> None:
        """A spreadsheet set to a European language saves semicolons."""
        layout = recognise(MODERN.replace(",", delimiter))

        assert (layout.delimiter, layout.column_count) == (delimiter, 13)

    def test_an_unknown_header_names_the_nearest_format(self) -> None:
        """The uploader learns what to fix without reading our code."""
        with pytest.raises(UnknownHeaderError, match="nearest is lyft-2020") as raised:
            recognise(MODERN.replace("started_at", "begun").replace("ended_at", "done"))

        assert raised.value.nearest == "lyft-2020"
        assert raised.value.missing == ("started_at", "ended_at")
        assert "also has: started_at, ended_at" in str(raised.value)

    @pytest.mark.parametrize(
        "header",
        [
            "station_id,name,lat,long,dockcount,landmark,installation",
            '{"last_updated": 1562342014, "ttl": 10}',
            "<html>",
            "61,2015-09-21 14:53:16,2015-09-21 14:54:17,3185,City Hall",
        ],
    )
    def test_what_is_like_nothing_gets_no_false_hint(self, header: str) -> None:
        """A station list or a file without a header resembles no format."""
        with pytest.raises(
            UnknownHeaderError, match="not the header of a known trip file"
        ) as raised:
            recognise(header)

        assert raised.value.nearest is None
