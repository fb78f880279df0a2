"""
List prices in US dollars, us-east-1, without free tiers, discounts and taxes.

They were typed in from memory of AWS's price pages of the year below and never checked: before
relying on a total, verify the prices that dominate it.
"""

from typing import Final

AS_OF: Final = "2025"
REGION: Final = "us-east-1"
HOURS: Final = 730

KAFKA_SERVERLESS_HOUR: Final = 0.75
KAFKA_SERVERLESS_PARTITION_HOUR: Final = 0.0015
KAFKA_SERVERLESS_IN_GB: Final = 0.10
KAFKA_SERVERLESS_OUT_GB: Final = 0.05
KAFKA_BROKER_HOUR: Final = {"kafka.m7g.large": 0.204, "kafka.m7g.xlarge": 0.408}
KAFKA_STORAGE_GB_MONTH: Final = 0.10

# In one zone; a second zone doubles instance and storage.
DATABASE_HOUR: Final = {
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.r7g.large": 0.239,
    "db.r7g.xlarge": 0.478,
}
DATABASE_STORAGE_GB_MONTH: Final = 0.115
# Per vCPU of the instance behind it; every instance above has two or four.
PROXY_VCPU_HOUR: Final = 0.015
VCPUS: Final = {"db.r7g.xlarge": 4}
FEWEST_VCPUS: Final = 2

GLUE_DPU_HOUR: Final = 0.44
DPUS: Final = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0}
EMR_VCPU_HOUR: Final = 0.052624
EMR_GB_HOUR: Final = 0.0057785

ENDPOINT_ZONE_HOUR: Final = 0.01
SECRET_MONTH: Final = 0.40
KEY_MONTH: Final = 1.00
FIREWALL_MONTH: Final = 5.00
FIREWALL_RULE_MONTH: Final = 1.00
FIREWALL_REQUEST: Final = 0.60e-6
ALARM_MONTH: Final = 0.10
DASHBOARD_MONTH: Final = 3.00
METRIC_MONTH: Final = 0.30

LAMBDA_REQUEST: Final = 0.20e-6
# On arm64.
LAMBDA_GIB_S: Final = 0.0000133334
QUEUE_REQUEST: Final = 0.40e-6
BUCKET_WRITE: Final = 5.0e-6
GATEWAY_REQUEST: Final = 3.50e-6
EDGE_REQUEST: Final = 1.00e-6
EDGE_FUNCTION_REQUEST: Final = 0.10e-6
EDGE_GB: Final = 0.085
# In the price class "Stored" of Amazon Location's Places, as answers are kept for thirty days.
ADDRESS: Final = 4.00e-3
