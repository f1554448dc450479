"""The settings of the site: defaults, changes, the environment, and what other processes see."""

import pytest

from app.data.database import writing
from app.site import Rule, Site, change_site, site, site_now
from app.site.models import SiteSetting
from app.site.signals import site_changed
from tests.client import Client
from tests.html import one, text_of

RULES = (Rule("Be kind", "To newcomers most of all."), Rule("No spam"))


def test_without_a_change_every_setting_has_its_default(app):
    with app.app_context():
        assert site_now() == site() == Site()


def test_a_change_keeps_the_type_of_each_setting(app, ada, rows):
    values = {
        "name": "Village",
        "rules": RULES,
        "registration": "approval",
        "members_invite": True,
        "languages": ("es",),
        "blocked_words": frozenset({"casino", "pills"}),
    }
    with app.app_context():
        change_site(ada, **values)
        found = site_now()
        assert {name: getattr(found, name) for name in values} == values
    assert {row["changed_by_id"] for row in rows("site_setting")} == {ada.id}


@pytest.mark.parametrize("wrong", [{"nonsense": 1}, {"registration": "sometimes"}, {"reads": ""}])
def test_a_setting_that_does_not_exist_is_refused(app, rows, wrong):
    with app.app_context(), pytest.raises(ValueError, match=next(iter(wrong))):
        change_site(name="Village", **wrong)
    assert rows("site_setting") == []


def test_this_process_knows_a_change_at_once_and_others_within_seconds(app, make_app, set_site):
    other = make_app(SITE_KEPT=0.0)
    with app.app_context():
        assert site().name == "Microblog"
    with other.app_context():
        assert site().name == "Microblog"
    set_site(name="Village")
    with app.app_context():
        assert site().name == "Village"
    with other.app_context():
        assert site().name == "Village"


def test_a_change_that_is_rolled_back_is_not_seen(app):
    def change_and_fail():
        with writing():
            change_site(name="Village")
            raise RuntimeError

    with app.app_context():
        with pytest.raises(RuntimeError):
            change_and_fail()
        assert site().name == "Microblog"


def test_the_settings_are_read_once_for_many_pages(app, statements):
    with app.app_context(), statements() as sent:
        assert len({id(site()) for _ in range(3)}) == 1
    assert sent == []


def test_what_another_release_stored_is_ignored(app):
    with app.app_context():
        change_site(name="Village")
        with writing() as session:
            row = session.get(SiteSetting, "name")
            for name, value in (("future", 7), ("reads", "the moon"), ("registration", "never")):
                changed_at = row.changed_at
                session.add(SiteSetting(name=name, value=value, changed_at=changed_at))
        assert site_now() == Site(name="Village")


def test_the_environment_counts_and_says_so(make_app, app, set_site):
    given = make_app({"SITE_NAME": "Harbour", "REGISTRATION": "closed"})
    set_site(name="Village", registration="open", description="By the sea.")
    with given.app_context():
        found = site_now()
        assert (found.name, found.registration, found.description) == (
            "Harbour",
            "closed",
            "By the sea.",
        )
        assert found.set_by_environment == {"name", "registration"}


def test_a_change_gives_later_domains_what_it_was_before(app, ada, set_site):
    told = []

    def note(sender, **change):
        told.append((sender.name, change))

    with site_changed.connected_to(note):
        set_site(name="Village", reads="everybody")
        set_site(name="Village")
    before, after = {"name": "Microblog"}, {"name": "Village"}
    assert told == [("Microblog", {"by": None, "before": before, "after": after})]


def test_name_and_description_stand_wherever_the_site_names_itself(app, anonymous, set_site):
    assert "Microblog" in text_of(one(anonymous.get("/"), ".brand"))
    set_site(name="Village", description="Tea, bread and the allotment.")
    page = anonymous.get("/explore")
    assert text_of(one(page, ".brand")) == "Village"
    assert text_of(one(page, "title")).endswith("Village")
    assert one(page, "meta[name=description]").attributes["content"].startswith("Tea, bread")
    assert one(page, "meta[property='og:site_name']").attributes["content"] == "Village"
    assert "Tea, bread" in text_of(one(page, ".aside-place"))
    assert anonymous.get("/manifest.webmanifest").json["name"] == "Village"
    assert anonymous.get("/explore/feed.json").json["title"] == "Village"


def test_every_page_of_a_member_has_the_new_name_at_once(ada, signed_in, set_site):
    client = signed_in(ada)
    client.get("/")
    set_site(name="Village")
    assert text_of(one(client.get("/"), ".brand")) == "Village"


def test_a_failing_database_leaves_the_name_as_it_was_read_last(make_app, app, set_site):
    set_site(name="Village")
    other = make_app()
    with other.app_context():
        assert site().name == "Village"
    answer = Client(other).get("/offline")
    assert "Village" in answer.text


def test_the_command_shows_and_sets_who_can_join(app):
    run = app.test_cli_runner().invoke
    assert "Registration is open." in run(args=["site", "registration"]).output
    assert "Registration is closed." in run(args=["site", "registration", "closed"]).output
    with app.app_context():
        assert site_now().registration == "closed"
    wrong = run(args=["site", "registration", "sometimes"])
    assert wrong.exit_code == 2
    assert "'open', 'approval', 'invite', 'closed'" in wrong.output
