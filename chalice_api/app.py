# ruff: noqa: INP001 - Chalice wants its app.py in a folder that is no package
"""The Chalice application: every route, and the middleware that all answers pass through."""

from chalice.app import Chalice
from chalicelib.answers import finish
from chalicelib.routes.contract import contract
from chalicelib.routes.drops import drops
from chalicelib.routes.gbfs import gbfs
from chalicelib.routes.history import history
from chalicelib.routes.metrics import metrics
from chalicelib.routes.page import page
from chalicelib.routes.search import search
from chalicelib.routes.stations import stations
from chalicelib.routes.status import status
from chalicelib.routes.unknown import unknown

app = Chalice(app_name="bikeshare-availability")
# Any answer may be gzipped, and API Gateway passes bytes only for types declared as binary.
app.api.binary_types = ["*/*"]
app.register_middleware(finish, "http")
app.register_blueprint(page)
app.register_blueprint(stations)
app.register_blueprint(history)
app.register_blueprint(search)
app.register_blueprint(status)
app.register_blueprint(drops)
app.register_blueprint(contract)
app.register_blueprint(gbfs)
app.register_blueprint(metrics)
app.register_blueprint(unknown)
