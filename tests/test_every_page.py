"""Requests every URL of the site and checks each page, fragment and form."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import select as query

from app.accounts.applications import apply_to_join
from app.accounts.confirming import CONFIRM, WORKS_FOR
from app.accounts.invitations import invite, join_with
from app.accounts.login_sessions import LoginSession
from app.accounts.models import by_username
from app.accounts.resets import reset_token
from app.accounts.tokens import make_token
from app.administration.models import announce, cached_announcements
from app.data.database import Base, db, now, writing
from app.data.ids import DAY_OF_IDS
from app.discover.jobs import refresh_discover, suggest_to
from app.exports.models import KEPT, Export
from app.exports.routes import ARCHIVE
from app.follows.models import Block, Follow, block, mute
from app.mail.models import OutboxMail
from app.media.models import Picture
from app.media.stores import store
from app.moderation.bulk import BulkAction
from app.notifications.models import Notification, notify_users
from app.posts.drafts import save_draft
from app.posts.models import Draft, Post
from app.posts.reposting import repost
from app.posts.writing import edit
from app.previews.content import Preview
from app.previews.keeping import show as show_preview
from app.reactions.models import bookmark, like
from app.site import change_site, site_now
from app.web.answers import is_own_path
from app.web.paging import PAGE
from tests import nu
from tests.conftest import PASSWORD, snapshot
from tests.html import absent, attributes, messages, one, parse, select

# The only columns that a GET may change.
MOVED_BY_READING = {
    "user": {"last_seen_at", "notifications_read_at"},
    "login_session": {"last_used_at"},
}
# Values that change every second: CSRF tokens and nonces.
FLEETING = re.compile(r'(name="(?:csrf_token|nonce)" value=")[^"]*')


@dataclass(frozen=True)
class Page:
    """A URL for GET: its budget of statements, and what each kind of viewer gets."""

    url: str
    statements: int
    # The id of the element that htmx swaps with the fragment; None if htmx never requests it.
    region: str | None = "posts"
    anonymous: str = "sees it"  # or "logs in", or "is sent away"
    member: int = 200
    html: bool = True
    # Whether caches may keep it, for everybody; or the browser, for its viewer.
    public: bool = False
    private: bool = False
    # The role that the viewer needs.
    role: str = "member"

    def __str__(self):
        return self.url


def file(url, statements=0, **details):
    """Return a URL whose answer is the same for everybody, and no page of the site."""
    return Page(url, statements, region=None, html=False, public=True, **details)


@dataclass(frozen=True)
class Form:
    """A URL for POST."""

    url: str
    fields: dict = field(default_factory=dict)
    statements: int = 8
    for_anonymous: bool = False
    # The status for a viewer who is not the owner.
    others: int | None = None
    # The status on success, without htmx and with htmx.
    done: tuple[int, int] = (303, 303)
    # The role that the viewer needs.
    role: str = "member"

    def __str__(self):
        return self.url


PAGES = [
    Page("/", 5),
    Page("/?before={middle}", 5),
    Page("/?through={middle}", 6),
    Page("/?since={middle}", 6, region="new_posts"),
    Page("/explore", 4),
    Page("/explore?before={middle}", 4),
    Page("/explore?through={middle}", 5),
    Page("/explore?since={middle}", 5, region="new_posts"),
    Page("/explore/people", 4, region="people"),
    Page("/explore/people?after=0", 4, region="people"),
    Page("/explore/tags", 4, region="tags"),
    Page("/tags/bread", 4),
    Page("/tags/bread?before={middle}", 4),
    Page("/tags/bread?since={middle}", 5, region="new_posts"),
    Page("/tags/nobody", 3),
    Page("/tags/BREAD", 0, region=None, anonymous="is sent away", member=303),
    Page("/@bruno", 5),
    Page("/@bruno?before={middle}", 5),
    Page("/@bruno?through={middle}", 6),
    Page("/@bruno/replies", 5),
    Page("/@carmen", 4),
    Page("/@dora", 3, region="profile"),
    Page("/@bruno/followers", 4, region="people"),
    Page("/@bruno/followers?before={follower}", 4, region="people"),
    Page("/@bruno/followers?through={follower}", 5, region="people"),
    Page("/@person1/following", 4, region="people"),
    Page("/@carmen/following", 4, region="people"),
    Page("/posts/{post}", 6),
    Page("/posts/{parent}", 7),
    Page("/posts/{parent}?after={reply}", 7),
    Page("/posts/{parent}?through={reply}", 8),
    Page("/posts/{reply}", 7),
    Page("/posts/{gone}", 6),
    Page("/posts/{post}/menu", 4, region="menu_{post}"),
    Page("/posts/{own}/menu", 3, region="menu_{own}"),
    Page("/posts/{post}/likes", 4, region="people"),
    Page("/posts/{post}/reposts", 4, region="people"),
    Page("/posts/{edited}/history", 4, region="versions"),
    Page("/posts/{post}/reply", 5, region="composer_{post}", anonymous="logs in"),
    Page("/posts/{own}/edit", 5, region="post_{own}", anonymous="logs in"),
    Page("/posts/{pictured}/pictures", 4, region="pictures", anonymous="logs in"),
    Page("/posts/{pictured}/pictures/prepared", 4, region="pictures_{pictured}"),
    Page("/pictures/every-page/480.webp", 2, region=None, html=False, private=True),
    Page("/posts/new", 3, region="composer", anonymous="logs in"),
    Page("/posts/new?body=Hello", 2, region="composer", anonymous="logs in"),
    Page("/posts/new?draft={draft}", 3, region="composer", anonymous="logs in"),
    Page("/drafts", 3, region="drafts", anonymous="logs in"),
    Page("/posts/waiting", 3, region="waiting", anonymous="logs in"),
    Page("/bookmarks", 4, anonymous="logs in"),
    Page("/search", 2, region="results"),
    Page("/search?q=%22%25*", 2, region="results"),
    Page("/search?q=loaf", 5, region="results"),
    Page("/search?q=loaf&before={middle}", 4, region="posts"),
    Page("/search?q=loaf&through={middle}", 5, region="results"),
    Page("/search?q=from:bruno", 5, region="results"),
    Page("/search?q=from:me+-tea+OR+x:y+before:2100-01-01", 5, region="results"),
    Page("/search?q=loaf+from:nobody", 5, region="results"),
    Page("/search?q=loaf&by=relevance", 4, region="results"),
    Page("/search?q=loaf&by=relevance&before={middle}", 4, region="posts"),
    Page("/search?q=loaf&by=relevance&through={middle}&strength=0", 5, region="results"),
    Page("/search?q=person&by=people", 3, region="results"),
    Page("/search?q=person&by=people&before={middle}", 3, region="people"),
    Page("/settings/profile", 4, region=None, anonymous="logs in"),
    Page("/settings/account", 3, region=None, anonymous="logs in"),
    Page("/settings/sessions", 3, region=None, anonymous="logs in"),
    Page("/settings/pictures", 4, region=None, anonymous="logs in"),
    Page("/settings/delete", 3, region=None, anonymous="logs in"),
    Page("/settings/export", 3, region="archive", anonymous="logs in"),
    Page("/settings/export/archive.zip", 2, region=None, anonymous="logs in", html=False),
    Page("/login/export/{archive}", 4, region="archive"),
    Page("/login/export/{archive}/archive.zip", 3, region=None, html=False),
    Page("/settings/blocks", 3, region="people", anonymous="logs in"),
    Page("/settings/blocks?before={relationship}", 3, region="people", anonymous="logs in"),
    Page("/settings/blocks?through={relationship}", 4, region="people", anonymous="logs in"),
    Page("/notifications", 6, region="notifications", anonymous="logs in"),
    Page("/notifications?kind=like", 5, region="notifications", anonymous="logs in"),
    Page("/notifications?before={notification}", 5, region="notifications", anonymous="logs in"),
    Page("/notifications?through={notification}", 7, region="notifications", anonymous="logs in"),
    Page("/notifications?counted=0", 6, region="unread", anonymous="logs in"),
    Page("/welcome", 5, region=None, anonymous="logs in"),
    Page("/welcome/people", 4, region=None, anonymous="logs in"),
    Page("/welcome/hello", 3, region=None, anonymous="logs in", member=302),
    Page("/posts/{post}/report", 6, region=None, anonymous="logs in"),
    Page("/@bruno/report", 4, region=None, anonymous="logs in"),
    Page("/decisions", 4, region="decisions", anonymous="logs in"),
    Page("/decisions/1/appeal", 3, region=None, anonymous="logs in", member=404),
    Page("/moderation-log", 3, region="log"),
    # For moderators: their budgets are in tests/moderation/test_statements.py.
    Page("/desk", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/reasons", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/1", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/people/bruno", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/people/bruno/removal", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/people/bruno/delete", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/log", 2, region=None, anonymous="logs in", member=404),
    Page("/desk/pictures/1/x", 2, None, "logs in", member=404, html=False),
    Page("/desk/posts/{post}", 2, region=None, anonymous="logs in", member=404),
    Page("/completions?text=@b", 2, region=None, anonymous="logs in", html=False),
    Page("/login", 1, region=None, member=302),
    Page("/register", 1, region=None, member=302),
    Page("/reset-password", 2, region=None),
    Page("/reset-password/sent", 2, region=None),
    Page("/reset-password/{token}", 4, region=None),
    Page("/reset-password/nonsense", 1, region=None, anonymous="is sent away", member=303),
    Page("/confirm/{confirmation}", 3, region=None),
    Page("/register/waiting", 2, region=None),
    Page("/settings/invitations", 5, region=None, anonymous="logs in"),
    Page("/about", 3, region=None),
    Page("/privacy", 2, region=None),
    Page("/terms", 2, region=None),
    Page("/settings/site", 4, region=None, anonymous="logs in", role="administrator"),
    Page("/settings/site/lists", 4, region=None, anonymous="logs in", role="administrator"),
    Page("/settings/site/look", 5, region=None, anonymous="logs in", role="administrator"),
    Page("/settings/site/announcements", 4, None, "logs in", role="administrator"),
    Page("/admin", 6, region=None, anonymous="logs in", role="administrator"),
    Page("/admin/people", 4, region="people", anonymous="logs in", role="administrator"),
    Page("/admin/people?q=b&role=member", 4, "people", "logs in", role="administrator"),
    Page("/admin/people?invitation={invitation}", 4, "people", "logs in", role="administrator"),
    Page("/admin/people/bulk?network=192.", 4, None, "logs in", role="administrator"),
    Page("/admin/people/bulk/{bulk}", 3, "bulk", "logs in", role="administrator"),
    Page("/admin/mails", 4, region="mails", anonymous="logs in", role="administrator"),
    Page("/desk/people", 4, region="people", anonymous="logs in", role="moderator"),
    Page("/shortcuts", 2, region="shortcuts"),
    Page("/theme?theme=dark", 1, region=None, anonymous="is sent away", member=303),
    Page("/language?language=es", 1, region=None, anonymous="is sent away", member=303),
    Page("/announcements/{announcement}/hide", 1, None, "is sent away", member=303),
    Page("/healthz", 1, region=None, html=False),
    Page("/.well-known/change-password", 0, region=None, anonymous="is sent away", member=302),
    file("/avatars/ada.svg"),
    file("/flask-moment.js"),
    file("{static}/css/base.css"),
    file("/explore/feed.atom", 2),
    file("/explore/feed.json?before={middle}", 1),
    file("/tags/bread/feed.atom", 1),
    file("/@bruno/feed.json", 2),
    file("/search/feed.atom?q=loaf", 1),
    file("/search/feed.json", 0),
    file("/posts/{post}/picture-abc.png", 2),
    file("/picture.png"),
    file("/oembed?url=http://localhost/posts/{post}", 1),
    file("/robots.txt"),
    file("/sitemap.xml", 2),
    file("/sitemap/pages.xml"),
    file("/sitemap/posts-{day}.xml", 1),
    file("/.well-known/security.txt"),
    file("/manifest.webmanifest"),
    file("/accent/1d4ed8.css"),
    Page("/banner/unknown/640.webp", 3, region=None, anonymous=404, member=404, html=False),
    file("/favicon.ico"),
    file("/service-worker.js"),
    file("/offline"),
]
# Served by WhiteNoise before the application, or used by none of our pages.
SERVED_ELSEWHERE = {"static", "bootstrap.static"}

# The statuses of a form whose answer htmx swaps.
SWAPS = (303, 200)
# Of a form that is for others.
NOT_FOUND = (404, 404)

FORMS = [
    Form("/posts", {"body": "Hello"}, done=SWAPS),
    Form("/posts", {"body": "Hello @bruno, #tea", "nonce": "abc"}, statements=12, done=SWAPS),
    Form("/posts/{post}/reply", {"body": "Hello", "nonce": "abc"}, statements=11, done=SWAPS),
    Form("/posts/{own}/edit", {"body": "Anew"}, statements=13, others=404, done=SWAPS),
    Form("/posts/{own}/delete", others=404, done=SWAPS),
    Form("/posts/{own}/take-back", statements=15, others=404, done=SWAPS),
    Form("/posts/{deleted}/restore", statements=10, others=404, done=SWAPS),
    Form("/posts/{edited}/restore?version={version}", statements=14, others=404, done=SWAPS),
    Form("/posts/{pictured}/pictures", {"description_1": "A loaf"}, others=404),
    Form("/pictures", {"body": "Hel", "nonce": "abc"}, statements=9, done=SWAPS),
    Form(
        "/pictures/77/move",
        {"body": "Hel", "nonce": "abc", "attached": "78 77"},
        statements=11,
        others=404,
        done=SWAPS,
    ),
    Form("/pictures/79/remove", statements=10, others=404, done=SWAPS),
    Form("/pictures/79/retry", others=404, done=SWAPS),
    Form("/posts/{post}/repost", done=SWAPS),
    Form("/posts/{reply}/unrepost", done=SWAPS),
    Form("/posts/{post}/like", done=SWAPS),
    Form("/posts/{reply}/unlike", done=SWAPS),
    Form("/posts/{post}/bookmark", done=SWAPS),
    Form("/posts/{reply}/unbookmark", done=SWAPS),
    Form("/drafts", {"body": "Hel", "nonce": "abc"}, done=(303, 204)),
    Form("/drafts/{draft}/delete", others=404, done=SWAPS),
    Form("/@carmen/follow", done=SWAPS),
    Form("/@bruno/unfollow", done=SWAPS),
    Form("/@bruno/block", statements=10, done=SWAPS),
    Form("/@dora/unblock", done=SWAPS),
    Form("/@bruno/mute", done=SWAPS),
    Form("/@dora/unmute", done=SWAPS),
    Form("/posts/{own}/pin", others=404, done=SWAPS),
    Form("/posts/{own}/unpin", others=404, done=SWAPS),
    Form("/posts/{own}/preview/remove", others=404, done=SWAPS),
    Form("/posts/{own}/preview/restore", others=404, done=SWAPS),
    Form("/posts/{post}/report", {"reason": "spam", "words": "Ads"}, statements=16),
    Form("/@bruno/report", {"reason": "spam", "words": "Ads", "block": "y"}, statements=22),
    Form("/decisions/1/appeal", {"words": "Please"}, done=NOT_FOUND),
    Form("/appeal/nonsense", {"words": "Please"}, for_anonymous=True, done=NOT_FOUND),
    Form("/login/stay/nonsense", for_anonymous=True, done=NOT_FOUND),
    Form("/login/export/nonsense", for_anonymous=True, done=NOT_FOUND),
    *(
        Form(f"/desk/{url}", done=NOT_FOUND)
        for url in (
            "1/take",
            "1/release",
            "1/decide",
            "1/note",
            "people/bruno/decide",
            "people/bruno/note",
            "people/bruno/role",
            "people/bruno/delete",
            "posts/1",
            "log/1/undo",
            "mail/on",
            "reasons",
            "reasons/1/delete",
        )
    ),
    Form("/logout"),
    Form("/settings/profile", {"display_name": "Ada L.", "about_me": "Tea."}),
    Form("/welcome", {"display_name": "Ada L.", "about_me": "Tea."}),
    Form("/settings/account", {"email": "ada@example.org", "language": "es"}),
    Form("/settings/language", {"language": "es"}),
    # With what hides somebody from all counts.
    Form("/settings/delete", {"password": PASSWORD}, statements=40),
    Form("/settings/export", statements=60),
    Form("/settings/sessions/{session}/revoke", others=404),
    Form("/settings/invitations", {"uses": "1", "days": "7"}),
    Form("/settings/invitations/{invitation}/revoke", others=404),
    Form(
        "/settings/site",
        {"name": "Village", "registration": "open", "reads": "everybody", "languages": "en"}
        | {"links_wait_days": "7", "longest_post": "500", "picture_quota": "1000"},
        # One for each setting that changes.
        statements=20,
        role="administrator",
    ),
    Form("/settings/site/lists", {"blocked_words": "pills"}, role="administrator"),
    Form("/settings/site/look", {"accent": "#1d4ed8"}, role="administrator"),
    Form(
        "/admin/people/bulk?invitation={invitation}",
        {"people": "1", "action": "suspend"},
        # The page again: that is nobody who joined with it.
        done=(422, 422),
        role="administrator",
    ),
    Form("/admin/mails/{mail}/send", statements=12, role="administrator"),
    Form("/announcements/{announcement}/dismiss", done=SWAPS),
    Form("/settings/site/announcements", {"text": "We move."}, role="administrator"),
    Form("/settings/site/announcements/{announcement}/end", role="administrator"),
    Form(
        "/desk/people",
        {"people": "{applicant}", "decision": "let_in"},
        statements=36,
        role="moderator",
    ),
    Form(
        "/register",
        {"username": "newcomer", "email": "new@example.org", "password": "a long password"},
        statements=11,
        for_anonymous=True,
    ),
    Form("/login", {"login": "bruno", "password": PASSWORD}, for_anonymous=True),
    # With the job that writes and sends the mail.
    Form("/reset-password", {"email": "bruno@example.org"}, statements=11, for_anonymous=True),
    Form("/confirm/{confirmation}", for_anonymous=True),
    Form("/settings/confirm"),
    Form("/reset-password/{token}", {"password": "a new password"}, for_anonymous=True),
]


@pytest.fixture(scope="module")
def built():
    """What is built once for the module: the community."""
    return {}


@pytest.fixture
def placeholders(app, built, make_user, make_post, make_follow):
    """Fill the database until lists have second pages; give the values for the URL placeholders."""
    if built:
        built["restore"]()
    else:
        with app.app_context(), writing():
            built["placeholders"] = build_community(make_user, make_post, make_follow)
        with app.app_context():
            refresh_discover()
            suggest_to(db.session.scalars(by_username("ada")).one().id)
        built["restore"] = snapshot(app)
    placeholders = built["placeholders"]
    with app.app_context():
        site_now()
        cached_announcements.stored()
    with app.app_context(), writing() as session:
        # These actions can be undone for some seconds only, so each test does them again.
        session.get(Post, placeholders["deleted"]).delete()
        version = edit(session.get(Post, placeholders["edited"]), "Is")
        bruno = session.scalars(by_username("bruno")).one()
        values = {"version": version.id, "token": reset_token(bruno), "static": app.static_url_path}
        values["day"] = placeholders["post"] // DAY_OF_IDS
        ada = session.scalars(by_username("ada")).one()
        ends = now().replace(microsecond=0) + KEPT
        values["archive"] = make_token(ARCHIVE, ada, ends=ends, export=placeholders["export"])
        for name, type in (("480.webp", "image/webp"), ("archive.zip", "application/zip")):
            store().put(f"every-page/{name}", b"a file", type)
    return placeholders | values


def build_community(make_user, make_post, make_follow):
    """Have people write, follow and react; return the values for the URL placeholders."""
    ada, bruno, _carmen, dora = (make_user(name) for name in ("ada", "bruno", "carmen", "dora"))
    loaf = "Loaf {0} https://bread.example/{0}\n\n#Bread <3 @ada"
    posts = [make_post(bruno, loaf.format(n)) for n in range(30)]
    own, deleted, edited = (make_post(ada, body) for body in ("Mine", "Gone", "Was"))
    replies = [make_post(ada, f"Why {n}?", in_reply_to=posts[1]) for n in range(PAGE + 2)]
    for n in range(4):
        make_post(bruno, f"Because {n}", in_reply_to=replies[0])
    gone = make_post(bruno, "Not for long", in_reply_to=posts[2])
    make_post(ada, "Oh", in_reply_to=gone)
    gone.delete()
    for react in (like, bookmark, repost):
        react(ada, replies[0])
    save_draft(ada, "typed", "What I wan")
    make_follow(ada, bruno)
    for _ in range(PAGE + 2):
        make_follow(make_user(password=None), bruno)
    make_follow(bruno, ada)
    mute(ada, dora)
    for person in (*(make_user(password=None) for _ in range(PAGE + 2)), dora):
        block(ada, person)
    pictured = make_post(ada, "Rye, from the side")
    ready = {"owner_id": ada.id, "state": "ready", "width": 64, "height": 48}
    for id in (77, 78):
        db.session.add(Picture(id=id, nonce="abc", **ready))
    db.session.add(Picture(id=79, post_id=pictured.id, key="every-page", **ready))
    pictured.pictures_count = 1
    ada.sign_in(address="", agent="elsewhere", remembered=False)
    notify_users([ada.id], "like", bruno.id, own.id)
    for post in (own, posts[0], posts[29]):
        show_preview(post, Preview("https://bread.example/", "Rye", "Dark"))
    change_site(privacy="We keep little.", terms="Be good.", members_invite=True)
    mail = OutboxMail(recipient="somebody@example.org", subject="Hello", attempts=1)
    db.session.add(mail)
    kept = {"state": "ready", "bytes": 6, "ends_at": now() + KEPT}
    export = Export(user_id=ada.id, nonce="abc", key="every-page", **kept)
    db.session.add(export)
    db.session.flush()
    applicant = make_user("applicant")
    apply_to_join(applicant, answer="Because.", network="192.0.2.1")
    invitation = invite(ada)
    join_with(invitation, applicant)
    bulk = BulkAction(actor_id=ada.id, action="suspend", total=2)
    db.session.add(bulk)
    db.session.flush()

    def newest(column):
        return db.session.scalars(query(column).order_by(column.desc())).all()

    return {
        "middle": posts[27].id,
        "post": posts[0].id,
        "applicant": applicant.id,
        "mail": mail.id,
        "export": export.id,
        "announcement": announce("We move on Friday.").id,
        "invitation": invitation.id,
        "bulk": bulk.id,
        "confirmation": make_token(CONFIRM, bruno, ends=now() + WORKS_FOR),
        "own": own.id,
        "pictured": pictured.id,
        "parent": posts[1].id,
        "reply": replies[0].id,
        "gone": gone.id,
        "edited": edited.id,
        "draft": newest(Draft.id)[0],
        "deleted": deleted.id,
        "session": newest(LoginSession.id)[0],
        "follower": newest(Follow.since)[1],
        "relationship": newest(Block.since)[1],
        "notification": newest(Notification.id)[1],
    }


@pytest.fixture
def ada(app, placeholders):
    """Give the viewer's user."""
    with app.app_context():
        return db.session.scalars(by_username("ada")).one()


