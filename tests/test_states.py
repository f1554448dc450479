"""Who is hidden leaks nowhere, and who is limited reaches followers: each state at each place."""

import io
import zipfile

import pytest

from app.accounts.invitations import invite, join_with
from app.accounts.models import User, by_username
from app.data.database import db, writing
from app.data.ids import DAY_OF_IDS
from app.discover.jobs import refresh_discover, suggest_to
from app.exports.archive import write_archive
from app.follows.models import block
from app.media.models import Picture
from app.media.stores import store
from app.posts.drafts import save_draft
from app.posts.models import Post
from app.posts.reposting import repost
from app.posts.writing import edit
from app.reactions.models import bookmark, like
from app.site import change_site
from app.web.access import access_of
from tests.client import Client
from tests.html import parse

pytestmark = pytest.mark.thorough

HIDDEN = ("suspended", "waiting", "leaving")
STATES = (*HIDDEN, "limited")


class Place:
    """A URL; who sees a limited person there, and the word that shows it."""

    def __init__(self, url, *, limited="nobody", of="everybody", word="mallory"):
        self.url, self.limited, self.of, self.word = url, limited, of, word

    def __str__(self):
        return self.url


# Of: who opens the place. A stranger and a follower are signed in.
PLACES = [
    Place("/", of="follower", limited="follower"),
    Place("/", of="anonymous"),
    Place("/explore", word="quagga"),
    Place("/tags/zebra", word="quagga"),
    Place("/search?q=quagga"),
    Place("/search?q=quagga&by=relevance"),
    Place("/search?q=from:mallory+-x", word="quagga"),
    Place("/search?q=from:mallory", word="quagga"),
    Place("/search?q=kunz&by=people"),
    Place("/completions?text=@mal", of="stranger"),
    Place("/completions?text=%23zeb", of="stranger", word="zebra"),
    Place("/explore/people"),
    Place("/explore/tags", word="zebra"),
    Place("/welcome/people", of="stranger"),
    Place("/@mallory", word="quagga", limited="follower"),
    Place("/@mallory/replies", word="quagga", limited="follower"),
    Place("/@mallory/followers", of="anonymous", word='href="/@follower"', limited="everybody"),
    Place("/@follower/following", limited="everybody"),
    Place("/@stranger/followers", limited="everybody"),
    Place("/posts/{post}", word="quagga", limited="everybody"),
    Place("/posts/{parent}", limited="everybody"),
    Place("/posts/{reply}", limited="everybody"),
    Place("/posts/{parent}/likes", limited="everybody"),
    Place("/posts/{parent}/reposts", limited="everybody"),
    Place("/notifications", of="stranger", limited="stranger"),
    Place("/bookmarks", of="stranger", limited="stranger"),
    Place("/settings/blocks", of="blocker", limited="blocker"),
    Place("/explore/feed.atom"),
    Place("/tags/zebra/feed.json"),
    Place("/@mallory/feed.atom", word="quagga"),
    Place("/search/feed.atom?q=quagga"),
    Place("/sitemap/posts-{day}.xml", word="/posts/{post}"),
    Place("/sitemap/people-{week}.xml"),
    Place("/oembed?url=http://localhost/posts/{post}", limited="everybody"),
    Place("/posts/{post}/picture-a.png", word="IHDR", limited="everybody"),
    Place("/explore/feed.json"),
    Place("/tags/zebra/feed.atom"),
    Place("/@mallory/feed.json", word="quagga"),
    Place("/search/feed.json?q=quagga"),
    Place("/explore?since={parent}", word="new post"),
    Place("/tags/zebra?since={parent}", word="new post"),
    Place("/@bystander", word="quagga"),
    Place("/@bystander/replies", word="quagga", limited="everybody"),
    Place("/@mallory/following", of="anonymous", word='href="/@stranger"', limited="everybody"),
    Place("/posts/{post}/likes", of="anonymous", word='href="/@stranger"', limited="everybody"),
    Place("/posts/{post}/reposts", of="anonymous", word='href="/@bystander"', limited="everybody"),
    Place("/posts/{post}/history", word="quagga", limited="everybody"),
    Place("/posts/{post}/menu", word="mallory", limited="everybody"),
    Place("/posts/{post}/reply", of="stranger", limited="stranger"),
    Place("/posts/{post}/report", of="stranger", limited="stranger"),
    Place("/@mallory/report", of="stranger", limited="stranger"),
    Place("/drafts", of="stranger", limited="stranger"),
    Place("/notifications?kind=mention", of="stranger", limited="stranger"),
    Place("/search?q=kunz", of="stranger"),
    Place("/about", of="anonymous", limited="everybody"),
    Place("/settings/invitations", of="stranger", limited="stranger"),
    Place("/pictures/of-mallory/480.webp", word="a picture", limited="everybody"),
    Place("/explore/people", of="follower", word="@mallory"),
    Place("/explore", of="stranger", word="kunz"),
]


