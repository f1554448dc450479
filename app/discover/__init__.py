"""Discover: whom to follow and what is talked about; the first steps of a new member.

The worker works it out and stores it, so that nothing is counted for a page: a page reads it with
one statement, without whom the viewer follows, has blocked or muted by then.
"""

from flask import Blueprint

blueprint = Blueprint("discover", __name__)

from ..web.bodies import take_files
from . import aside, jobs, receivers, routes, welcome_routes

blueprint.add_app_template_global(aside.aside)
blueprint.add_app_template_global(aside.why)
blueprint.add_app_template_global(aside.today)
# The form of a profile has pictures.
take_files("discover.introduce")
