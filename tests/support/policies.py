"""Policies from the templates, with their expressions evaluated as CloudFormation would."""

from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"
HERE = f"{REGION}:{ACCOUNT}"

# The ARN of each kind of resource once it is deployed under the name x.
ARNS = {
    "AWS::KMS::Key": f"arn:aws:kms:{HERE}:key/x",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{HERE}:log-group:x:*",
    "AWS::MSK::Cluster": f"arn:aws:kafka:{HERE}:cluster/x/x",
    "AWS::MSK::ServerlessCluster": f"arn:aws:kafka:{HERE}:cluster/x/x",
    "AWS::RDS::DBProxy": f"arn:aws:rds:{HERE}:db-proxy:x",
    "AWS::S3::Bucket": "arn:aws:s3:::x",
    "AWS::SQS::Queue": f"arn:aws:sqs:{HERE}:x",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{HERE}:secret:x",
    "AWS::SecretsManager::SecretTargetAttachment": f"arn:aws:secretsmanager:{HERE}:secret:x",
}
# The CDK's own functions, whose policies come with the pinned CDK version.
CDKS_OWN = ("AWS679f53fac002430cb0da5b7982bd2287", "CustomCDKBucketDeployment")


class Deployed:
    """Evaluates a template's expressions as CloudFormation would, with x for every name."""

    def __init__(self, synthesis: Any) -> None:
        self._resources: dict[str, str] = {}
        self._exports: dict[str, Any] = {}
        for stack in synthesis.stacks:
            template = synthesis.template(stack)
            self._resources |= {name: each["Type"] for name, each in template["Resources"].items()}
            for output in template.get("Outputs", {}).values():
                self._exports[output.get("Export", {}).get("Name", "")] = output["Value"]

    def text(self, value: Any) -> str:
        """Evaluate an expression."""
        if isinstance(value, str):
            return value
        [(function, given)] = value.items()
        read = {
            "Ref": self._named,
            "Fn::GetAtt": self._attribute,
            "Fn::ImportValue": lambda name: self.text(self._exports[name]),
            "Fn::Join": lambda parts: parts[0].join(map(self.text, parts[1])),
            "Fn::Select": self._selected,
            "Fn::Sub": lambda text: text.replace("${AWS::AccountId}", ACCOUNT),
        }
        return read[function](given)

    def _attribute(self, given: list[str]) -> str:
        name, attribute = given
        return ARNS.get(self._resources[name], "x") if attribute.endswith("Arn") else "x"

    def _selected(self, given: list[Any]) -> str:
        separator, whole = given[1]["Fn::Split"]
        return self.text(whole).split(separator)[int(given[0])]

    def _named(self, name: str) -> str:
        pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}
        if name in pseudo:
            return pseudo[name]
        kind = self._resources[name]
        return ARNS[kind] if "SecretsManager" in kind else "x"


def documents(synthesis: Any, stack: str, role: str) -> list[dict[str, Any]]:
    """Return the policies, as deployed, of the roles whose ids begin with `role`."""
    deployed = Deployed(synthesis)
    return [
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": each["Effect"],
                    "Action": each["Action"],
                    "Resource": [deployed.text(one) for one in listed(each["Resource"])],
                }
                for each in synthesis.statements(stack, role)
            ],
        }
    ]


def listed(value: Any) -> list[Any]:
    """Wrap a single value in a list."""
    return value if isinstance(value, list) else [value]
