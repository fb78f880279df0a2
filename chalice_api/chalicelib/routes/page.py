"""placeholder"""
from chalice.app import Blueprint
page = Blueprint(__name__)
