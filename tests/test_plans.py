"""Query plans: each page is read along an index, however large the tables are."""

import json
import re

import flask_migrate
import pytest
from psycopg import sql
from sqlalchemy import insert, text

from app.accounts.models import User
from app.accounts.registering import register
from app.data.database import db, now, writing
from app.data.ids import DAY_OF_IDS, LOW_BITS, id_at, moment_of
from app.discover.jobs import refresh_discover
from app.discover.models import Suggestion
from app.follows.models import Follow, block, mute
from app.notifications.models import Notification
from app.posts.models import Post, Tagging
from app.reactions.models import Bookmark, Like
from app.search.index import person_fts, post_fts
from tests.client import Client
from tests.conftest import DATABASE, PASSWORD, sent_statements

POSTS = 20_000
PEOPLE = 2_000
A_MINUTE = 60_000 << LOW_BITS

# Tables that grow with the community. No statement may scan one of them …
GROWING = {
    *("post", "user", "follow", "like", "bookmark", "post_tag", "notification"),
    *("mention", "version", "draft", "login_session", "post_fts", "person_fts"),
    *("block", "mute", "suggestion"),
}
# … nor read or sort this many rows of it. SQLite counts virtual machine steps, several per row.
MOST_ROWS = POSTS // 5
MOST_STEPS = 15 * MOST_ROWS // 2

VIEWERS = ("few", "many", "silent")
PAGES = [
    *("/", "/?before={middle}", "/?through={late}", "/?since={late}"),
    *("/explore", "/explore?before={middle}", "/explore?since={late}"),
    *("/explore/people", "/explore/people?after=10", "/explore/tags", "/welcome/people"),
    *("/tags/bread", "/tags/bread?before={middle}", "/tags/bread?since={late}"),
    *("/@prolific", "/@prolific?before={middle}", "/@prolific/replies"),
    *("/@prolific/followers", "/@prolific/followers?before={middle}", "/@many/following"),
    *("/posts/{parent}", "/posts/{parent}?after={middle}", "/posts/{reply}"),
    *("/posts/{liked}", "/posts/{liked}/likes", "/posts/{liked}/reposts"),
    *(
        "/posts/waiting",
        "/bookmarks",
        "/bookmarks?before={middle}",
        "/notifications",
        "/notifications?kind=like",
    ),
    *("/search?q=rare", "/search?q=tea", "/search?q=tea&before={middle}"),
    *("/search?q=from:prolific", "/search?q=%23bread", "/search?q=person7&by=people"),
    *("/search?q=baker", "/search?q=baker&by=people", "/search?q=from:person7+baker"),
    *("/search?q=from:me", "/search?q=tea+-rare", "/search?q=rare+OR+tea", "/search?q=is:reply"),
    *("/search?q=before:{day}", "/search?q=tea+on:{day}", "/search?q=from:prolific+on:{day}"),
    "/search?q=%23bread+before:{day}",
    *("/explore/feed.atom", "/@prolific/feed.json?before={middle}", "/search/feed.atom?q=tea"),
    *("/sitemap.xml", "/sitemap/posts-{number}.xml", "/sitemap/people-{week}.xml"),
]


@pytest.fixture(scope="module")
def large(make_app, make_database):
    """An application on a large database of its own, and values for the URL placeholders."""
    app = make_app({"DATABASE_URL": make_database()})
    with app.app_context():
        flask_migrate.upgrade()
        placeholders = fill()
        refresh_discover()
        if DATABASE == "postgresql":
            at_once = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            with at_once as connection:
                connection.execute(text("VACUUM ANALYZE"))
    return app, placeholders


@pytest.fixture(scope="module")
def sent(large):
    """The SELECT statements of the pages."""
    return sent_by_pages(*large)