# The fields that people type into.
TYPED = {"body", "display_name", "about_me", "email", "words", "name", "blocked_words", "text"}
FOR_MEMBERS_ONLY = [form for form in FORMS if not form.for_anonymous]
HTML = [page for page in PAGES if page.html and page.member == 200]
FOR_ALL = [page for page in PAGES if page.anonymous == "sees it"]
FOR_MEMBERS = [page for page in PAGES if page.anonymous == "logs in"]
SWAPPED = [page for page in PAGES if page.region]


def every(name, examples):
    """Run the test for each of ``examples``."""
    return pytest.mark.parametrize(name, examples, ids=str)


@pytest.fixture
def contents(app):
    """Give a function that reads the whole database, except the columns that a GET may change."""

    def read():
        with app.app_context(), db.engine.connect() as connection:
            return {
                table.name: sorted(
                    str(
                        [v for k, v in row.items() if k not in MOVED_BY_READING.get(table.name, ())]
                    )
                    for row in connection.execute(table.select()).mappings()
                )
                for table in Base.metadata.sorted_tables
            }

    return read


@pytest.fixture
def viewer(request, ada, signed_in, give_role):
    """The client of a member who follows and writes, in the role that the page or form needs."""
    values = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    wanted = values.get("page") or values.get("form")
    if wanted and wanted.role != "member":
        give_role(ada, wanted.role)
    return signed_in(ada)


