"""Every route says who may open it."""

from collections import Counter

import pytest

from app.web.access import access_of, for_everybody, for_readers

# Files, which WhiteNoise serves before the application.
FILES = {"static", "bootstrap.static"}
WHO = ("everybody", "readers", "members", "moderators", "administrators")


def test_every_route_says_who_may_open_it(app):
    table = {
        (rule.rule, *sorted(rule.methods - {"HEAD", "OPTIONS"})): access_of(
            app.view_functions[rule.endpoint]
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FILES
    }
    for (rule, *methods), who in sorted(table.items()):
        print(f"{rule:<50} {' '.join(methods):<10} {who}")
    assert {route: who for route, who in table.items() if who not in WHO} == {}
    assert set(Counter(table.values())) <= set(WHO)


def test_nobody_but_members_may_write(app):
    """What anonymous viewers may send is for signing in, or for who cannot."""
    posted = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods
        and access_of(app.view_functions[rule.endpoint]) in ("everybody", "readers")
    }
    views = ("login", "register", "forgot_password", "reset_password", "confirm")
    signing_in = {f"accounts.{view}" for view in views}
    kept_out = {"accounts.stay_on_site", "exports.show_by_link", "moderation.appeal_signed_out"}
    assert posted == signing_in | kept_out


def test_a_view_is_marked_once():
    with pytest.raises(ValueError, match="view is marked twice"):

        @for_readers
        @for_everybody
        def view():
            pass
