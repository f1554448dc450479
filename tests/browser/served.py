"""A running site on a database of its own, and what users do there."""

import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

import whitenoise.compress
from flask import Response, session
from flask_migrate import upgrade
from playwright.sync_api import BrowserContext
from sqlalchemy import func, select, text, update
from werkzeug.datastructures import FileStorage
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.accounts.models import User, by_username
from app.accounts.registering import register
from app.accounts.resets import reset_token
from app.accounts.roles import Role
from app.accounts.sign_in import begin_session
from app.community.loading import load
from app.data.database import db, now, writing
from app.discover.jobs import refresh_discover, suggest_to
from app.follows.models import Follow, block, follow, mute
from app.mail.models import OutboxMail
from app.media.models import Picture
from app.media.uploads import store_uploads
from app.notifications.models import notify_users
from app.posts.drafts import save_draft
from app.posts.models import Draft, Post
from app.posts.reposting import repost
from app.posts.writing import edit, publish
from app.reactions.models import bookmark, like
from app.web.urls import STATIC

from .pictures import drawn

PASSWORD = "three-unrelated-words"


class Site:
    """A running site: its URL, and the actions of its users, done by the application's verbs."""

    def __init__(self, app: Any, url: str, gate: "_Gate") -> None:
        self.app, self.url, self._gate = app, url, gate

    def person(self, username: str | None = None, **profile: str) -> User:
        """Register a user, by default with a random username."""
        username = username or f"user_{secrets.token_hex(4)}"
        email = f"{username.lower()}@example.org"
        with self.app.app_context():
            return register(username, email=email, password=PASSWORD, **profile)

    def imports(self, username: str, created_at: str) -> None:
        """Import a user who joined another site at ``created_at``; do it once for a username."""
        with self.app.app_context():
            if not db.session.scalar(by_username(username)):
                row = {"username": username, "display_name": "", "created_at": created_at}
                load([row], [], [])

    def writes(self, author: User, *bodies: str) -> list[Post]:
        """Publish posts in this order."""
        with self.app.app_context(), writing():
            return [publish(author, body) for body in bodies]

    def shows(
        self, author: User, body: str, pictures: Mapping[str, str], *, sensitive: bool = False
    ) -> Post:
        """Publish a post with pictures, by shape, with their descriptions."""
        files = [drawn(shape) for shape in pictures]
        sent = [FileStorage(BytesIO(file["buffer"]), file["name"]) for file in files]
        nonce = secrets.token_hex(16)
        with self.app.test_request_context():
            ids = store_uploads(author, sent, nonce, room=4).ids
            extra = {"attached": " ".join(map(str, ids)), "sensitive": "y" if sensitive else ""}
            for place, text in enumerate(pictures.values(), start=1):
                extra[f"description_{place}"] = text
            return publish(author, body, nonce=nonce, extra=extra)

    def unprepares(self, post: Post) -> None:
        """Have the pictures of ``post`` wait for the worker."""
        self._set_pictures(post, state="waiting", due_at=now())

    def prepares(self, post: Post) -> None:
        """Make the pictures of ``post`` ready again."""
        self._set_pictures(post, state="ready")

    def breaks(self, post: Post, failure: str) -> None:
        """Have the pictures of ``post`` fail."""
        self._set_pictures(post, state="failed", failure=failure)

    def keeps_pictures_of(self, person: User) -> int:
        """Return how many pictures of a person the worker does not delete at its next sweep."""
        kept = select(func.count()).where(
            Picture.owner_id == person.id, Picture.removed_at.is_(None)
        )
        with self.app.app_context():
            return db.session.scalar(kept) or 0

    def _set_pictures(self, post: Post, **values: Any) -> None:
        with self.app.app_context(), writing() as database:
            database.execute(update(Picture).where(Picture.post_id == post.id).values(**values))

    def replies(self, author: User, post: Post, *bodies: str) -> list[Post]:
        """Have ``author`` reply to ``post``, in this order."""
        with self.app.app_context(), writing():
            return [publish(author, body, in_reply_to=post) for body in bodies]

    def edits(self, post: Post, body: str) -> None:
        """Have the author of ``post`` edit it."""
        with self.app.app_context():
            edit(db.session.get(Post, post.id), body)

    def deletes(self, *posts: Post) -> None:
        """Have the authors of ``posts`` delete them."""
        with self.app.app_context():
            for post in posts:
                db.session.get_one(Post, post.id).delete()

    def saves_draft(self, author: User, body: str) -> None:
        """Save a draft of ``author``."""
        with self.app.app_context():
            save_draft(author, secrets.token_hex(16), body)

    def likes(self, viewer: User, post: Post) -> None:
        """Have ``viewer`` like ``post``."""
        with self.app.app_context():
            like(viewer, post)

    def reposts(self, viewer: User, post: Post) -> None:
        """Have ``viewer`` repost ``post``."""
        with self.app.app_context():
            repost(viewer, post)

    def bookmarks(self, viewer: User, post: Post) -> None:
        """Have ``viewer`` bookmark ``post``."""
        with self.app.app_context():
            bookmark(viewer, post)

    def follows(self, viewer: User, *authors: User) -> None:
        """Have ``viewer`` follow ``authors``."""
        with self.app.app_context(), writing():
            for author in authors:
                follow(viewer, author)

    def blocks(self, viewer: User, author: User) -> None:
        """Have ``viewer`` block ``author``."""
        with self.app.app_context():
            block(viewer, author)

    def mutes(self, viewer: User, author: User) -> None:
        """Have ``viewer`` mute ``author``."""
        with self.app.app_context():
            mute(viewer, author)

    def mentions(self, author: User, person: User, count: int) -> None:
        """Have ``author`` mention ``person`` in ``count`` posts."""
        with self.app.app_context(), writing():
            for number in range(count):
                post = publish(author, f"Loaf {number}")
                notify_users([person.id], "mention", author.id, post.id)

    def is_followed(self, author: User, viewer: User) -> bool:
        """Whether ``viewer`` follows ``author`` in the database."""
        with self.app.app_context():
            return db.session.get(Follow, (viewer.id, author.id)) is not None

    def posts_of(self, author: User) -> Sequence[str]:
        """Return the texts that ``author`` has published and not deleted, newest first."""
        found = select(Post.body).where(Post.author_id == author.id, Post.deleted_at.is_(None))
        with self.app.app_context():
            return db.session.scalars(found.order_by(Post.id.desc())).all()

    def drafts_of(self, author: User) -> Sequence[str]:
        """Return the texts of the drafts of ``author``, newest first."""
        found = select(Draft.body).where(Draft.author_id == author.id)
        with self.app.app_context():
            return db.session.scalars(found.order_by(Draft.id.desc())).all()

    def mails_to(self, address: str) -> Sequence[str]:
        """Return the mails for ``address``, newest first."""
        found = select(OutboxMail.body).where(OutboxMail.recipient == address)
        with self.app.app_context():
            return db.session.scalars(found.order_by(OutboxMail.id.desc())).all()

    def named(self, username: str) -> User:
        """Return the user with that username."""
        with self.app.app_context():
            return db.session.scalars(by_username(username)).one()

    def works_out(self, *viewers: User) -> None:
        """Do what the worker does for asides and Explore, with suggestions for ``viewers``."""
        with self.app.app_context():
            refresh_discover()
            for viewer in viewers:
                suggest_to(viewer.id)

    def gives_role(self, person: User, role: Role) -> None:
        """Make ``person`` a moderator or an administrator."""
        with self.app.app_context():
            db.session.get_one(User, person.id).set_role(role)

    def reset_token(self, user: User) -> str:
        """Return the token of a mail with which ``user`` sets a new password."""
        with self.app.app_context():
            return reset_token(db.session.scalars(by_username(user.username)).one())

    def signs_in(self, context: BrowserContext, user: User) -> None:
        """Give the browser of ``context`` a session cookie of ``user``."""
        where = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "Chromium"}
        with self.app.test_request_context(base_url=self.url, environ_base=where):
            begin_session(db.session.get_one(User, user.id), remember=False)
            response = Response()
            self.app.session_interface.save_session(self.app, session, response)
        kept = SimpleCookie(response.headers["Set-Cookie"])
        context.add_cookies(
            [{"name": c.key, "value": c.value, "url": self.url} for c in kept.values()]
        )

    def signs_out_everywhere(self, user: User) -> None:
        """End every login session of ``user``, as from another browser."""
        with self.app.app_context(), writing():
            user.end_sessions()

    @contextmanager
    def delays_forms(self) -> Iterator[None]:
        """Hold POST requests back until the context ends."""
        self._gate.is_open.clear()
        try:
            yield
        finally:
            self._gate.is_open.set()

    @contextmanager
    def without_table(self, name: str) -> Iterator[None]:
        """Rename a table until the context ends, so that statements on it fail."""
        self._renames(name, f"{name}_away")
        try:
            yield
        finally:
            self._renames(f"{name}_away", name)

    def _renames(self, name: str, to: str) -> None:
        with self.app.app_context(), writing() as database:
            database.execute(text(f'ALTER TABLE "{name}" RENAME TO "{to}"'))