def values(page):
    """Return the values of the fields of all forms in the main part of a page."""
    fields = parse(page).css("main form [name]")
    return {field.attributes.get("value") or field.text().strip() for field in fields}


def endpoints(app, examples, placeholders):
    adapter = app.url_map.bind("localhost")
    method = "GET" if isinstance(examples[0], Page) else "POST"
    return {adapter.match(urlsplit(e.url.format(**placeholders)).path, method)[0] for e in examples}


def test_pages_lists_every_url_for_get(app, placeholders):
    read = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert read - SERVED_ELSEWHERE == endpoints(app, PAGES, placeholders) - SERVED_ELSEWHERE


def test_forms_lists_every_url_for_post(app, placeholders):
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert posted == endpoints(app, FORMS, placeholders)


def test_no_url_accepts_another_method(app):
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


# Pages


@every("page", PAGES)
def test_a_member_gets_the_page(page, placeholders, viewer):
    assert viewer.get(page.url.format(**placeholders)).status_code == page.member


@pytest.mark.thorough
@every("page", HTML)
def test_a_page_is_a_complete_document(page, placeholders, viewer):
    whole = viewer.get(page.url.format(**placeholders))
    assert "<html" in whole.text
    one(whole, "h1")
    one(whole, "main#main")
    assert one(whole, "title").text().strip()


