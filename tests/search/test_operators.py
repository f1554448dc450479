"""Operators in a search: who, when, what it has, what it lacks; and what was not understood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.community.loading import load
from app.data.database import db, writing
from app.follows.models import block
from app.posts.models import Post
from app.posts.writing import edit
from tests.html import absent, one
from tests.search.conftest import search_url


def notes(answer):
    """What the page says of the query."""
    region = one(answer, "#search_notes[role=status]")
    return [note.text() for note in region.css("p:not(.visually-hidden)")]


# from:


@pytest.mark.parametrize("query", ["from:bruno,", "from:@Bruno.", "rye from:bruno;"])
def test_punctuation_behind_a_name_does_not_matter(found, write, bruno, query):
    his, _hers = write("Rye", bruno), write("Rye")
    assert found(query) == [his]


@pytest.mark.parametrize("by", ["latest", "relevance"])
@pytest.mark.parametrize(
    "query", ["from:me", "from:@me", "from:＠me", "rye from:me", "from:ME rye "]
)
def test_me_is_the_viewer(found, write, ada, bruno, signed_in, query, by):
    hers, his = write("Rye"), write("Rye", bruno)
    assert found(query, client=signed_in(ada), by=by) == [hers]
    assert found(query, client=signed_in(bruno), by=by) == [his]


def test_somebody_called_me_is_found_too(found, write, ada, make_user, signed_in, anonymous):
    me = make_user("Me")
    hers, theirs = write("Rye"), write("Rye", me)
    assert found("from:me", client=signed_in(ada)) == [theirs, hers]
    assert found("from:me") == found("from:me", client=signed_in(me)) == [theirs]
    assert set(found("from:me", client=signed_in(ada), by="people")) == {"ada", "Me"}
    assert notes(anonymous.get(search_url("from:me"))) == []


@pytest.mark.parametrize("by", ["latest", "relevance"])
@pytest.mark.parametrize("query", ["from:ada from:bruno", "from:bruno rye from:ada"])
def test_several_authors_are_each_found(found, write, bruno, make_user, query, by):
    hers, his, _theirs = write("Rye"), write("Rye", bruno), write("Rye", make_user("carmen"))
    assert set(found(query, by=by)) == {hers, his}


@pytest.mark.parametrize("query", ["rye from:", "rye before: is:"])
def test_an_operator_without_a_value_is_named(found, write, anonymous, query):
    hers = write("Rye")
    assert found(query) == [hers]
    assert all("has no value" in note for note in notes(anonymous.get(search_url(query))))
    assert len(notes(anonymous.get(search_url(query)))) == query.count(":")


def test_me_needs_a_viewer(anonymous, ada, signed_in):
    (note,) = notes(anonymous.get(search_url("from:me")))
    assert note.startswith("Log in")
    assert notes(signed_in(ada).get(search_url("from:me"))) == []


@pytest.mark.parametrize("by", ["latest", "relevance", "people"])
@pytest.mark.parametrize(
    "query", ["from:nobody", "rye from:@nobody", "from:nobody's", "from:Jürgen"]
)
def test_that_nobody_is_called_so_is_said(anonymous, write, query, by):
    write("Rye")
    page = anonymous.get(search_url(query, by=by))
    (note,) = notes(page)
    assert note.startswith("Nobody is called")
    assert one(page, "#search_text").attributes["value"] == query
    absent(page, "#posts .post, #people .person")


def test_a_known_author_without_such_posts_is_no_mistake(anonymous, ada):
    assert notes(anonymous.get(search_url("from:ada rye"))) == []


def test_who_is_blocked_is_nobody(app, ada, bruno, signed_in):
    with app.app_context():
        block(ada, bruno)
    assert len(notes(signed_in(bruno).get(search_url("from:ada")))) == 1


# Dates


@pytest.fixture
def diary(app):
    """The ids of posts by when they were written, in UTC."""
    moments = [
        "2026-08-27T23:30",
        "2026-08-28T00:00",
        "2026-08-28T23:59:59.999",
        "2026-08-29T00:00",
    ]
    posts = [
        {"author": "ines", "created_at": f"{moment}Z", "body": f"Diary {n} #diary"}
        for n, moment in enumerate(moments)
    ]
    with app.app_context():
        load([{"username": "ines", "display_name": "", "created_at": "2024-01-01"}], [], posts)
        return list(db.session.scalars(db.select(Post.id).order_by(Post.id)))


@pytest.mark.parametrize("by", ["latest", "relevance"])
@pytest.mark.parametrize("what", ["diary ", "#diary ", "from:ines ", "", "-rye diary "])
@pytest.mark.parametrize(
    ("dates", "numbers"),
    [
        ("before:2026-08-28", [0]),
        ("on:2026-08-28", [2, 1]),
        ("after:2026-08-28", [3]),
        ("after:2026-08-27 before:2026-08-29", [2, 1]),
        ("on:2026-08-28 on:2026-08-29", []),
        ("before:0001-01-01", []),
        ("after:0001-01-01", [3, 2, 1, 0]),
        ("before:9999-12-31", [3, 2, 1, 0]),
        ("on:9999-12-31", []),
    ],
)
def test_dates_bound_the_results(found, diary, what, dates, numbers, by):
    assert found(what + dates, by=by) == [diary[n] for n in numbers]


def test_pages_of_a_day_go_on(found, diary):
    after = f"&before={diary[2]}"
    assert found("on:2026-08-28", by=f"latest{after}") == [diary[1]]


@pytest.mark.parametrize(
    ("zone", "numbers"),
    [
        ("Europe/Berlin", [1, 0]),
        ("America/New_York", [3, 2]),
        *((zone, [2, 1]) for zone in ("UTC", "", "Nowhere/Land", "../etc/passwd", "x" * 4000)),
    ],
)
def test_a_day_begins_in_the_time_zone_of_the_browser(anonymous, found, diary, zone, numbers):
    anonymous.http.set_cookie("zone", zone, path="/search")
    assert found("diary on:2026-08-28") == [diary[n] for n in numbers]


@given(
    st.dates(), st.sampled_from(["before", "after", "on"]), st.sampled_from(["UTC", "Asia/Tokyo"])
)
@settings(max_examples=40)
def test_any_date_gets_a_page(anonymous, day, operator, zone):
    anonymous.http.set_cookie("zone", zone, path="/search")
    answer = anonymous.get(search_url(f"{operator}:{day}"))
    assert answer.status_code == 200
    assert notes(answer) == []


# What a post has and lacks


def test_a_minus_leaves_out(found, write, bruno):
    bread, rye = write("Rye bread #tea"), write("Rye whisky https://rye.example")
    his = write("Rye crackers", bruno)
    for by in ("latest", "relevance"):
        assert set(found("rye -bread ", by=by)) == {rye, his}
        assert found('rye -"rye whisky" -crackers', by=by) == [bread]
        assert found("rye -from:bruno -#tea", by=by) == [rye]
        assert set(found("rye -has:link", by=by)) == {bread, his}
    assert found("from:ada -bread") == [rye]
    assert found("#tea -bread") == []
    assert found("#tea -whisky") == [bread]
    assert found("rye - bread") == [bread]


def test_a_minus_alone_finds_nothing_and_says_so(anonymous, write):
    write("Rye")
    for query in ("-bread", "-bread after:2020-01-01"):
        answer = anonymous.get(search_url(query))
        absent(answer, "#posts .post")
        assert len(notes(answer)) == 1


def test_or_finds_either(found, write):
    rye, spelt, both = write("Rye today"), write("White spelt today"), write("Rye and spelt")
    write("Wheat today")
    for by in ("latest", "relevance"):
        assert set(found("rye OR spelt ", by=by)) == {rye, spelt, both}
        assert set(found('rye OR "white spelt" today ', by=by)) == {rye, spelt}
        assert found("rye OR spelt -today", by=by) == [both]
    assert set(found("rye OR sp")) == {rye, spelt, both}
    assert found("from:ada rye OR wheat spelt ") == [both]


def test_replies_and_links_are_found(found, write, ada, make_post):
    plain, link = write("Rye"), write("Rye (https://rye.example)")
    post = make_post(ada, "Tea?")
    reply = write("Rye!", in_reply_to=post)
    assert found("is:reply") == found("rye is:reply") == found("IS:REPLY,") == [reply]
    assert found("has:link") == found("rye has:link") == [link]
    assert found("rye -is:reply ") == [link, plain]
    assert found("is:reply has:link") == []
    assert found("reply ") == found("link ") == []


def test_an_edit_moves_a_post_out_of_a_filter(app, found, ada, make_post):
    post = make_post(ada, "Rye https://rye.example #rye")
    with app.app_context(), writing():
        edit(db.session.get(Post, post.id), "Rye")
    assert found("has:link") == found("#rye rye") == []
    assert found("rye -has:link -#rye") == [post.id]


def test_people_are_found_by_either_word_and_without_others(found, make_user):
    make_user("greta", about_me="Rye and tea")
    make_user("hugo", about_me="Spelt")
    assert set(found("rye OR spelt ", by="people")) == {"greta", "hugo"}
    assert found("rye OR spelt -tea", by="people") == ["hugo"]
    assert found("gre -tea", by="people") == []


# What was not understood


@pytest.mark.parametrize("by", ["latest", "people"])
@pytest.mark.parametrize(
    "query",
    [
        *(
            "tea before:yesterday",
            "tea on:2026-13-40",
            "tea after:2026",
            "tea has:media",
            "tea is:odd",
        ),
        *("tea lang:en", "tea OR #rye", "tea before:<b>", "tea -on:2026-08-28"),
    ],
)
def test_what_is_not_understood_is_named(anonymous, write, query, by):
    write("Tea")
    for htmx in (False, True):
        answer = anonymous.get(search_url(query, by=by), htmx=htmx)
        (note,) = notes(answer)
        assert query.split()[1] in note
    assert notes(anonymous.get(search_url("tea"))) == []


def test_what_is_left_out_hides_nothing(found, write):
    tea = write("Tea")
    assert found("tea before:yesterday has:media OR ") == [tea]


def test_the_field_refers_to_what_is_said_of_it(anonymous):
    field = one(anonymous.get("/search"), "#search_text")
    assert field.attributes["aria-describedby"] == "search_notes"
