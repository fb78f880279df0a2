"""`poll`: fetch a public feed once and drop what is new, as the scheduled function does on AWS."""

import time
from dataclasses import asdict
from datetime import UTC, datetime

from lambdas.poll_gbfs.fetching import Fetcher, Limits
from lambdas.poll_gbfs.notebook import Notebook
from lambdas.poll_gbfs.poller import Outcome, Polled, Poller
from lambdas.poll_gbfs.settings import PollSettings
from local_stack.client import emulated_aws, running_endpoints
from local_stack.deployment import BUCKET
from local_stack.home import Home
from local_stack.output import Output


def poll(home: Home, output: Output, *, urls: list[str], hosts: list[str]) -> int:
    """Poll each address once; return 1 if any failed."""
    s3 = emulated_aws(running_endpoints(home)).s3()
    settings = PollSettings.from_env(
        {
            "DROPS_BUCKET": BUCKET,
            "GBFS_URLS": ",".join(urls),
            "GBFS_HOSTS": ",".join(hosts),
            # A user of this machine may poll whatever the machine can reach.
            "GBFS_ALLOW_LOCAL": "true",
        }
    )
    poller = Poller(
        getter=Fetcher(reach=settings.reach, limits=Limits(), clock=time.monotonic),
        book=Notebook(client=s3, bucket=BUCKET),
        now=datetime.now(UTC),
    )
    polled = poller.run(settings.urls)
    output.result([asdict(each) for each in polled], "\n".join(map(_line, polled)))
    return int(any(each.outcome is Outcome.FAILED for each in polled))


def _line(polled: Polled) -> str:
    more = polled.key or polled.reason
    return f"{polled.outcome:9} {polled.url}{f'  {more}' if more else ''}"