@pytest.mark.thorough
@every("page", HTML)
def test_the_form_of_actions_comes_before_its_buttons(page, placeholders, viewer):
    whole = viewer.get(page.url.format(**placeholders)).text
    assert 0 < whole.index('<form id="actions"') < whole.index('form="actions"')


@every("page", FOR_ALL)
def test_an_anonymous_viewer_gets_the_public_pages(page, placeholders, anonymous):
    for htmx in (False, True):
        answer = anonymous.get(page.url.format(**placeholders), htmx=htmx)
        assert answer.status_code == 200
        assert b"/logout" not in answer.data


@pytest.mark.thorough
@every("page", FOR_MEMBERS)
def test_an_anonymous_viewer_logs_in_and_comes_back(page, placeholders, anonymous):
    url = page.url.format(**placeholders)
    answer = anonymous.get(url)
    assert answer.status_code == 303
    assert urlsplit(answer.location).path == "/login"
    anonymous.follow(answer)
    assert anonymous.submit("main form", login="ada", password=PASSWORD).location == url


@pytest.mark.thorough
@every("page", FOR_MEMBERS)
def test_an_anonymous_viewer_with_htmx_gets_a_message_and_keeps_the_page(
    page, placeholders, anonymous
):
    answer = anonymous.get(page.url.format(**placeholders), htmx=True)
    assert answer.status_code == 401
    assert messages(answer)
    absent(answer, "form, main, article")


