"""The closed network: no route to the internet, and private endpoints of the AWS services."""

from dataclasses import dataclass

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from cdk_app.parts.findings import explain
from cdk_app.parts.log_group import log_group

# Ten host bits per subnet: Glue takes an address per worker, Lambda one per sandbox.
SUBNET_MASK = 22
HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class Door:
    """The endpoint of one AWS service in the closed network."""

    endpoint: ec2.InterfaceVpcEndpoint

    @property
    def url(self) -> str:
        """Its own URL, for a service whose SDK uses a host name the endpoint does not cover."""
        zone_and_name = Fn.select(0, self.endpoint.vpc_endpoint_dns_entries)
        return f"https://{Fn.select(1, Fn.split(':', zone_and_name))}"


class Network(Construct):
    """
    A VPC of isolated subnets without a NAT gateway.

    What needs the internet runs outside it; what runs inside reaches S3 through a gateway endpoint
    and other services through interface endpoints.
    """

    def __init__(self, scope: Construct, id_: str, *, zones: int, log_days: int) -> None:
        super().__init__(scope, id_)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.20.0.0/16"),
            # By index, because the account, and so its zones, are not known at synthesis.
            availability_zones=[Fn.select(zone, Fn.get_azs()) for zone in range(zones)],
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="isolated",
                    subnet_type=ec2.SubnetType.PRIVATE_ISOLATED,
                    cidr_mask=SUBNET_MASK,
                )
            ],
        )
        # Only rejected connections are worth logging; accepted ones would only cost.
        self.vpc.add_flow_log(
            "Refused",
            traffic_type=ec2.FlowLogTrafficType.REJECT,
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group(self, days=log_days)),
        )
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)

    def open_door(self, name: str, service: ec2.IInterfaceVpcEndpointService) -> Door:
        """Make an AWS service reachable for the clients that security groups allow."""
        door = self.vpc.add_interface_endpoint(name, service=service)
        explain(
            door,
            "AwsSolutions-EC23",
            "The rule cannot read a range that is only known once the VPC is; it is the VPC's own.",
        )
        return Door(endpoint=door)

    def client_group(self, scope: Construct, *, description: str) -> ec2.SecurityGroup:
        """Return a group whose members may call AWS services, and at first nothing else."""
        group = ec2.SecurityGroup(
            scope,
            "SecurityGroup",
            vpc=self.vpc,
            description=description,
            allow_all_outbound=False,
        )
        group.add_egress_rule(
            ec2.Peer.any_ipv4(), ec2.Port.tcp(HTTPS), "AWS services through the VPC's endpoints"
        )
        return group