def fill():
    """Fill the database; return the values for the URL placeholders.

    ``few`` follows twenty people, ``many`` nearly all, ``silent`` twenty who last wrote long
    ago. ``few`` has a block and a mute, so its pages send other statements. ``prolific`` wrote
    every second post, and everybody follows ``prolific``.
    """
    first = id_at(now()) - POSTS * A_MINUTE
    ids = [first + n * A_MINUTE for n in range(POSTS)]
    people = [first - n * A_MINUTE for n in range(1, PEOPLE + 1)]
    prolific, others, silent = people[0], people[1:-100], people[-100:]
    rows = {
        User: [
            {"id": id, "username": f"person{n}" if n else "prolific", "posts_count": 1}
            for n, id in enumerate(people)
        ],
        Post: [post(n, ids, prolific, others, silent) for n in range(POSTS)],
        Like: [{"user_id": id, "post_id": ids[1]} for id in people]
        + [{"user_id": id, "post_id": post} for id in others[:20] for post in ids[2::50]],
        Tagging: [{"tag": "bread", "post_id": id} for id in ids[::2]],
        post_fts: [
            {
                "rowid": id,
                "words": ["@prolific", "@@@reply", "tea" if n % 997 else "rare", "allotment"],
            }
            for n, id in enumerate(ids)
        ],
        person_fts: [
            {"rowid": id, "words": [f"@person{n}", "@baker", "bread"]}
            for n, id in enumerate(people)
        ],
    }
    with writing() as session:
        for table, found in rows.items():
            session.execute(insert(table), found)
        for name, whom in zip(VIEWERS, (others[:20], people[:-100], silent[:20]), strict=True):
            viewer = register(name, password=PASSWORD)
            viewer.following_count = len(whom)
            if name == "few":
                block(viewer, session.get_one(User, others[50]))
                mute(viewer, session.get_one(User, others[51]))
            follows = [(viewer.id, id) for id in whom]
            follows += [(id, people[n]) for n, id in enumerate(whom[20:])]
            session.execute(
                insert(Follow), [{"follower_id": a, "followed_id": b} for a, b in follows]
            )
            session.execute(
                insert(Suggestion),
                [
                    {"user_id": viewer.id, "person_id": id, "place": place}
                    | {"via_id": whom[0], "via_count": 2}
                    for place, id in enumerate(others[60:72])
                ],
            )
            session.execute(
                insert(Bookmark),
                [{"user_id": viewer.id, "post_id": id, "since": id} for id in ids[::2]],
            )
            # All notifications of the viewer are grouped; those of other people must not be read.
            notified = [(viewer.id, id) for id in people[:500]] + [(id, viewer.id) for id in people]
            before = session.query(Notification).count()
            session.execute(
                insert(Notification),
                [
                    {"id": first + before + n, "user_id": person, "kind": "like"}
                    | {"actor_id": actor, "post_id": ids[n % 100]}
                    for n, (person, actor) in enumerate(notified)
                ],
            )
    names = {"middle": POSTS // 2, "late": -30, "parent": 0, "reply": 5, "liked": 1}
    found = {name: ids[n] for name, n in names.items()}
    found["day"] = moment_of(found["middle"]).date()
    return found | {"number": found["middle"] // DAY_OF_IDS, "week": people[-1] // (7 * DAY_OF_IDS)}


def post(n, ids, prolific, others, silent):
    """The n-th post: half are by one author; a fifth are replies, some of them to two posts."""
    is_reply = n and not n % 5
    parent = n - 3 if n % 25 else 0 if n % 2 else 5
    # Nobody may repost a post twice, so the few silent authors repost nothing.
    reposts = n % 14 == 8 and not is_reply and n >= POSTS // 10
    by_few = silent if n < POSTS // 10 else others
    return {
        "id": ids[n],
        "author_id": prolific if n % 2 else by_few[n % len(by_few)],
        "body": "" if reposts else "Tea, then the allotment.",
        "body_html": "" if reposts else "Tea, then the allotment.",
        "in_reply_to_id": ids[parent] if is_reply else None,
        "in_reply_to_author_id": prolific if is_reply else None,
        "repost_of_id": ids[1] if reposts else None,
    }


def sent_by_pages(app, placeholders):
    """Give each statement with which a page is read, and its parameters, by the page's url."""
    found = {}
    browsers = {None: Client(app)}
    for name in VIEWERS:
        browsers[name] = Client(app)
        browsers[name].log_in(name, PASSWORD)
    for name, browser in browsers.items():
        for page in PAGES:
            url = page.format(**placeholders)
            with sent_statements(app) as sent:
                answer = browser.get(url)
            assert answer.status_code in ((200,) if name else (200, 303)), url
            for statement, parameters in sent:
                if statement.startswith(("SELECT", "WITH")):
                    found.setdefault(statement, (url, parameters))
    return found


# How a plan is checked


def faults_on_sqlite(cursor, statement, parameters):
    plan = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    sorting = {parent for _id, parent, _unused, what in plan if "TEMP B-TREE FOR ORDER" in what}
    for _id, parent, _unused, what in plan:
        scanned = re.match(r"SCAN (\w+?)(?:_\d+)?\b", what)
        # Explore scans the table along its primary key and stops after a page.
        by_its_key = "USING" not in what and parent not in sorting and "LIMIT" in statement
        if scanned and scanned[1] in GROWING and not by_its_key and "VIRTUAL" not in what:
            yield what
    steps = 0

    def step():
        nonlocal steps
        steps += 1

    cursor.connection.set_progress_handler(step, 100)
    cursor.execute(statement, parameters).fetchall()
    cursor.connection.set_progress_handler(None, 0)
    if steps * 100 > MOST_STEPS:
        yield f"{steps * 100:,} steps"


def faults_on_postgresql(cursor, statement, parameters):
    # PostgreSQL scans a small table even if an index exists. With sequential scans disabled, a
    # scan remains only where no index can be used.
    cursor.execute("SET LOCAL enable_seqscan = off")
    for node in plan_on_postgresql(cursor, statement, parameters):
        table = node.get("Relation Name")
        if node["Node Type"] == "Seq Scan" and table in GROWING and node["Actual Loops"]:
            yield f"Seq Scan on {table}"
    cursor.execute("SET LOCAL enable_seqscan = on")
    if "post_fts" in statement:
        return  # The planner chooses by the number of posts that contain the token.
    for node in plan_on_postgresql(cursor, statement, parameters):
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
        rows = (node["Actual Rows"] + removed) * node["Actual Loops"]
        if rows > MOST_ROWS:
            yield f"{node['Node Type']} on {node.get('Relation Name')}: {rows:,.0f} rows"


def plan_on_postgresql(cursor, statement, parameters):
    """Run a statement with its generic plan, as a page does; return the nodes of the plan."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    numbered = re.sub(r"%\((\w+)\)s", lambda name: f"${names.index(name[1]) + 1}", statement)
    numbered = numbered.replace("%%", "%")
    values = sql.SQL(", ").join(sql.Literal(parameters[name]) for name in names)
    given = sql.SQL("({})").format(values) if names else sql.SQL("")
    cursor.execute("SAVEPOINT as_it_was")
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(f"PREPARE looked_at AS {numbered}")
    explained = sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at") + given
    found = cursor.execute(explained).fetchone()
    cursor.execute("DEALLOCATE looked_at")
    cursor.execute("ROLLBACK TO as_it_was")
    nodes = [found[0][0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", ())
    return nodes


def faults(app, sent, without=None):
    """Check the plans of all statements, ``without`` an index; return the faults of each."""
    look = faults_on_sqlite if DATABASE == "sqlite" else faults_on_postgresql
    with app.app_context(), db.engine.connect() as connection:
        if without:
            connection.execute(text(f"DROP INDEX {without}"))
        cursor = connection.connection.cursor()
        return {
            f"{url}: {statement}": found
            for statement, (url, parameters) in sent.items()
            if (found := list(look(cursor, statement, parameters)))
        }


def test_no_page_scans_a_table(large, sent):
    found = faults(large[0], sent)
    assert not found, json.dumps(found, indent=2).replace("\\n", "\n")


@pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL knows how much is unread.")
def test_the_counter_reads_unread_notifications_only(large, sent):
    counters = [(s, parameters) for s, (_at, parameters) in sent.items() if "LIMIT 100" in s]
    with large[0].app_context(), db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {s}", p).fetchall() for s, p in counters]
    looked_at = [what for plan in plans for *_, what in plan if "SEARCH notification" in what]
    # One is in the viewer's statement, the other is sent for a viewer with blocks.
    assert len(looked_at) == 2
    assert all("COVERING INDEX ix_notification_unread" in what for what in looked_at)


@pytest.mark.parametrize(
    "index",
    [
        "ix_post_entries" if DATABASE == "sqlite" else "ix_post_author_id_id",
        "ix_post_in_reply_to_id_id",
        "ix_bookmark_user_id_since",
        # PostgreSQL can do with the index of unread notifications.
        *(["ix_notification_groups"] if DATABASE == "sqlite" else []),
        "ix_like_post_id_since",
    ],
)
def test_a_missing_index_is_found(large, sent, index):
    assert faults(large[0], sent, without=index)
