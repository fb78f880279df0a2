"""What each deployable ships: a package names its own code and nothing it does not import."""

from cdk_app.bundling import GLUE, LAMBDA, Jars, Package, Source, ours

# What every function imports: the domain, and the reading of its environment.
SHARED = ("bikeshare", "lambdas/__init__.py", "lambdas/environment.py")

PUBLISHING = Package(
    name="publishing",
    machine=LAMBDA,
    sources=ours("bikeshare", "lambdas"),
    # A new migration or a change to the sweep must not redeploy the publishers.
    without=(
        *("forget_trips", "measure_lag", "migrate_database", "poll_gbfs", "sweep_drops"),
        *("drop_listing.py", "reading.py"),
    ),
    requirements="requirements/publish.txt",
)

MIGRATION = Package(
    name="migration",
    machine=LAMBDA,
    sources=ours(*SHARED, "lambdas/migrate_database"),
    requirements="requirements/migrate.txt",
)

SWEEPING = Package(
    name="sweeping",
    machine=LAMBDA,
    sources=ours(
        *SHARED,
        "lambdas/drop_listing.py",
        "lambdas/notifications.py",
        "lambdas/reading.py",
        "lambdas/sweep_drops",
    ),
    requirements="requirements/sweep.txt",
)

FORGETTING = Package(
    name="forgetting",
    machine=LAMBDA,
    sources=ours(*SHARED, "lambdas/forget_trips", "lambdas/reading.py"),
    # Like the sweep, it only signs in to the database and logs.
    requirements="requirements/sweep.txt",
)

MEASURING = Package(
    name="measuring",
    machine=LAMBDA,
    sources=ours(
        *SHARED,
        "lambdas/kafka.py",
        "lambdas/measure_lag",
        "lambdas/reading.py",
        "lambdas/settings.py",
    ),
    requirements="requirements/measure.txt",
)

POLLING = Package(
    name="polling",
    machine=LAMBDA,
    sources=ours(*SHARED, "lambdas/poll_gbfs"),
    requirements="requirements/poll.txt",
)

API = Package(
    name="api",
    machine=LAMBDA,
    sources=(
        Source(path="chalice_api/app.py", at="app.py"),
        Source(path="chalice_api/chalicelib", at="chalicelib"),
        Source(path="chalice_api/.chalice/config.json", at=".chalice/config.json"),
        Source(path="bikeshare", at="vendor/bikeshare"),
    ),
    requirements="requirements/api.txt",
    installed_at="vendor",
)

STREAMING = Package(name="streaming", machine=GLUE, sources=ours("bikeshare", "glue_jobs"))

STREAMING_WHEELS = Package(
    name="streaming-wheels", machine=GLUE, requirements="requirements/glue.txt"
)

STREAMING_SITE = Package(name="streaming-site", machine=GLUE, requirements="requirements/glue.txt")

# Neither engine is sure to have the class that signs Spark in to MSK, and EMR lacks Kafka's jars.
GLUE_JARS = Jars(name="glue-jars", pom="cdk_app/jars/pom.xml", profile="glue")
EMR_JARS = Jars(name="emr-jars", pom="cdk_app/jars/pom.xml", profile="emr")