@pytest.fixture
def people(app, make_user, make_post, make_follow):
    """People around mallory, who did all that one can do; give the ids in URLs."""
    names = ("stranger", "follower", "blocker", "bystander")
    with app.app_context():
        mallory = make_user("mallory", display_name="Mallory Kunz")
        stranger, follower, blocker, bystander = (make_user(name) for name in names)
        make_follow(follower, mallory)
        parent = make_post(stranger, "Who knows?")
        post = make_post(mallory, "A quagga #zebra @stranger")
        make_post(mallory, "I, @stranger", in_reply_to=parent)
        reply = make_post(bystander, "Well", in_reply_to=post)
        # Of the follower's home: what somebody else shows of mallory.
        make_follow(follower, bystander)
        repost(bystander, post)
        for act in (like, repost):
            act(mallory, parent)
        make_follow(mallory, stranger)
        bookmark(stranger, post)
        like(stranger, post)
        edit(post, "A quagga #zebra, @stranger")
        save_draft(stranger, "typed", "Well,", in_reply_to_id=post.id)
        block(blocker, mallory)
        mallory.set_role("moderator")
        change_site(members_invite=True)
        join_with(invite(stranger), mallory)
        with writing() as session:
            picture = {"owner_id": mallory.id, "post_id": post.id, "key": "of-mallory"}
            session.get_one(Post, post.id).pictures_count = 1
            session.add(Picture(**picture, state="ready", width=64, height=48))
        store().put("of-mallory/480.webp", b"a picture", "image/webp")
        refresh_discover()
        for person in (stranger, follower):
            suggest_to(person.id)
        ids = {"post": post.id, "parent": parent.id, "reply": reply.id}
        ids["day"], ids["week"] = post.id // DAY_OF_IDS, mallory.id // (7 * DAY_OF_IDS)
    return ids


@pytest.fixture
def put(app, people):
    """Give a function that puts mallory into a state."""

    def put(state):
        with app.app_context():
            user = db.session.scalars(db.select(User).where(User.username == "mallory")).one()
            user.set_state(state)

    return put


@pytest.fixture
def sees(people, signed_in, anonymous):
    """Give a function that returns whether a person finds mallory at a place."""
    clients = {"anonymous": anonymous}

    def sees(who, place):
        if who not in clients:
            clients[who] = signed_in(type("Named", (), {"username": who}))
        content = clients[who].get(place.url.format(**people)).data
        word = place.word.format(**people).encode()
        return word.lower() in content.lower().replace(place.url.format(**people).encode(), b"")

    return sees


def viewers(place):
    return ("anonymous", "stranger", "follower") if place.of == "everybody" else (place.of,)


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("state", STATES)
def test_a_state_at_a_place(place, state, put, sees):
    expected = dict.fromkeys(viewers(place), False)
    before = {who: sees(who, place) for who in expected}
    assert any(before.values()), "The test looks for what is never there."
    put(state)
    if state == "limited":
        expected = {
            who: place.limited in (who, "everybody") and before[who] for who in viewers(place)
        }
    assert {who: sees(who, place) for who in expected} == expected
    put("active")
    assert {who: sees(who, place) for who in expected} == before


