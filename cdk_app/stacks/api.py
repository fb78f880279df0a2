"""What answers: the Chalice application, and the edge that riders' browsers talk to."""

from dataclasses import dataclass

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from cdk_app import packages
from cdk_app.bundling import Workshop
from cdk_app.config import StageConfig
from cdk_app.parts import database as postgres
from cdk_app.parts.edge import Behind, Edge, OwnDomain
from cdk_app.parts.environments import reading
from cdk_app.parts.public_api import STAGE, ApiCode, ApiSize, PublicApi
from cdk_app.stacks.data import DataStack


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """What the API needs from the other stacks."""

    data: DataStack
    web_acl_arn: str


class ApiStack(Stack):
    """The API, which reads the database as a user that may write only the geocoder's two tables."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        upstream: Upstream,
        workshop: Workshop,
    ) -> None:
        super().__init__(
            scope,
            id_,
            env={"region": config.region},
            description=f"{config.system.name}: the public API and its edge",
            termination_protection=config.retain,
            cross_region_references=True,
        )
        data = upstream.data
        self.api = PublicApi(
            self,
            "Api",
            code=ApiCode(
                built=workshop.folder(packages.API), environment=_environment(config, data)
            ),
            size=ApiSize(
                memory_mib=config.api_memory_mib,
                requests_per_second=config.requests_per_second,
                log_days=config.log_days,
            ),
            network=data.network,
        )
        data.database.let_in(self.api.security_group, self.api.role, user=postgres.READER)
        if data.places is not None:
            self.api.search_places()
        self.edge = Edge(
            self,
            "Edge",
            behind=Behind(
                origin_domain=self.api.domain_name,
                origin_path=f"/{STAGE}",
                web_acl_arn=upstream.web_acl_arn,
            ),
            domain=_own_domain(config),
        )
        CfnOutput(self, "Url", value=f"https://{self.edge.distribution.distribution_domain_name}/")


def _environment(config: StageConfig, data: DataStack) -> dict[str, str]:
    system = config.system
    return {
        **reading(data.database),
        **_geocoder(data),
        **_public_url(config),
        "SYSTEM_ID": system.system_id,
        "SYSTEM_NAME": system.name,
        "SYSTEM_TIME_ZONE": system.time_zone,
        "MAP_CENTER": system.map_center,
        "MAP_BOUNDS": system.map_bounds,
        **dict(system.facts),
    }


def _geocoder(data: DataStack) -> dict[str, str]:
    """Return the geocoder's settings, with Amazon Location's endpoint in the closed network."""
    if data.places is None:
        return {"GEOCODER": "none"}
    return {"GEOCODER": "amazon", "GEOCODER_URL": data.places.url}


def _public_url(config: StageConfig) -> dict[str, str]:
    """Return the public address, if known: the distribution's name depends on the function."""
    own = f"https://{config.domain_name}" if config.domain_name else None
    address = config.public_url or own
    return {"PUBLIC_URL": address} if address else {}


def _own_domain(config: StageConfig) -> OwnDomain | None:
    if config.domain_name is None or config.certificate_arn is None:
        return None
    return OwnDomain(name=config.domain_name, certificate_arn=config.certificate_arn)
