"""Column types, and what text a column can hold."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator

# On SQLite only INTEGER PRIMARY KEY makes the key the row's own number (sqlite.org/rowidtable).
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, UTC in the database; SQLite does not store a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` aware."""
        return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


def is_storable(text: str) -> bool:
    """Whether both databases can store ``text``: neither takes NUL or a lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
