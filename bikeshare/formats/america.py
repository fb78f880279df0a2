"""Formats of the other systems in the United States."""

from datetime import timedelta
from typing import Final

from bikeshare.formats.amendments import joined, point, without_thousands
from bikeshare.formats.trip_format import Role, TripFormat

HUBWAY_2011: Final = TripFormat(
    name="hubway-2011",
    title="Hubway 2011 to 2014",
    header=(
        "Duration,Start date,End date,Start station number,Start station name,"
        "End station number,End station name,Bike number,Member type,Zip code,Gender"
    ),
    columns={
        Role.BIKE_ID: "Bike number",
        Role.STARTED_AT: "Start date",
        Role.ENDED_AT: "End date",
        Role.START_STATION_ID: "Start station number",
        Role.START_STATION_NAME: "Start station name",
        Role.END_STATION_ID: "End station number",
        Role.END_STATION_NAME: "End station name",
    },
)

CAPITAL_2010: Final = TripFormat(
    name="capital-bikeshare-2010",
    title="Capital Bikeshare 2010 to 2020-03",
    header=(
        "Duration,Start date,End date,Start station number,Start station,"
        "End station number,End station,Bike number,Member type"
    ),
    columns={
        Role.BIKE_ID: "Bike number",
        Role.STARTED_AT: "Start date",
        Role.ENDED_AT: "End date",
        Role.START_STATION_ID: "Start station number",
        Role.START_STATION_NAME: "Start station",
        Role.END_STATION_ID: "End station number",
        Role.END_STATION_NAME: "End station",
    },
)

DIVVY_2013: Final = TripFormat(
    name="divvy-2013",
    title="Divvy 2013 to 2019; Bike Share Toronto 2017 to 2018; Healthy Ride (Pittsburgh)",
    header=(
        "trip_id,start_time,end_time,bikeid,tripduration,from_station_id,from_station_name,"
        "to_station_id,to_station_name,usertype,gender,birthyear"
    ),
    columns={
        Role.TRIP_ID: "trip_id",
        Role.STARTED_AT: ("start_time", "starttime", "trip_start_time"),
        Role.ENDED_AT: ("end_time", "stoptime", "trip_stop_time"),
        Role.START_STATION_ID: "from_station_id",
        Role.START_STATION_NAME: "from_station_name",
        Role.END_STATION_ID: "to_station_id",
        Role.END_STATION_NAME: "to_station_name",
    },
    # Toronto's files leave the bike out.
    optional={Role.BIKE_ID: "bikeid"},
)

DIVVY_2018_Q1: Final = TripFormat(
    name="divvy-2018-q1",
    title="Divvy 2018-Q1 and 2019-Q2",
    header=(
        "01 - Rental Details Rental ID,01 - Rental Details Local Start Time,"
        "01 - Rental Details Local End Time,01 - Rental Details Bike ID,"
        "01 - Rental Details Duration In Seconds Uncapped,03 - Rental Start Station ID,"
        "03 - Rental Start Station Name,02 - Rental End Station ID,"
        "02 - Rental End Station Name,User Type,Member Gender,"
        "05 - Member Details Member Birthday Year"
    ),
    columns={
        Role.TRIP_ID: "01 - Rental Details Rental ID",
        Role.BIKE_ID: "01 - Rental Details Bike ID",
        Role.STARTED_AT: "01 - Rental Details Local Start Time",
        Role.ENDED_AT: "01 - Rental Details Local End Time",
        Role.START_STATION_ID: "03 - Rental Start Station ID",
        Role.START_STATION_NAME: "03 - Rental Start Station Name",
        Role.END_STATION_ID: "02 - Rental End Station ID",
        Role.END_STATION_NAME: "02 - Rental End Station Name",
    },
)

BAY_AREA_2013: Final = TripFormat(
    name="bay-area-bike-share-2013",
    title="Bay Area Bike Share 2013 to 2016",
    header=(
        "Trip ID,Duration,Start Date,Start Station,Start Terminal,End Date,End Station,"
        "End Terminal,Bike #,Subscription Type,Zip Code"
    ),
    columns={
        Role.TRIP_ID: "Trip ID",
        Role.BIKE_ID: "Bike #",
        Role.STARTED_AT: "Start Date",
        Role.ENDED_AT: "End Date",
        Role.START_STATION_ID: "Start Terminal",
        Role.START_STATION_NAME: "Start Station",
        Role.END_STATION_ID: "End Terminal",
        Role.END_STATION_NAME: "End Station",
    },
)

FORD_GOBIKE_2017: Final = TripFormat(
    name="ford-gobike-2017",
    title="Ford GoBike and Bay Wheels 2017 to 2020-03",
    header=(
        "duration_sec,start_time,end_time,start_station_id,start_station_name,"
        "start_station_latitude,start_station_longitude,end_station_id,end_station_name,"
        "end_station_latitude,end_station_longitude,bike_id,user_type,bike_share_for_all_trip"
    ),
    columns={
        Role.BIKE_ID: "bike_id",
        Role.STARTED_AT: "start_time",
        Role.ENDED_AT: "end_time",
        Role.START_STATION_ID: "start_station_id",
        Role.START_STATION_NAME: "start_station_name",
        Role.START_LAT: "start_station_latitude",
        Role.START_LON: "start_station_longitude",
        Role.END_STATION_ID: "end_station_id",
        Role.END_STATION_NAME: "end_station_name",
        Role.END_LAT: "end_station_latitude",
        Role.END_LON: "end_station_longitude",
    },
)

