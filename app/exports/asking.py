"""Asking for an archive of what is one's own."""

from sqlalchemy import select

from ..accounts.models import User
from ..data.database import HasId, writing
from ..jobs import enqueue
from .jobs import make
from .models import Export


def ask_for_export(user: HasId, nonce: str) -> Export:
    """Have the worker make an archive for ``user``, in place of the one before.

    Returns the one that is being made, or that the form with this ``nonce`` asked for already.
    """
    with writing() as session:
        session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
        export = session.scalar(select(Export).where(Export.user_id == user.id))
        if export and (export.state == "waiting" or export.nonce == nonce):
            return export
        if export:
            export.user_id = None
            session.flush()
        export = Export(user_id=user.id, nonce=nonce)
        session.add(export)
        session.flush()
        enqueue(make, export.id)
    return export
