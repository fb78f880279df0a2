"""Formats of Citi Bike, and of the systems that publish as it does."""

from typing import Final

from bikeshare.formats.trip_format import Role, TripFormat

WITH_BIKE_IDS: Final = TripFormat(
    name="citibike-2013",
    title="Citi Bike 2013-06 to 2021-01; Hubway and Bluebikes 2015 to 2023-03",
    header=(
        "tripduration,starttime,stoptime,start station id,start station name,"
        "start station latitude,start station longitude,end station id,end station name,"
        "end station latitude,end station longitude,bikeid,usertype,birth year,gender"
    ),
    # They also match in Title Case (2015 to 2017-03), quoted, or with underscores.
    columns={
        Role.BIKE_ID: "bikeid",
        Role.STARTED_AT: "starttime",
        Role.ENDED_AT: "stoptime",
        Role.START_STATION_ID: "start station id",
        Role.START_STATION_NAME: "start station name",
        Role.START_LAT: "start station latitude",
        Role.START_LON: "start station longitude",
        Role.END_STATION_ID: "end station id",
        Role.END_STATION_NAME: "end station name",
        Role.END_LAT: "end station latitude",
        Role.END_LON: "end station longitude",
    },
)

WITH_RIDE_IDS: Final = TripFormat(
    name="lyft-2020",
    title=(
        "Citi Bike 2021-02 on; Divvy and Capital Bikeshare 2020-04 on; Bay Wheels 2020-04 on; "
        "Bluebikes 2023-04 on"
    ),
    header=(
        "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
        "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual"
    ),
    columns={
        Role.TRIP_ID: "ride_id",
        Role.STARTED_AT: "started_at",
        Role.ENDED_AT: "ended_at",
        Role.START_STATION_ID: "start_station_id",
        Role.START_STATION_NAME: "start_station_name",
        Role.START_LAT: "start_lat",
        Role.START_LON: "start_lng",
        Role.END_STATION_ID: "end_station_id",
        Role.END_STATION_NAME: "end_station_name",
        Role.END_LAT: "end_lat",
        Role.END_LON: "end_lng",
    },
    optional={Role.BIKE_ID: "bike_id"},
)

FORMATS: Final = (WITH_BIKE_IDS, WITH_RIDE_IDS)
