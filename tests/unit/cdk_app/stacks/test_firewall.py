from typing import Any


class TestFirewall:
    def test_it_looks_for_known_attacks_and_floods(self, dev: Any) -> None:
        """A public address is scanned within minutes of its first deployment."""
        rules = {each["Name"]: each for each in dev.only("firewall", "AWS::WAFv2::WebACL")["Rules"]}
        assert rules["RateLimit"]["Statement"]["RateBasedStatement"]["Limit"] == 1_000
        assert set(rules) == {
            "RateLimit",
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesKnownBadInputsRuleSet",
        }
