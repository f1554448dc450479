"""Throttling of log-ins: failures are counted in the database, per account and per network."""

import hashlib
from datetime import timedelta
from ipaddress import ip_address, ip_network

import jwt
from flask import Response, after_this_request, current_app, request
from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, db, now, writing
from ..data.ids import TimeOrdered, id_at
from .models import User, by_login

# After this many failures in this time the answer is 429, also for the right password.
FAILURES, WITHIN = 10, timedelta(minutes=5)
KNOWN_BROWSER = "known-browser"
KNOWN_FOR = timedelta(days=365)


class LoginFailure(TimeOrdered, Base):
    """A wrong password; ``key`` is a hash of the login or of the network."""

    __tablename__ = "login_failure"

    key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_login_failure_key_id", "key", "id"),)


def too_many_failures(login: str) -> bool:
    """Whether log-ins to ``login`` from this network are throttled.

    The count per account is ignored for a browser in which the account's owner signed in
    before, so that nobody can lock the owner out.
    """
    user = db.session.scalar(by_login(login))
    keys = _keys(login, user)
    if _is_known_browser_of(user):
        keys = keys[1:]
    counts = db.session.scalars(
        select(func.count())
        .where(LoginFailure.key.in_(keys), LoginFailure.id >= id_at(now() - WITHIN))
        .group_by(LoginFailure.key)
    )
    return any(count >= FAILURES for count in counts)


def note_failure(login: str) -> None:
    """Count a wrong password for ``login`` from this network."""
    with writing() as session:
        user = session.scalar(by_login(login))
        session.add_all([LoginFailure(key=key) for key in _keys(login, user)])


def remember_browser(user: User) -> None:
    """Set a cookie that proves that ``user`` signed in with this browser."""
    token = jwt.encode(
        {"aud": KNOWN_BROWSER, "sub": str(user.id), "exp": now() + KNOWN_FOR},
        current_app.config["SECRET_KEY"],
        algorithm="HS256",
    )

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            KNOWN_BROWSER,
            token,
            max_age=KNOWN_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
            path="/login",
        )
        return response


def delete_old_failures() -> None:
    """Delete failures that no longer count."""
    with writing() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.id < id_at(now() - WITHIN)))


def _is_known_browser_of(user: User | None) -> bool:
    token = request.cookies.get(KNOWN_BROWSER)
    if not token:
        return False
    key = current_app.config["SECRET_KEY"]
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], audience=KNOWN_BROWSER)
    except jwt.InvalidTokenError:
        return False
    return user is not None and claims["sub"] == str(user.id)


def _keys(login: str, user: User | None) -> list[str]:
    """Return the keys of the account and of the network.

    An account has one key, whether its username or its address was typed.
    """
    account = user.id if user else login.strip().lower()
    names = (f"account {account}", f"address {_network(request.remote_addr)}")
    return [hashlib.sha256(name.encode()).hexdigest() for name in names]


def _network(address: str | None) -> str:
    """Return an IPv4 address, or the /64 network of an IPv6 address, often one household."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip if ip.version == 4 else ip_network(f"{ip}/64", strict=False))
