"""From which addresses people came, kept for some weeks: to find who has several accounts."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import BigInteger, Index, String, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, insert_if_absent, now, writing
from ..data.types import UtcDateTime

# Of which no address is kept longer, also of who has left.
KEPT = timedelta(days=30)
LONGEST = 45


class SeenAddress(Base):
    """The person of that id came from ``address``, the last time ``seen_at``.

    Without a reference: it stays for its time when the person has left.
    """

    __tablename__ = "seen_address"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_seen_address_seen_at", "seen_at"),)


def see_address(user_id: int, address: str) -> None:
    """Note that the person of that id came from ``address`` now."""
    address = address[:LONGEST]
    if not address:
        return
    with writing() as session:
        its = {"user_id": user_id, "address": address}
        if not insert_if_absent(session, SeenAddress, **its, seen_at=now()):
            session.execute(update(SeenAddress).filter_by(**its).values(seen_at=now()))


def delete_old_addresses() -> None:
    """Delete what was seen longer ago than :data:`KEPT`."""
    with writing(is_visible=False) as session:
        session.execute(delete(SeenAddress).where(SeenAddress.seen_at < now() - KEPT))


def network_of(address: str) -> str:
    """Return how the addresses of the network of ``address`` begin: of IPv4 /24, of IPv6 /64."""
    if "." in address:
        return address.rpartition(".")[0] + "."
    try:
        network = ip_network((int(ip_address(address)), 64), strict=False)
    except ValueError:
        return address
    return str(network.network_address).removesuffix("::") + ":"