@contextmanager
def serve() -> Iterator[Site]:
    """Serve the site on a free port for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="microblog-") as folder:
        app = _migrated(Path(folder))
        _compress_files(app, Path(folder))
        gate = _Gate(app)
        server = make_server("127.0.0.1", 0, gate, True, request_handler=_Quiet)
        site = Site(app, f"http://127.0.0.1:{server.server_port}", gate)
        app.config["BASE_URL"] = site.url
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
            gate.join()
            server.server_close()
            with app.app_context():
                db.engine.dispose()


def _migrated(instance: Path) -> Any:
    app = create_app(
        {"INSTANCE_PATH": str(instance)},
        TESTING=True,
        ANONYMOUS_CACHE_SECONDS=0,
        REGISTRATION_MIN_SECONDS=0,
        DRAW_PICTURES=False,
        LINK_PREVIEWS=False,
        PROPAGATE_EXCEPTIONS=False,  # An exception is answered with the error page.
        PASSWORD_HASH="pbkdf2:sha256:1",
    )
    with app.app_context():
        upgrade()
    return app


class _Gate:
    """WSGI middleware that holds POST requests back while it is closed, and waits for all."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.is_open = threading.Event()
        self.is_open.set()
        self._threads: set[threading.Thread] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self._threads.add(threading.current_thread())
        try:
            if environ["REQUEST_METHOD"] == "POST":
                self.is_open.wait()
            return self.app(environ, start_response)
        finally:
            self._threads.discard(threading.current_thread())

    def join(self) -> None:
        """Wait for the requests under way; a page that is closed may still save a draft."""
        for thread in list(self._threads):
            thread.join(timeout=10)


def _compress_files(app: Any, folder: Path) -> None:
    """Compress the static files and serve those; the compressed files in static/ may be stale."""
    fresh = folder / "static"
    shutil.copytree(STATIC, fresh, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    whitenoise.compress.main(["--quiet", str(fresh)])
    app.extensions["files"].add_files(fresh, prefix=app.static_url_path)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass
