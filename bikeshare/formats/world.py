"""Formats of systems outside the United States."""

from typing import Final

from bikeshare.clocks import DateOrder
from bikeshare.formats.amendments import id_and_name, joined, point, without_decimals
from bikeshare.formats.trip_format import Role, TripFormat

BIXI_2014: Final = TripFormat(
    name="bixi-2014",
    title="Bixi (Montreal) 2014 to 2021",
    header="start_date,start_station_code,end_date,end_station_code,duration_sec,is_member",
    columns={
        Role.STARTED_AT: "start_date",
        Role.ENDED_AT: "end_date",
        Role.START_STATION_ID: ("start_station_code", "emplacement_pk_start"),
        Role.END_STATION_ID: ("end_station_code", "emplacement_pk_end"),
    },
)

BIXI_2022: Final = TripFormat(
    name="bixi-2022",
    title="Bixi (Montreal) 2022 on: no station ids, so its trips touch no station",
    header=(
        "STARTSTATIONNAME,STARTSTATIONARRONDISSEMENT,STARTSTATIONLATITUDE,STARTSTATIONLONGITUDE,"
        "ENDSTATIONNAME,ENDSTATIONARRONDISSEMENT,ENDSTATIONLATITUDE,ENDSTATIONLONGITUDE,"
        "STARTTIMEMS,ENDTIMEMS"
    ),
    columns={
        Role.STARTED_AT: "STARTTIMEMS",
        Role.ENDED_AT: "ENDTIMEMS",
        Role.START_STATION_NAME: "STARTSTATIONNAME",
        Role.START_LAT: "STARTSTATIONLATITUDE",
        Role.START_LON: "STARTSTATIONLONGITUDE",
        Role.END_STATION_NAME: "ENDSTATIONNAME",
        Role.END_LAT: "ENDSTATIONLATITUDE",
        Role.END_LON: "ENDSTATIONLONGITUDE",
    },
)

TFL_2012: Final = TripFormat(
    name="tfl-2012",
    title="Santander Cycles (London) 2012 to 2022-09",
    header=(
        "Rental Id,Duration,Bike Id,End Date,EndStation Id,EndStation Name,Start Date,"
        "StartStation Id,StartStation Name"
    ),
    columns={
        Role.TRIP_ID: "Rental Id",
        Role.BIKE_ID: "Bike Id",
        Role.STARTED_AT: "Start Date",
        Role.ENDED_AT: "End Date",
        Role.START_STATION_ID: "StartStation Id",
        Role.START_STATION_NAME: "StartStation Name",
        Role.END_STATION_ID: "EndStation Id",
        Role.END_STATION_NAME: "EndStation Name",
    },
    encoding="windows-1252",
    date_order=DateOrder.DAY_FIRST,
)

TFL_2022: Final = TripFormat(
    name="tfl-2022",
    title="Santander Cycles (London) 2022-09 on",
    header=(
        "Number,Start date,Start station number,Start station,End date,End station number,"
        "End station,Bike number,Bike model,Total duration,Total duration (ms)"
    ),
    columns={
        Role.TRIP_ID: "Number",
        Role.BIKE_ID: "Bike number",
        Role.STARTED_AT: "Start date",
        Role.ENDED_AT: "End date",
        Role.START_STATION_ID: "Start station number",
        Role.START_STATION_NAME: "Start station",
        Role.END_STATION_ID: "End station number",
        Role.END_STATION_NAME: "End station",
    },
    date_order=DateOrder.DAY_FIRST,
)

TORONTO_2019: Final = TripFormat(
    name="toronto-2019",
    title="Bike Share Toronto 2019 on",
    header=(
        "Trip Id,Trip  Duration,Start Station Id,Start Time,Start Station Name,End Station Id,"
        "End Time,End Station Name,Bike Id,User Type"
    ),
    columns={
        Role.TRIP_ID: "Trip Id",
        Role.BIKE_ID: "Bike Id",
        Role.STARTED_AT: "Start Time",
        Role.ENDED_AT: "End Time",
        Role.START_STATION_ID: "whole start station id",
        Role.START_STATION_NAME: "Start Station Name",
        Role.END_STATION_ID: "whole end station id",
        Role.END_STATION_NAME: "End Station Name",
    },
    amendments=(
        without_decimals("whole start station id", "Start Station Id"),
        without_decimals("whole end station id", "End Station Id"),
    ),
)

ECOBICI_2010: Final = TripFormat(
    name="ecobici-2010",
    title="Ecobici (Mexico City) 2010 on",
    header=(
        "Genero_Usuario,Edad_Usuario,Bici,Ciclo_Estacion_Retiro,Fecha_Retiro,Hora_Retiro,"
        "Ciclo_Estacion_Arribo,Fecha_Arribo,Hora_Arribo"
    ),
    columns={
        Role.BIKE_ID: "Bici",
        Role.STARTED_AT: "retiro",
        Role.ENDED_AT: "arribo",
        Role.START_STATION_ID: "Ciclo_Estacion_Retiro",
        Role.END_STATION_ID: "Ciclo_Estacion_Arribo",
    },
    date_order=DateOrder.DAY_FIRST,
    amendments=(
        joined("retiro", "Fecha_Retiro", "Hora_Retiro"),
        joined("arribo", "Fecha_Arribo", "Hora_Arribo"),
    ),
)