@every("page", SWAPPED)
def test_a_fragment_is_a_verbatim_piece_of_the_page(page, placeholders, viewer):
    whole = check_fragment(viewer, page.url.format(**placeholders))
    one(whole, "#" + page.region.format(**placeholders))


@pytest.mark.thorough
@every("page", [page for page in SWAPPED if page in FOR_ALL])
def test_a_fragment_is_a_verbatim_piece_of_the_page_for_an_anonymous_viewer(
    page, placeholders, anonymous
):
    check_fragment(anonymous, page.url.format(**placeholders))


def check_fragment(client, url):
    whole, fragment = client.get(url).text, client.get(url, htmx=True).text
    assert "<html" in whole
    assert "<html" not in fragment
    assert "<main" not in fragment
    assert fragment.strip()
    assert FLEETING.sub(r"\1", fragment) in FLEETING.sub(r"\1", whole)
    return whole


@pytest.mark.thorough
@every("page", HTML)
def test_htmx_requests_only_urls_with_a_fragment(page, placeholders, viewer, app):
    found = parse(viewer.get(page.url.format(**placeholders))).css("[hx-get]")
    # A link without a URL of its own for htmx is requested at its href.
    asked = [each.attributes["hx-get"] or each.attributes["href"] for each in found]
    adapter = app.url_map.bind("localhost")
    swapped = endpoints(app, SWAPPED, placeholders)
    assert {adapter.match(urlsplit(url).path)[0] for url in asked} <= swapped