INDEGO_2015: Final = TripFormat(
    name="indego-2015",
    title="Indego (Philadelphia) 2015 on; Metro Bike Share (Los Angeles) 2016 on",
    header=(
        "trip_id,duration,start_time,end_time,start_station,start_lat,start_lon,end_station,"
        "end_lat,end_lon,bike_id,plan_duration,trip_route_category,passholder_type,bike_type"
    ),
    columns={
        Role.TRIP_ID: "trip_id",
        Role.BIKE_ID: "bike_id",
        Role.STARTED_AT: "start_time",
        Role.ENDED_AT: "end_time",
        Role.START_STATION_ID: ("start_station", "start_station_id"),
        Role.START_LAT: "start_lat",
        Role.START_LON: "start_lon",
        Role.END_STATION_ID: ("end_station", "end_station_id"),
        Role.END_LAT: "end_lat",
        Role.END_LON: "end_lon",
    },
)

POGOH_2022: Final = TripFormat(
    name="pogoh-2022",
    title="POGOH (Pittsburgh) 2022 on",
    header=(
        "Closed Status,Duration,Start Station Id,Start Date,Start Station Name,End Date,"
        "End Station Id,End Station Name,Rider Type"
    ),
    columns={
        Role.STARTED_AT: "Start Date",
        Role.ENDED_AT: "End Date",
        Role.START_STATION_ID: "Start Station Id",
        Role.START_STATION_NAME: "Start Station Name",
        Role.END_STATION_ID: "End Station Id",
        Role.END_STATION_NAME: "End Station Name",
    },
)

CHATTANOOGA_2012: Final = TripFormat(
    name="chattanooga-2012",
    title="Bike Chattanooga 2012 on",
    header=(
        "Member Type,Bike ID,Start Time,Start Station Name,Start Station ID,Start Location,"
        "End Time,End Station Name,End Station ID,End Location,Trip Duration in Minutes"
    ),
    columns={
        Role.BIKE_ID: "plain bike id",
        Role.STARTED_AT: "Start Time",
        Role.ENDED_AT: "End Time",
        Role.START_STATION_ID: "plain start station id",
        Role.START_STATION_NAME: "Start Station Name",
        Role.START_LAT: "start latitude",
        Role.START_LON: "start longitude",
        Role.END_STATION_ID: "plain end station id",
        Role.END_STATION_NAME: "End Station Name",
        Role.END_LAT: "end latitude",
        Role.END_LON: "end longitude",
    },
    amendments=(
        without_thousands("plain bike id", "Bike ID"),
        without_thousands("plain start station id", "Start Station ID"),
        without_thousands("plain end station id", "End Station ID"),
        point("start latitude", "start longitude", ("Start Location", "Start Station Location")),
        point("end latitude", "end longitude", ("End Location", "End Station Location")),
    ),
)

# A spreadsheet wrote all of Austin's numbers with a thousands comma: even the year is 2,023.
_AUSTIN_IDS: Final = (
    without_thousands("plain trip id", "Trip ID"),
    without_thousands("plain bicycle id", "Bicycle ID"),
    without_thousands("plain checkout kiosk id", "Checkout Kiosk ID"),
    without_thousands("plain return kiosk id", "Return Kiosk ID"),
)

AUSTIN_2022: Final = TripFormat(
    name="austin-2022",
    title="Austin 2022 on",
    header=(
        "Trip ID,Membership or Pass Type,Bicycle ID,Bike Type,Checkout Datetime,Checkout Date,"
        "Checkout Time,Checkout Kiosk ID,Checkout Kiosk,Return Kiosk ID,Return Kiosk,"
        "Trip Duration Minutes,Month,Year"
    ),
    columns={
        Role.TRIP_ID: "plain trip id",
        Role.BIKE_ID: "plain bicycle id",
        Role.STARTED_AT: "Checkout Datetime",
        Role.DURATION: "Trip Duration Minutes",
        Role.START_STATION_ID: "plain checkout kiosk id",
        Role.START_STATION_NAME: "Checkout Kiosk",
        Role.END_STATION_ID: "plain return kiosk id",
        Role.END_STATION_NAME: "Return Kiosk",
    },
    duration_unit=timedelta(minutes=1),
    amendments=_AUSTIN_IDS,
)

AUSTIN_2013: Final = TripFormat(
    name="austin-2013",
    title="Austin 2013 to 2022: no column says date and time of day together",
    header=(
        "Trip ID,Membership Type,Bicycle ID,Checkout Date,Checkout Time,Checkout Kiosk ID,"
        "Checkout Kiosk,Return Kiosk ID,Return Kiosk,Trip Duration Minutes,Month,Year"
    ),
    columns={**AUSTIN_2022.columns, Role.STARTED_AT: "checkout"},
    duration_unit=timedelta(minutes=1),
    amendments=(*_AUSTIN_IDS, joined("checkout", "Checkout Date", "Checkout Time")),
)

FORMATS: Final = (
    HUBWAY_2011,
    CAPITAL_2010,
    DIVVY_2013,
    DIVVY_2018_Q1,
    BAY_AREA_2013,
    FORD_GOBIKE_2017,
    INDEGO_2015,
    POGOH_2022,
    CHATTANOOGA_2012,
    AUSTIN_2022,
    AUSTIN_2013,
)