OSLO_2019: Final = TripFormat(
    name="oslo-2019",
    title="Oslo, Bergen and Trondheim 2019 on",
    header=(
        "started_at,ended_at,duration,start_station_id,start_station_name,"
        "start_station_description,start_station_latitude,start_station_longitude,"
        "end_station_id,end_station_name,end_station_description,end_station_latitude,"
        "end_station_longitude"
    ),
    columns={
        Role.STARTED_AT: "started_at",
        Role.ENDED_AT: "ended_at",
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

OSLO_2016: Final = TripFormat(
    name="oslo-2016",
    title="Oslo 2016 to 2018",
    header="Start station,Start time,End station,End time",
    columns={
        Role.STARTED_AT: "Start time",
        Role.ENDED_AT: "End time",
        Role.START_STATION_ID: "Start station",
        Role.END_STATION_ID: "End station",
    },
)

HELSINKI_2016: Final = TripFormat(
    name="helsinki-2016",
    title="Helsinki and Espoo 2016 on",
    header=(
        "Departure,Return,Departure station id,Departure station name,Return station id,"
        "Return station name,Covered distance (m),Duration (sec.)"
    ),
    columns={
        Role.STARTED_AT: "Departure",
        Role.ENDED_AT: "Return",
        Role.START_STATION_ID: "Departure station id",
        Role.START_STATION_NAME: "Departure station name",
        Role.END_STATION_ID: "Return station id",
        Role.END_STATION_NAME: "Return station name",
    },
)

MOBI_2017: Final = TripFormat(
    name="mobi-2017",
    title="Mobi (Vancouver) 2017 on",
    header=(
        "Departure,Return,Bike,Departure station,Return station,Membership type,"
        "Covered distance (m),Duration (sec.)"
    ),
    columns={
        Role.STARTED_AT: "Departure",
        Role.ENDED_AT: "Return",
        Role.START_STATION_ID: "departure station id",
        Role.START_STATION_NAME: "departure station name",
        Role.END_STATION_ID: "return station id",
        Role.END_STATION_NAME: "return station name",
    },
    optional={Role.BIKE_ID: "Bike"},
    amendments=(
        id_and_name("departure station id", "departure station name", "Departure station"),
        id_and_name("return station id", "return station name", "Return station"),
    ),
)

TASHU_2013: Final = TripFormat(
    name="tashu-2013",
    title="Tashu (Daejeon) 2013 on",
    header="대여스테이션,대여일시,반납스테이션,반납일시,이동거리,회원구분",
    columns={
        Role.STARTED_AT: "대여일시",
        Role.ENDED_AT: "반납일시",
        Role.START_STATION_ID: "대여스테이션",
        Role.END_STATION_ID: "반납스테이션",
    },
    encoding="euc-kr",
)

BICIMAD_2021: Final = TripFormat(
    name="bicimad-2021",
    title="BiciMAD (Madrid) 2021-07 on",
    header=(
        "fecha;idBike;fleet;trip_minutes;geolocation_unlock;address_unlock;unlock_date;locktype;"
        "unlocktype;geolocation_lock;address_lock;lock_date;station_unlock;dock_unlock;"
        "unlock_station_name;station_lock;dock_lock;lock_station_name"
    ),
    columns={
        Role.BIKE_ID: "idBike",
        Role.STARTED_AT: "unlock_date",
        Role.ENDED_AT: "lock_date",
        Role.START_STATION_ID: "whole unlock station",
        Role.START_STATION_NAME: "unlock_station_name",
        Role.START_LAT: "unlock latitude",
        Role.START_LON: "unlock longitude",
        Role.END_STATION_ID: "whole lock station",
        Role.END_STATION_NAME: "lock_station_name",
        Role.END_LAT: "lock latitude",
        Role.END_LON: "lock longitude",
    },
    optional={Role.TRIP_ID: "idTrip"},
    amendments=(
        without_decimals("whole unlock station", "station_unlock"),
        without_decimals("whole lock station", "station_lock"),
        point("unlock latitude", "unlock longitude", "geolocation_unlock"),
        point("lock latitude", "lock longitude", "geolocation_lock"),
    ),
)

BICIMAD_2017: Final = TripFormat(
    name="bicimad-2017",
    title="BiciMAD (Madrid) until 2021-06: a JSON object a line",
    header=(
        "_id,user_day_code,idplug_base,user_type,idunplug_base,travel_time,idunplug_station,"
        "ageRange,idplug_station,unplug_hourTime,zip_code"
    ),
    columns={
        Role.TRIP_ID: "_id",
        Role.STARTED_AT: "unplug_hourTime",
        Role.DURATION: "travel_time",
        Role.START_STATION_ID: "idunplug_station",
        Role.END_STATION_ID: "idplug_station",
    },
)

FORMATS: Final = (
    BIXI_2014,
    BIXI_2022,
    TFL_2012,
    TFL_2022,
    TORONTO_2019,
    ECOBICI_2010,
    OSLO_2019,
    OSLO_2016,
    HELSINKI_2016,
    MOBI_2017,
    TASHU_2013,
    BICIMAD_2021,
    BICIMAD_2017,
)
