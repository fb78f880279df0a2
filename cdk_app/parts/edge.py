"""What riders' browsers talk to: one HTTPS address, compressed, cached as the API says."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from cdk_app.parts.findings import explain

# An answer without Cache-Control is not cached; one with it, for at most this long.
LONGEST_CACHE_DAYS = 365
HSTS_DAYS = 365
# GBFS requires absolute URLs, and no template can give the API the name of its own edge.
TELL_HOST = """
function handler(event) {
    var request = event.request;
    request.headers["x-forwarded-host"] = {value: request.headers.host.value};
    return request;
}
"""


@dataclass(frozen=True, kw_only=True)
class OwnDomain:
    """A custom domain name, and its certificate, issued in us-east-1."""

    name: str
    certificate_arn: str


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The origin that the edge fetches answers from, and the web ACL that filters requests."""

    origin_domain: str
    origin_path: str
    web_acl_arn: str


class Edge(Construct):
    """A CloudFront distribution in front of the API, hiding its stage prefix."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        behind: Behind,
        domain: OwnDomain | None,
    ) -> None:
        super().__init__(scope, id_)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.HttpOrigin(
                    behind.origin_domain,
                    origin_path=behind.origin_path,
                    origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                    # CloudFront removes Accept, and API Gateway sends binary only to a request
                    # whose Accept is one of its binary types; here all types are.
                    custom_headers={"Accept": "*/*"},
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                compress=True,
                cache_policy=self._cache_policy(),
                function_associations=[self._told_host()],
                origin_request_policy=self._passed_headers(),
                response_headers_policy=self._security_headers(),
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            minimum_protocol_version=(
                cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None
            ),
            web_acl_id=behind.web_acl_arn,
            domain_names=[domain.name] if domain else None,
            certificate=self._certificate(domain) if domain else None,
        )
        explain(self, "AwsSolutions-CFR1", "A visitor may look at the map from any country.")
        explain(
            self,
            "AwsSolutions-CFR3",
            "Its log would hold what riders search for beside their addresses; "
            "API Gateway's tells paths alone.",
        )
        if domain is None:
            explain(
                self,
                "AwsSolutions-CFR4",
                "CloudFront's own name comes with CloudFront's own minimum; "
                "a stage with a domain of its own asks for TLS 1.2.",
            )

    def _certificate(self, domain: OwnDomain) -> certificates.ICertificate:
        return certificates.Certificate.from_certificate_arn(
            self, "Certificate", domain.certificate_arn
        )

    def _cache_policy(self) -> cloudfront.CachePolicy:
        """Cache as the API's own headers say, by path and query."""
        return cloudfront.CachePolicy(
            self,
            "Cache",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.days(LONGEST_CACHE_DAYS),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _told_host(self) -> cloudfront.FunctionAssociation:
        """Pass the requested host name in a header, overwriting any that the caller sent."""
        function = cloudfront.Function(
            self,
            "TellHost",
            code=cloudfront.FunctionCode.from_inline(TELL_HOST),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            comment="Says which name was asked",
        )
        return cloudfront.FunctionAssociation(
            function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
        )

    def _passed_headers(self) -> cloudfront.OriginRequestPolicy:
        """Pass that header on; it is no part of the cache key, since a name belongs to one edge."""
        return cloudfront.OriginRequestPolicy(
            self,
            "Passed",
            header_behavior=cloudfront.OriginRequestHeaderBehavior.allow_list("X-Forwarded-Host"),
            query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
        )

    def _security_headers(self) -> cloudfront.ResponseHeadersPolicy:
        """Add security headers, some of them only where the API has not set them itself."""
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                    override=False,
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(HSTS_DAYS),
                    include_subdomains=True,
                    override=True,
                ),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.SAMEORIGIN, override=False
                ),
            ),
        )