def counts(rows):
    people = rows("user", "username <> 'mallory'")
    posts = rows("post", "body = 'Who knows?'")
    return [
        {name: row[name] for name in names}
        for found, names in (
            (people, ("followers_count", "following_count")),
            (posts, ("replies_count", "likes_count", "reposts_count")),
        )
        for row in found
    ]


@pytest.mark.parametrize("state", HIDDEN)
def test_what_hidden_people_did_is_not_counted(app, put, rows, people, state):
    before = counts(rows)
    put(state)
    assert (
        sum(sum(each.values()) for each in counts(rows)) == 2
    )  # The follower of the bystander, at both.
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output
    put("active")
    assert counts(rows) == before
    assert app.test_cli_runner().invoke(args=["counters", "check"]).exit_code == 0


def test_a_hidden_person_counts_as_no_unread_notification(put, people, signed_in):
    stranger = signed_in(type("Named", (), {"username": "stranger"}))
    assert 'class="badge' in stranger.get("/explore").text
    put("suspended")
    assert 'class="badge' not in stranger.get("/explore").text


def test_a_limited_person_notifies_followers_only(app, put, people, make_post, rows):
    put("limited")
    with app.app_context():
        mallory = db.session.scalars(db.select(User).where(User.username == "mallory")).one()
        before = len(rows("notification"))
        make_post(mallory, "Hello @follower @stranger @bystander")
    found = rows("notification")[before:]
    names = {row["id"]: row["username"] for row in rows("user")}
    assert [names[row["user_id"]] for row in found] == ["follower"]


def test_posts_of_a_limited_person_are_not_reposted(put, people, signed_in, rows):
    put("limited")
    client = signed_in(type("Named", (), {"username": "stranger"}))
    before = len(rows("post"))
    client.token()
    for htmx in (False, True):
        assert client.post(f"/posts/{people['post']}/repost", htmx=htmx).status_code == 403
    assert len(rows("post")) == before


def test_the_profile_of_a_limited_person_stands_behind_a_notice(put, people, anonymous):
    put("limited")
    assert "quagga" not in anonymous.get("/@mallory").text
    assert "quagga" in anonymous.get("/@mallory?anyway=1").text


def test_the_profile_of_a_suspended_person_says_so(put, people, anonymous):
    put("suspended")
    answer = anonymous.get("/@mallory")
    assert answer.status_code == 404
    assert "suspended by the moderators" in answer.text
    put("leaving")
    assert "suspended" not in anonymous.get("/@mallory").text


# The same for everybody, whoever asks: they are made for anonymous viewers.
FOR_ANYBODY = ("feed.", "/sitemap", "/oembed", "/picture-", "/about")
# Tags are nobody's, who is blocked can be reported, and whom one invited is known.
IN_SPITE_OF_BLOCKS = {
    *("/completions?text=%23zeb", "/explore/tags"),
    *("/@mallory/report", "/settings/invitations"),
}


@pytest.mark.parametrize("blocks", ["stranger", "mallory"])
def test_who_blocked_the_other_finds_them_nowhere(blocks, app, people, sees):
    places = [
        place
        for place in PLACES
        if "stranger" in viewers(place) and not any(each in place.url for each in FOR_ANYBODY)
    ]
    seen = [place for place in places if sees("stranger", place)]
    assert len(seen) > 20
    with app.app_context():
        stranger, mallory = (
            db.session.scalars(by_username(name)).one() for name in ("stranger", "mallory")
        )
        block(*((stranger, mallory) if blocks == "stranger" else (mallory, stranger)))
    still = {str(place) for place in seen if sees("stranger", place)}
    assert still == IN_SPITE_OF_BLOCKS


@pytest.mark.parametrize("state", HIDDEN)
def test_a_kept_page_shows_no_hidden_person(state, make_app, people, put):
    """Nor does one that was kept for anonymous viewers before."""
    app = make_app(ANONYMOUS_CACHE_SECONDS=600)
    words = {
        place.url.format(**people): place.word.format(**people).encode()
        for place in PLACES
        if "anonymous" in viewers(place)
    }

    def seen():
        answers = {url: Client(app).get(url).data for url in words}
        return [
            url
            for url, answer in answers.items()
            if words[url].lower() in answer.lower().replace(url.encode(), b"")
        ]

    for _twice in range(2):
        assert len(seen()) > 20
    put(state)
    assert seen() == []


