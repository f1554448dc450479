"""Roles, as administrators change them on a page."""

from ..accounts.models import User
from ..accounts.roles import Role, is_above
from ..accounts.viewer import Viewer
from ..data.database import writing
from .actions import NotAllowedError


def change_role(by: Viewer, person: User, role: Role) -> None:
    """Have the administrator ``by`` give ``person`` the ``role``; the change is logged.

    An administrator changes the role of members and moderators, and their own. Raises
    :class:`NotAllowedError` for another administrator, and
    :class:`app.accounts.roles.LastAdministratorError`.
    """
    with writing() as session:
        # Locked, so that what is checked is what is changed.
        session.refresh(person, with_for_update=True)
        if person.id != by.id and not is_above(by.role, person.role):
            raise NotAllowedError
        person.set_role(role)
