"""What the site says of itself: about, privacy, terms."""

import pytest

from app.accounts.models import User
from app.administration.markdown import html_of
from app.data.database import db
from app.discover.jobs import refresh_discover
from app.site import Rule
from tests.html import absent, one, parse, select, text_of

RULES = (Rule("Be kind", "To newcomers most of all."), Rule("No spam"))


def test_about_shows_rules_by_number_who_is_in_charge_and_counts(
    app, ada, bruno, make_user, make_post, anonymous, give_role, set_site
):
    set_site(
        name="Village",
        description="By the sea.",
        rules=RULES,
        about="We meet on *Fridays*.",
        contact="help@example.org",
    )
    carmen = make_user("carmen")
    make_post(carmen)
    give_role(ada, "administrator")
    give_role(bruno, "moderator")
    with app.app_context():
        refresh_discover()
    page = anonymous.get("/about")
    one(page, "h1", text="About Village")
    assert [text_of(rule) for rule in select(page, ".about-rules > li", count=2)] == [
        "Be kindTo newcomers most of all.",
        "No spam",
    ]
    one(page, "#rule_2")
    people = select(page, "main .person-name", count=2)
    assert ["@ada" in text_of(people[0]), "@bruno" in text_of(people[1])] == [True, True]
    assert "3 members · 1 post" in text_of(one(page, "main"))
    assert one(page, "a[href^=mailto]").attributes["href"] == "mailto:help@example.org"
    one(page, ".about-text em", text="Fridays")


def test_about_is_linked_from_every_page_and_the_welcome_page(ada, anonymous, signed_in):
    one(anonymous.get("/"), "main a[href='/about']")
    one(anonymous.get("/explore"), ".aside-place a[href='/about']")
    one(signed_in(ada).get("/"), ".aside-place a[href='/about']")


@pytest.mark.parametrize("name", ["privacy", "terms"])
def test_a_text_has_a_page_once_it_is_written(anonymous, set_site, name):
    assert anonymous.get(f"/{name}").status_code == 404
    assert f'"/{name}"' not in anonymous.get("/explore").text
    set_site(**{name: "# Short\n\nWe keep *little*."})
    page = anonymous.get(f"/{name}")
    one(page, "main h2", text="Short")
    assert f'"/{name}"' in anonymous.get("/explore").text


def test_joining_accepts_the_rules_in_a_sentence_beside_the_button(anonymous, set_site):
    absent(anonymous.get("/register"), "a[href='/about#rules']")
    set_site(rules=RULES, terms="Be good.")
    form = one(anonymous.get("/register"), "main form.form")
    assert {"/about#rules", "/terms"} <= {a.attributes["href"] for a in form.css("a")}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# One", "<h2>One</h2>\n"),
        ("#### Four", "<h4>Four</h4>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[a](https://x.example)", '<p><a href="https://x.example" rel="noopener">a</a></p>\n'),
        ("[a](/about)", '<p><a href="/about" rel="noopener">a</a></p>\n'),
        ("![a](https://x.example/b.png)", "<p></p>\n"),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>\n"),
    ],
)
def test_markdown_becomes_plain_html(markdown, html):
    assert html_of(markdown) == html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        '<img src=x onerror="alert(1)">',
        '[a](https://x.example "onmouseover=alert(1)")',
        "<a href='javascript:x'>y</a>",
        "<style>*{display:none}</style>",
    ],
)
def test_markdown_adds_no_script(attack):
    tree = parse(str(html_of(attack)))
    assert tree.css("script, style, img, [style], [onerror], [onmouseover]") == []
    for link in tree.css("a"):
        assert "script" not in (link.attributes.get("href") or "")
        assert "data:" not in (link.attributes.get("href") or "")


def test_nobody_who_is_suspended_is_in_charge(app, ada, bruno, anonymous, give_role):
    give_role(ada, "administrator")
    give_role(bruno, "moderator")
    with app.app_context():
        db.session.get_one(User, bruno.id).set_state("suspended")
    page = anonymous.get("/about")
    select(page, "main .person-name", count=1)
    assert "bruno" not in page.text
