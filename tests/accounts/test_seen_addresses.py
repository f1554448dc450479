"""IP addresses: kept for thirty days, of whoever it is, and no longer."""

from datetime import timedelta

import pytest

from app.accounts.applications import apply_to_join
from app.accounts.jobs import forget_addresses
from app.accounts.models import User
from app.accounts.seen_addresses import network_of
from app.data.database import db, writing


@pytest.fixture
def forget(app):
    """Give a function that runs the periodic job."""

    def run():
        with app.app_context():
            forget_addresses()

    return run


@pytest.fixture
def addresses(rows):
    """Give a function that returns the addresses of people that are stored, wherever it is."""

    def read():
        sessions, applications = rows("login_session"), rows("application")
        found = [each["address"] for each in (*rows("seen_address"), *sessions)]
        return {*found, *(each["network"] for each in applications)} - {""}

    return read


def test_an_address_goes_after_thirty_days_and_the_session_stays(
    app, signed_in, ada, forget, addresses, travel
):
    with app.app_context(), writing():
        apply_to_join(db.session.get_one(User, ada.id), answer="", network="192.0.2.1")
        db.session.get_one(User, ada.id).set_state("active")
    client = signed_in(ada, remember=True)
    travel.shift(timedelta(days=29, hours=23))
    forget()
    assert addresses() == {"127.0.0.1", "192.0.2.1"}
    assert client.is_signed_in
    travel.shift(timedelta(hours=2))
    forget()
    assert addresses() == set()
    assert client.is_signed_in
    assert client.get("/settings/sessions").status_code == 200


def test_who_comes_again_is_kept_again(signed_in, ada, forget, rows, travel):
    signed_in(ada)
    travel.shift(timedelta(days=20))
    signed_in(ada)
    travel.shift(timedelta(days=20))
    forget()
    assert len(rows("seen_address")) == 1


def test_an_address_outlives_the_session_and_the_account(app, signed_in, ada, forget, addresses):
    signed_in(ada)
    with app.app_context(), writing() as session:
        session.delete(session.get_one(User, ada.id))
    forget()
    assert addresses() == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2."),
        ("::ffff:192.0.2.77", "::ffff:192.0.2."),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_network_of_an_address(address, network):
    assert network_of(address) == network
    assert address.startswith(network)
