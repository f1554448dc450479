"""Login sessions: the browsers in which people are signed in."""

import hashlib
from datetime import datetime, timedelta

import ua_parser
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, delete_row, writing
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime

# When a login session ends unused (OWASP ASVS 5.0, 7.3), without and with "remember me".
ENDS_UNUSED = timedelta(days=30)
REMEMBERED_ENDS_UNUSED = timedelta(days=365)


class LoginSession(TimeOrdered, Base):
    """A browser that is signed in."""

    __tablename__ = "login_session"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))
    remembered: Mapped[bool] = mapped_column(default=False)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)


def browser_name(agent: str) -> str:
    """Return a User-Agent header in words: "Firefox 145 · Android"; "" if it is unknown."""
    found = ua_parser.parse(agent)
    program = found.user_agent and f"{found.user_agent.family} {found.user_agent.major or ''}"
    system = found.os and found.os.family
    return " · ".join(part.strip() for part in (program, system) if part)


def end_session(user_id: int, session_id: int) -> bool:
    """Sign a person out in one browser, from its next request on; False if it is not theirs."""
    with writing() as session:
        return delete_row(session, LoginSession, user_id=user_id, id=session_id)


def hash_token(token: str) -> str:
    """Return what is stored of a login session's token."""
    # The token has 256 random bits, so a fast hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()