@pytest.mark.thorough
@every("page", PAGES)
def test_a_get_writes_no_row(page, placeholders, viewer, contents):
    before = contents()
    for htmx in (False, True):
        viewer.get(page.url.format(**placeholders), htmx=htmx)
    assert contents() == before


@every("page", PAGES)
def test_a_page_stays_within_its_statements(page, placeholders, viewer, statements):
    with statements() as sent:
        viewer.get(page.url.format(**placeholders))
    assert len(sent) <= page.statements, sent


@pytest.mark.thorough
@every("page", PAGES)
def test_a_page_sends_no_statement_twice(page, placeholders, viewer, statements):
    """This finds N+1 queries: they send one statement for each row of a list."""
    url = page.url.format(**placeholders)
    for htmx in (False, True):
        with statements() as sent:
            viewer.get(url, htmx=htmx)
        assert sorted(set(sent)) == sorted(sent)


@pytest.mark.thorough
@every("page", PAGES)
def test_caches_separate_a_page_from_its_fragment_and_from_other_viewers(
    page, placeholders, viewer
):
    answer = viewer.get(page.url.format(**placeholders))
    if page.public:
        assert answer.cache_control.public
        assert answer.cache_control.max_age > 0
        assert "Set-Cookie" not in answer.headers
    elif page.private:
        assert "Cookie" in answer.vary
        assert answer.headers["Cache-Control"] == "private, max-age=300"
    else:
        assert {"HX-Request", "HX-Request-Type", "Cookie"} <= set(answer.vary)
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.thorough
@every("page", HTML)
def test_a_page_loads_nothing_from_another_host(page, placeholders, viewer):
    whole = viewer.get(page.url.format(**placeholders))
    asked = attributes(whole, "[src]", "src") + attributes(whole, "form[action]", "action")
    loaded = "link:not([rel=canonical], [rel=alternate])"
    asked += attributes(whole, f"{loaded}[href], use[href]", "href")
    assert asked
    assert [url for url in asked if not is_own_path(url)] == []


@pytest.mark.thorough
@every("page", [page for page in PAGES if page.role == "member"])
def test_a_page_shows_no_email_address_but_the_viewers(page, placeholders, viewer):
    content = viewer.get(page.url.format(**placeholders)).data
    assert b"bruno@" not in content
    assert b"person1@" not in content


