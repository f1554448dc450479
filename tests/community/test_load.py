"""Importing a community from CSV files."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from werkzeug.security import check_password_hash

from app.community.demo import load_demo
from app.data.database import db
from app.data.ids import id_at, moment_of
from app.media.stores import store
from tests.html import cards, people, select

USERS = [
    ("username", "display_name", "created_at"),
    ("ada", "Ada L.", "2024-01-01T00:00:00Z"),
    ("Bruno", "", "2024-03-01T00:00:00Z"),
    ("carmen", "Carmen, “alto”", "2024-02-01T00:00:00+01:00"),
]
FOLLOWS = [("follower", "followed"), ("ada", "Bruno"), ("Bruno", "ada"), ("carmen", "ada")]
POSTS = [
    ("author", "created_at", "body"),
    ("ada", "2024-04-01T10:00:00Z", "Second <b> https://example.org/?a=1&b=2"),
    ("Bruno", "2024-04-01T09:00:00Z", "First\r\nline"),
    ("ada", "2024-04-01T10:00:00Z", "Third, in the same second"),
]


@pytest.fixture
def load(app, tmp_path):
    """Give a function that writes CSV files and loads them with the command."""

    def run(*options, users=USERS, follows=FOLLOWS, posts=POSTS):
        for name, rows in (("users", users), ("follows", follows), ("posts", posts)):
            if rows is not None:
                with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerows(rows)
        return app.test_cli_runner().invoke(args=["community", "load", str(tmp_path), *options])

    return run


@pytest.fixture
def load_text(load, tmp_path):
    """Give a function that loads these bytes as posts.csv."""

    def run(posts):
        (tmp_path / "posts.csv").write_bytes(posts)
        return load(posts=None)

    return run


def check_counters(app):
    return app.test_cli_runner().invoke(args=["counters", "check"])


def test_users_follows_and_posts_are_imported_with_their_dates(app, load, rows, anonymous):
    result = load()
    assert result.exit_code == 0, result.output
    assert "Loaded 3 people, 3 follows and 3 posts" in result.output
    users = {row["username"]: row for row in rows("user")}
    assert moment_of(users["carmen"]["id"]).isoformat() == "2024-01-31T23:00:00+00:00"
    assert users["ada"]["email"] is None
    assert users["ada"]["display_name"] == "Ada L."
    assert (users["ada"]["posts_count"], users["ada"]["followers_count"]) == (2, 2)
    page = anonymous.get("/explore")
    assert [row["body"][:5] for id in cards(page) for row in rows("post", "id = :id", id=id)] == [
        "Third",
        "Secon",
        "First",
    ]
    assert people(anonymous.get("/@ada/followers")) == ["Bruno", "carmen"]
    assert check_counters(app).exit_code == 0


def test_the_same_dates_are_loaded_again_and_again(load, rows):
    for number in range(4):
        when = "2025-01-01T00:00:00Z"
        users = [USERS[0], (f"one_{number}", "", when), (f"two_{number}", "", when)]
        result = load(users=users, follows=[FOLLOWS[0]], posts=[POSTS[0]])
        assert result.exit_code == 0, result.output
    assert len(rows("user")) == 8


def test_a_follow_has_the_date_of_the_user_who_joined_later(load, rows):
    load()
    since = {(row["follower_id"], row["followed_id"]): row["since"] for row in rows("follow")}
    assert since
    for pair, moment in since.items():
        assert moment >> 16 == max(pair) >> 16


def test_loaded_posts_equal_published_ones(load, rows, make_user, make_post):
    load()
    author = make_user("dmitri")
    loaded = {row["body"]: row for row in rows("post")}
    for _author, _created_at, body in POSTS[1:]:
        published = rows("post", "id = :id", id=make_post(author, body).id)[0]
        same = loaded[published["body"]]
        for column in set(published) - {"id", "author_id"}:
            assert published[column] == same[column]


def test_loaded_users_equal_registered_ones(load, rows, make_user):
    load("--password", "a long password")
    make_user("dmitri", email=None, password="a long password")
    users = {row["username"]: row for row in rows("user")}
    of_the_person = {"id", "username", "display_name", "password_hash"}
    for column in set(users["dmitri"]) - of_the_person - {"posts_count"}:
        if not column.endswith("_count"):
            assert users["ada"][column] == users["dmitri"][column]


def test_the_password_option_sets_the_password_of_all_users(load, rows, anonymous):
    load("--password", "a long password")
    hashes = {row["password_hash"] for row in rows("user")}
    assert len(hashes) == 1
    assert check_password_hash(hashes.pop(), "a long password")
    assert anonymous.log_in("bruno", "a long password").status_code == 303


def test_without_a_password_nobody_can_log_in(load, rows, anonymous):
    load()
    assert {row["password_hash"] for row in rows("user")} == {None}
    assert anonymous.log_in("ada", "nobody").status_code == 422


def test_a_community_is_imported_beside_existing_users(app, ada, bruno, load, make_post):
    make_post(ada)
    users = [USERS[0], ("carmen", "", "2024-01-01T00:00:00Z"), ("dmitri", "", "2024-01-01")]
    result = load(
        users=users,
        follows=[FOLLOWS[0], ("carmen", "dmitri")],
        posts=[POSTS[0], ("carmen", "2024-01-01", "Hi")],
    )
    assert result.exit_code == 0, result.output
    assert check_counters(app).exit_code == 0


def test_display_names_have_the_rules_of_the_form(load, rows):
    typed = ["A\u202ed\u200ba\x00", "Ada\tL", "👩\u200d💻", "Jose\u0301"]
    people = [(f"u{i}", name, "2024-01-01T00:00:00Z") for i, name in enumerate(typed)]
    load(users=[USERS[0], *people], follows=FOLLOWS[:1], posts=POSTS[:1])
    saved = [row["display_name"] for row in sorted(rows("user"), key=lambda row: row["username"])]
    assert saved == ["Ada", "Ada L", "👩\u200d💻", "José"]


def test_a_name_is_found_whatever_its_case(app, load, rows):
    result = load(
        follows=[FOLLOWS[0], ("ADA", "bruno"), ("Ada", "BRUNO")],
        posts=[POSTS[0], ("bRUNO", "2024-04-01", "Hello @CARMEN")],
    )
    assert "Loaded 3 people, 1 follows and 1 posts" in result.output
    users = {row["username"]: row["id"] for row in rows("user")}
    assert [(row["follower_id"], row["followed_id"]) for row in rows("follow")] == [
        (users["ada"], users["Bruno"])
    ]
    assert rows("post")[0]["author_id"] == users["Bruno"]
    assert rows("mention")[0]["user_id"] == users["carmen"]
    assert check_counters(app).exit_code == 0


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\n", b"\xef\xbb\xbf\r\n\r\n"])
def test_a_byte_order_mark_and_empty_lines_are_read(load_text, rows, start):
    result = load_text(start + b"author,created_at,body\n\nada,2024-01-01,Hi\n\n")
    assert result.exit_code == 0, result.output
    assert [row["body"] for row in rows("post")] == ["Hi"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b'author,created_at,body\nada,2024-01-01,"Hi\n\nthere\n', "posts.csv, line 2: no row of"),
        (b'author,created_at,body\nada,2024-01-01,"Hi" you\n', "posts.csv, line 2: no row of"),
        (b"author,created_at,body\n\nada,2024-01-01,Hi\nada,1,x\n", "posts.csv, line 4: '1' is"),
        (b'author,created_at,body\nada,1,"Hi\nyou"\n', "posts.csv, line 2: '1' is no date"),
        (b"", "posts.csv: no column author, body, created_at"),
        (b"\n\n", "posts.csv: no column author, body, created_at"),
    ],
)
def test_a_file_that_is_no_csv_is_named_with_its_line(load_text, rows, text, error):
    result = load_text(text)
    assert result.exit_code == 1
    assert error in result.output
    assert rows("user") == []


def test_a_date_in_the_future_is_named_with_its_line(load, rows):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for when in (tomorrow, "2999-01-01", "9999-12-31", "9999-12-31T23:59:59-10:00", "1969-12-31"):
        result = load(posts=[*POSTS, ("ada", when, "Hello")])
        assert result.exit_code == 1
        assert f"posts.csv, line 6: '{when}' is not between 1970 and now" in result.output
    assert rows("post") == []


BAD = {
    "a number twice": (
        {
            "posts": [
                ("number", *POSTS[0]),
                ("7", "ada", "2024-01-01", "One"),
                ("7", "ada", "2024-01-02", "Two"),
            ]
        },
        "posts.csv, line 3: the number '7' is that of another post",
    ),
    "a name that is none": (
        {"users": [*USERS, ("no spaces", "", "2024-01-01T00:00:00Z")]},
        "users.csv, line 5: a username is",
    ),
    "a name of those who run the site": (
        {"users": [*USERS, ("Admin", "", "2024-01-01T00:00:00Z")]},
        "users.csv, line 5: the name Admin is reserved",
    ),
    "a column twice": (
        {"users": [("username", "username", "display_name", "created_at")]},
        "users.csv: column username is there twice",
    ),
    "a name twice": (
        {"users": [*USERS, ("ADA", "", "2024-01-01T00:00:00Z")]},
        "users.csv, line 5: the name ADA is taken",
    ),
    "a display name that cannot be seen": (
        {"users": [*USERS, ("dmitri", "\u3164", "2024-01-01T00:00:00Z")]},
        "users.csv, line 5: display_name: Nothing of this name can be seen.",
    ),
    "a display name that is too long": (
        {"users": [*USERS, ("dmitri", "x" * 61, "2024-01-01T00:00:00Z")]},
        "users.csv, line 5: display_name: At most 60 characters",
    ),
    "a date that is none": (
        {"users": [*USERS, ("dmitri", "", "yesterday")]},
        "users.csv, line 5: 'yesterday' is no date",
    ),
    "a column too few": ({"users": [*USERS, ("dmitri",)]}, "users.csv, line 5: 3 columns"),
    "a column too many": (
        {"users": [*USERS, ("dmitri", "", "2024-01-01", "x")]},
        "users.csv, line 5: 3 columns",
    ),
    "a column without its name": (
        {"users": [("username", "display_name")]},
        "users.csv: no column created_at",
    ),
    "a follower who is nobody": (
        {"follows": [*FOLLOWS, ("nobody", "ada")]},
        "follows.csv, line 5: 'nobody' is not in users.csv",
    ),
    "somebody who follows themselves": (
        {"follows": [*FOLLOWS, ("ada", "ada")]},
        "follows.csv, line 5: nobody follows themselves",
    ),
    "an author who is nobody": (
        {"posts": [*POSTS, ("nobody", "2024-01-01", "Hello")]},
        "posts.csv, line 6: 'nobody' is not in users.csv",
    ),
    "an empty post": (
        {"posts": [*POSTS, ("ada", "2024-01-01", " ")]},
        "posts.csv, line 6: Write something first.",
    ),
    "a post that is too long": (
        {"posts": [*POSTS, ("ada", "2024-01-01", "x" * 501)]},
        "posts.csv, line 6: That is 501 characters",
    ),
    "no file": ({"posts": None}, "posts.csv is missing"),
}


@pytest.mark.parametrize("what", BAD)
def test_an_error_names_file_and_line_and_nothing_is_loaded(load, rows, what):
    files, error = BAD[what]
    result = load(**files)
    assert result.exit_code == 1
    assert error in result.output
    assert "Traceback" not in result.output
    assert rows("user") == rows("follow") == rows("post") == []


def test_a_file_that_is_not_utf_8_is_refused(load, tmp_path, rows):
    (tmp_path / "posts.csv").write_bytes(b"author,created_at,body\nada,2024-01-01,\xff\xfe\n")
    result = load(posts=None)
    assert result.exit_code == 1
    assert "posts.csv is no UTF-8 CSV file" in result.output
    assert rows("user") == []


def test_rows_of_one_moment_get_different_ids(app, load, rows):
    moment = "2024-01-01T00:00:00Z"
    users = [USERS[0], *((f"n{n}", "", moment) for n in range(300))]
    posts = [POSTS[0], *((f"n{n % 300}", moment, f"No. {n}") for n in range(6000))]
    assert load(users=users, follows=[FOLLOWS[0]], posts=posts).exit_code == 0
    ids = sorted(row["id"] for row in rows("post"))
    assert len(set(ids)) == 6000
    assert ids[0] == id_at(moment_of(ids[0]))
    in_order = [row["body"] for row in sorted(rows("post"), key=lambda row: row["id"])]
    assert in_order == [f"No. {n}" for n in range(6000)]


def test_the_demo_names_rules_of_the_site_at_the_desk(app, anonymous):
    with app.app_context():
        load_demo(with_pictures=False)
    anonymous.log_in("ada", "demo-demo")
    tags = [" ".join(node.text().split()) for node in select(anonymous.get("/desk"), ".tag")]
    assert tags == ["Spam", "No advertising", "Be kind", "Appeal"]


def test_the_demo_is_imported_once_and_has_pictures_of_every_kind(app, rows, anonymous):
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["community", "demo"])
        assert result.exit_code == 0, result.output
        assert "Log in as ada, with the password: demo-demo" in result.output
    assert len({row["username"] for row in rows("user")}) == len(rows("user")) >= 10
    assert anonymous.log_in("ada", "demo-demo").status_code == 303
    assert cards(anonymous.get("/"))
    assert check_counters(app).exit_code == 0
    with app.app_context():
        assert not load_demo()
    pictures = [row for row in rows("picture") if row["purpose"] == "post"]
    assert {row["state"] for row in pictures} == {"ready"}
    assert all(row["description"] for row in pictures)
    shapes = [row["width"] / row["height"] for row in pictures]
    assert min(shapes) < 0.8
    assert max(shapes) > 3
    assert any(row["sensitive"] for row in pictures)
    assert any(row["is_animated"] for row in pictures)
    assert max(row["place"] for row in pictures) == 3
    assert sum(row["bytes"] for row in pictures) < 3_000_000


def test_wrong_counts_are_found_and_repaired(app, ada, make_post, rows):
    make_post(ada)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(db.text('UPDATE "user" SET posts_count = 7, followers_count = 3'))
    result = check_counters(app)
    assert result.exit_code == 1
    assert f"User {ada.id}: posts_count is 7, counted 1" in result.output
    assert "2 counts have drifted" in result.output
    assert app.test_cli_runner().invoke(args=["counters", "repair"]).exit_code == 0
    assert check_counters(app).exit_code == 0
    assert rows("user")[0]["posts_count"] == 1


PICTURES = [
    ("author", "created_at", "body", "pictures", "descriptions", "sensitive"),
    ("ada", "2024-04-01T10:00:00Z", "Two of them", "barn.png\nowl.png", "A barn\nAn owl", ""),
    ("Bruno", "2024-04-01T09:00:00Z", "One, covered", "barn.png", "", "yes"),
    ("Bruno", "2024-04-01T09:30:00Z", "None", "", "", ""),
]


@pytest.fixture
def drawn(tmp_path):
    """Put two pictures beside the CSV files."""
    for name in ("barn", "owl"):
        Image.new("RGB", (64, 48), "teal").save(tmp_path / f"{name}.png")


def test_pictures_are_loaded_with_their_descriptions(app, load, drawn, rows):
    result = load(posts=PICTURES)
    assert result.exit_code == 0, result.output
    posts = {row["id"]: row["body"] for row in rows("post")}
    found = [
        (posts[row["post_id"]], row["place"], row["description"], row["sensitive"], row["state"])
        for row in rows("picture")
    ]
    assert sorted(found) == [
        ("One, covered", 0, "", True, "ready"),
        ("Two of them", 0, "A barn", False, "ready"),
        ("Two of them", 1, "An owl", False, "ready"),
    ]
    counts = {row["body"]: row["pictures_count"] for row in rows("post")}
    assert counts == {"Two of them": 2, "One, covered": 1, "None": 0}
    assert check_counters(app).exit_code == 0
    assert app.test_cli_runner().invoke(args=["media", "check"]).exit_code == 0


@pytest.mark.parametrize(
    ("picture", "description", "error"),
    [
        ("nowhere.png", "", "posts.csv, line 7: nowhere.png: No such file"),
        ("../secret_key", "", "posts.csv, line 7: ../secret_key: it is in another folder"),
        ("barn\0.png", "", "posts.csv, line 7: barn"),
        (".", "", "posts.csv, line 7: .: Is a directory"),
        ("users.csv", "", "posts.csv, line 7: users.csv is no picture that can be shown here"),
        ("\n".join(["barn.png"] * 5), "", "posts.csv, line 7: a post has at most 4 pictures"),
        ("barn.png", "A barn\nAn owl", "more descriptions than pictures"),
        ("barn.png", "x" * 1501, "the description of barn.png is too long"),
    ],
)
def test_a_wrong_picture_is_named_and_no_file_stays(
    app, load, drawn, rows, picture, description, error
):
    with app.app_context():
        before = set(store().names())
    wrong = ("ada", "2024-04-01T08:00:00Z", "Wrong", picture, description, "")
    result = load(posts=[*PICTURES, wrong])
    assert result.exit_code == 1
    assert error in result.output
    assert rows("post") == rows("picture") == []
    with app.app_context():
        assert set(store().names()) == before


@pytest.mark.parametrize(("word", "is_covered"), [("Yes", True), (" 1 ", True), ("NO", False)])
def test_whether_a_picture_is_covered_is_read(load, drawn, rows, word, is_covered):
    assert load(posts=[PICTURES[0], (*PICTURES[2][:5], word)]).exit_code == 0
    assert [row["sensitive"] for row in rows("picture")] == [is_covered]


@pytest.mark.parametrize("word", ["y", "sí", "x", "maybe"])
def test_no_picture_is_shown_because_a_word_is_not_known(load, drawn, rows, word):
    result = load(posts=[PICTURES[0], (*PICTURES[2][:5], word)])
    assert f"posts.csv, line 2: sensitive takes yes or no, not '{word}'" in result.output
    assert rows("post") == []


@pytest.mark.parametrize("password", ["", "x", " " * 7, "x" * 129, "a long \udc80 password"])
def test_a_password_with_which_nobody_could_log_in_is_refused(load, rows, password):
    result = load("--password", password)
    assert result.exit_code == 1
    assert "--password takes 8 to 128 characters that can be kept" in result.output
    assert rows("user") == []


def test_nobody_gets_the_name_of_somebody_who_has_left(app, load, rows, ada):
    with app.app_context():
        run = app.test_cli_runner().invoke
        assert run(args=["user", "delete", "ada", "--yes"]).exit_code == 0
    result = load()
    assert "users.csv, line 2: ada belonged to somebody who has left" in result.output
    assert [row["username"] for row in rows("user") if row["display_name"] == "Ada L."] == []