@pytest.mark.parametrize("state", HIDDEN)
def test_an_archive_names_no_hidden_person(state, app, people, put):
    def names():
        with app.app_context():
            found = []
            for name in ("stranger", "follower"):
                file = io.BytesIO()
                write_archive(db.session.scalars(by_username(name)).one(), file, lambda _done: None)
                with zipfile.ZipFile(file) as archive:
                    found += [
                        f"{name}: {each}"
                        for each in archive.namelist()
                        if b"mallory" in archive.read(each).lower()
                    ]
            return found

    lists = ("stranger: followers", "stranger: notifications", "follower: following")
    assert {each.rpartition(".")[0] for each in names()} == set(lists)
    put(state)
    assert names() == []


# Endpoints that show nobody but their viewer, whom the viewer reported, or what the site says.
SHOWING_NOBODY = {
    "accounts.confirm",
    "accounts.edit_account",
    "accounts.edit_profile",
    "accounts.forgot_password",
    "accounts.leave_site",
    "accounts.login",
    "accounts.register",
    "accounts.reset_password",
    "accounts.reset_sent",
    "accounts.sessions",
    "accounts.waiting",
    "administration.hide_announcement",
    "administration.privacy",
    "administration.terms",
    "choose_language",
    "choose_theme",
    "discover.introduce",
    "discover.say_hello",
    "exports.download",
    "exports.download_by_link",
    "exports.show",
    "exports.show_by_link",
    "flask_moment_js",
    "healthz",
    "media.describe",
    "media.prepared",
    "media.serve_site_banner",
    "media.usage",
    "moderation.appeal_decision",
    "moderation.decisions",
    "moderation.public_log",
    "posts.new",
    "posts.held",
    "posts.write_edit",
    "profiles.avatar",
    "sharing.change_password",
    "sharing.favicon",
    "sharing.manifest",
    "sharing.offline",
    "sharing.robots",
    "sharing.security",
    "sharing.service_worker",
    "sharing.site_picture",
    "sharing.sitemap",
    "sharing.sitemap_of_pages",
    "shortcuts",
    "site.accent_stylesheet",
}


def test_every_url_that_may_show_somebody_is_a_place(app, people):
    adapter = app.url_map.bind("localhost")
    places = {adapter.match(place.url.format(**people).partition("?")[0])[0] for place in PLACES}
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.endpoint.endswith("static")
        and access_of(app.view_functions[rule.endpoint]) in ("everybody", "readers", "members")
    }
    assert shown - places == SHOWING_NOBODY


def test_a_reply_of_a_limited_person_is_folded_for_whom_it_does_not_concern(
    put, people, make_user, make_post, signed_in, anonymous, app
):
    def folded(client, url):
        return len(parse(client.get(url.format(**people))).css("#posts details.set-aside article"))

    put("limited")
    own = signed_in(type("Named", (), {"username": "mallory"}))
    other = signed_in(make_user("other"))
    known = ("stranger", "follower")
    stranger, follower = (signed_in(type("Named", (), {"username": name})) for name in known)
    assert [folded(who, "/posts/{parent}") for who in (anonymous, other)] == [1, 1]
    # Who is replied to, who follows, and who wrote it.
    assert [folded(who, "/posts/{parent}") for who in (stranger, follower, own)] == [0, 0, 0]
    with app.app_context():
        mallory = db.session.scalars(db.select(User).where(User.username == "mallory")).one()
        reply = db.session.get_one(Post, people["reply"])
        top = db.session.get_one(Post, people["parent"])
        deep = make_post(mallory, "And I", in_reply_to=make_post(mallory, "I too", in_reply_to=top))
        make_post(mallory, "Well?", in_reply_to=reply)
    # Below a reply it is not shown; on the page of that reply, folded.
    assert f"post_{deep.id}" not in anonymous.get("/posts/{parent}".format(**people)).text
    assert folded(anonymous, "/posts/{reply}") == 1
    assert folded(stranger, "/posts/{reply}") == 1