REFUSED_FORMS = {
    "/register": {"username": "a b", "email": "none", "password": "short"},
    "/login": {"login": "ada", "password": "wrong"},
    "/settings/account": {"email": "none", "language": "", "password": "short"},
    "/posts": {"body": ""},
    "/posts/{post}/reply": {"body": ""},
    "/missing": {},
}


# Pages that are others for who has neither written nor followed.
NEWCOMERS_PAGES = ("/", "/notifications", "/bookmarks", "/drafts", "/welcome/hello")


@pytest.mark.thorough
def test_the_nu_html_checker_finds_nothing(
    placeholders, viewer, anonymous, make_user, signed_in, tmp_path
):
    if why := nu.missing():
        pytest.skip(why)
    pages = {}
    for who, client in (("a member", viewer), ("an anonymous viewer", anonymous)):
        for page in HTML if client is viewer else FOR_ALL:
            answer = client.get(page.url.format(**placeholders))
            if answer.mimetype == "text/html":
                pages[f"{page} for {who}"] = answer.text
        for url, typed in REFUSED_FORMS.items():
            answer = client.post(url.format(**placeholders), typed)
            if answer.status_code >= 400:
                pages[f"{url}, refused, for {who}"] = answer.text
    newcomer = signed_in(make_user("newcomer"))
    for url in NEWCOMERS_PAGES:
        pages[f"{url} for a newcomer"] = newcomer.get(url).text
    assert len(pages) > len(HTML)
    assert nu.faults(pages, tmp_path) == []


# Where only members read

# What the people of the community wrote, and who they are.
SECRETS = ("Loaf", "bruno", "carmen", "dora", "person1", "Why 1?", "bread.example")


# Whoever has the link knows the name.
@pytest.mark.thorough
@every("page", [page for page in PAGES if not page.url.startswith("/confirm/")])
def test_where_only_members_read_nobody_else_finds_anything(
    page, placeholders, anonymous, set_site
):
    set_site(reads="members")
    for htmx in (False, True):
        answer = anonymous.get(page.url.format(**placeholders), htmx=htmx)
        assert answer.status_code < 500
        if answer.status_code not in (302, 303):  # They only say where to log in.
            shown = answer.text if answer.mimetype.startswith("text/") else ""
            assert [secret for secret in SECRETS if secret in shown] == []
        if answer.mimetype == "text/html":
            absent(answer, "article, img.avatar")


@pytest.mark.thorough
@every("page", HTML)
def test_where_only_members_read_they_read_as_before(page, placeholders, viewer, set_site):
    set_site(reads="members")
    assert viewer.get(page.url.format(**placeholders)).status_code == page.member


# Whose page it is


@pytest.mark.thorough
@every("page", HTML)
def test_every_form_of_a_page_has_the_account_of_its_viewer(page, placeholders, viewer, ada):
    forms = select(viewer.get(page.url.format(**placeholders)), "form[method=post]")
    assert [
        [field.attributes["value"] for field in form.css("[name=account]")] for form in forms
    ] == [[str(ada.id)]] * len(forms)


@pytest.mark.thorough
@every("page", [page for page in FOR_ALL if page.html])
def test_a_form_for_an_anonymous_viewer_has_no_account(page, placeholders, anonymous):
    absent(anonymous.get(page.url.format(**placeholders)), "[name=account]")


@pytest.mark.thorough
@every("page", HTML)
def test_htmx_sends_whose_page_it_is(page, placeholders, viewer, ada):
    body = one(viewer.get(page.url.format(**placeholders)), "body")
    assert json.loads(body.attributes["hx-headers:inherited"]) == {"Account": str(ada.id)}


@pytest.mark.thorough
@every("page", SWAPPED)
@pytest.mark.parametrize("now", ["nobody", "another account"])
def test_a_page_of_another_account_gets_no_fragment(
    page, placeholders, ada, anonymous, make_user, signed_in, now
):
    client = anonymous if now == "nobody" else signed_in(make_user("mallory"))
    url = page.url.format(**placeholders)
    answer = client.get(url, htmx=True, headers={"Account": str(ada.id)})
    assert answer.status_code == (401 if now == "nobody" else 409)
    one(answer, "hx-partial[hx-target='#flash'] .message")
    absent(answer, "article, form, #new_posts, #unread, #results")


@pytest.mark.thorough
@every("page", SWAPPED)
def test_a_page_whose_session_was_ended_gets_no_fragment(page, placeholders, app, ada, viewer):
    with app.app_context(), writing():
        ada.end_sessions()
    answer = viewer.get(page.url.format(**placeholders), htmx=True)
    assert answer.status_code == 401
    absent(answer, "article, form")


@pytest.mark.thorough
@every("page", [page for page in SWAPPED if page in FOR_ALL])
def test_the_page_of_an_anonymous_viewer_gets_its_fragments(page, placeholders, app, ada, viewer):
    url = page.url.format(**placeholders)
    whose = {"Account": "0"}
    assert viewer.get(url, htmx=True, headers=whose).status_code == 409
    with app.app_context(), writing():
        ada.end_sessions()
    assert viewer.get(url, htmx=True, headers=whose).status_code == 200


