"""Amazon Location as a geopy geocoder, authorised by an AWS account's own permissions."""

from collections.abc import Sequence
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from geopy.exc import (
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)
from geopy.geocoders.base import Geocoder
from geopy.location import Location

ERRORS: Final = {
    "ThrottlingException": GeocoderRateLimited,
    "AccessDeniedException": GeocoderInsufficientPrivileges,
    "ValidationException": GeocoderQueryError,
}


class AmazonLocation(Geocoder):  # type: ignore[misc]  # geopy ships no types
    """Searches by SearchText of Amazon Location's Places; needs geo-places:SearchText."""

    def __init__(self, *, endpoint_url: str | None = None, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._client = boto3.client(
            "geo-places",
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=timeout, read_timeout=timeout, retries={"total_max_attempts": 1}
            ),
        )

    def geocode(
        self,
        query: str,
        *,
        bounding_box: Sequence[float] | None = None,
        bias: Sequence[float] | None = None,
        limit: int,
    ) -> list[Location]:
        """Find places in a box (west, south, east, north), or near a bias (longitude, latitude)."""
        asked: dict[str, Any] = {"QueryText": query, "MaxResults": limit}
        # Amazon must be told that answers are stored, which they are for thirty days.
        asked["IntendedUse"] = "Storage"
        if bounding_box is not None:
            asked["Filter"] = {"BoundingBox": list(bounding_box)}
        else:
            asked["BiasPosition"] = list(bias or (0.0, 0.0))
        try:
            answer = self._client.search_text(**asked)
        except ClientError as error:
            kind = ERRORS.get(error.response["Error"].get("Code", ""), GeocoderServiceError)
            message = "Amazon Location refused"
            raise kind(message) from error
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            message = "Amazon Location took too long"
            raise GeocoderTimedOut(message) from error
        except BotoCoreError as error:
            message = "Amazon Location cannot be reached"
            raise GeocoderUnavailable(message) from error
        return [_location(item) for item in answer.get("ResultItems", [])]


def _location(item: dict[str, Any]) -> Location:
    lon, lat = item["Position"]
    label = item.get("Address", {}).get("Label") or item.get("Title")
    return Location(label, (lat, lon), item)