@pytest.mark.thorough
@every("form", FOR_MEMBERS_ONLY)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_of_another_account_does_nothing(
    form, placeholders, ada, make_user, signed_in, contents, htmx
):
    mallory = signed_in(make_user("mallory"))
    before = contents()
    fields = form.fields | {"account": str(ada.id)}
    answer = mallory.post(form.url.format(**placeholders), fields, htmx=htmx)
    assert answer.status_code == 409
    assert contents() == before
    absent(answer, "main form, main [name]")
    if htmx:
        assert "You are @mallory now." in messages(answer)[0]
    else:
        one(answer, "h1", text="You are @mallory now")
        shown = [field.text().strip() for field in parse(answer).css("main textarea[readonly]")]
        assert shown == [value for name, value in form.fields.items() if name in TYPED]


@pytest.mark.thorough
@every("page", HTML)
def test_a_form_that_expired_has_all_its_fields_again(page, placeholders, viewer):
    check_expired_forms(viewer, page.url.format(**placeholders))


@pytest.mark.thorough
@pytest.mark.parametrize("url", ["/login", "/register", "/reset-password"])
def test_a_form_for_an_anonymous_viewer_that_expired_has_them_too(anonymous, url):
    check_expired_forms(anonymous, url)


def check_expired_forms(client, url):
    for form in parse(client.get(url)).css("main form[method=post]"):
        names = {field.attributes["name"] for field in form.css("[name]:not([type=submit])")}
        sent = dict.fromkeys(names - {"csrf_token", "account"}, "1")
        answer = client.post(form.attributes["action"], sent, token="expired")
        assert answer.status_code == 400
        assert {
            field.attributes["name"] for field in parse(answer).css("main form [name]")
        } == names


# Forms


@every("form", FORMS)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_requires_our_csrf_token(form, placeholders, viewer, make_client, htmx, contents):
    before = contents()
    for token in (None, "", "nonsense", make_client().token()):
        answer = viewer.post(form.url.format(**placeholders), form.fields, token=token, htmx=htmx)
        assert answer.status_code == 400
    assert contents() == before


@every("form", FOR_MEMBERS_ONLY)
def test_a_form_for_members_sends_an_anonymous_viewer_to_log_in(
    form, placeholders, anonymous, contents
):
    anonymous.get("/login")
    before = contents()
    url = form.url.format(**placeholders)
    answer = anonymous.post(url, form.fields)
    # What was typed is in the log-in form, not in its URL.
    typed = TYPED & set(form.fields)
    assert answer.status_code == (401 if typed else 303)
    log_in = one(answer, "main form").attributes["action"] if typed else answer.location
    assert urlsplit(log_in).path == "/login"
    assert not any(form.fields[name] in log_in for name in typed)
    assert anonymous.post(url, form.fields, htmx=True).status_code == 401
    assert contents() == before


@pytest.mark.thorough
@every("form", [form for form in FOR_MEMBERS_ONLY if TYPED & set(form.fields)])
def test_what_an_anonymous_viewer_typed_is_there_after_logging_in(form, placeholders, anonymous):
    anonymous.post(form.url.format(**placeholders), form.fields)
    answer = anonymous.submit("main form", login="ada", password=PASSWORD)
    page = anonymous.follow(answer) if answer.status_code == 303 else answer
    assert set(form.fields.values()) <= values(page)


@pytest.mark.thorough
@every("form", [form for form in FORMS if form.others])
def test_a_form_of_another_owner_is_not_found(form, placeholders, make_user, signed_in, contents):
    client = signed_in(make_user("mallory"))
    before = contents()
    for htmx in (False, True):
        answer = client.post(form.url.format(**placeholders), form.fields, htmx=htmx)
        assert answer.status_code == form.others
    assert contents() == before


@every("form", FORMS)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_stays_within_its_statements(
    form, placeholders, viewer, anonymous, statements, htmx
):
    client = anonymous if form.for_anonymous else viewer
    client.token()
    # A value that is a placeholder alone; others have braces of their own.
    named = {f"{{{name}}}": value for name, value in placeholders.items()}
    fields = {
        name: named.get(value, value) if isinstance(value, str) else value
        for name, value in form.fields.items()
    }
    with statements() as sent:
        answer = client.post(form.url.format(**placeholders), fields, htmx=htmx)
    assert answer.status_code == form.done[htmx]
    assert len(sent) <= form.statements, sent


@pytest.mark.thorough
@every("form", FORMS)
def test_an_unknown_field_changes_nothing(form, placeholders, viewer, rows, ada):
    extra = {
        "role": "administrator",
        "state": "active",
        "is_admin": "y",
        "author_id": "1",
        "id": "1",
        "posts_count": "999",
        "user_id": "1",
    }
    viewer.post(form.url.format(**placeholders), extra | form.fields)
    kept = rows("user", "id = :id", id=ada.id)[0]
    assert not kept["is_admin"]
    assert kept["role"] == form.role
    assert kept["posts_count"] < 100


@pytest.mark.thorough
@every("form", FORMS)
def test_a_form_cannot_be_sent_by_get(form, placeholders, viewer, contents):
    before = contents()
    url = form.url.format(**placeholders)
    answer = viewer.get(f"{url}{'&' if '?' in url else '?'}{urlencode(form.fields)}")
    assert answer.status_code in (200, 302, 303, 405, *form.done)
    assert contents() == before
