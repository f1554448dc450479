"""The addresses of drafts: saved while one types, listed, taken up again, thrown away."""

from flask import Response, make_response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from ..data.database import db
from ..web.answers import answer_with_messages, back, changed, notify, page, wants_fragment
from ..web.paging import read_rows
from ..web.security import limiter
from . import blueprint
from .drafts import drafts_of, forget_draft, listed_drafts, save_draft
from .forms import DraftForm, edit_composer, post_composer, reply_composer
from .models import Draft
from .routes import own_post, visible_post


@blueprint.get("/drafts")
@login_required
def drafts() -> ResponseReturnValue:
    """What the viewer typed and did not send."""
    rows = read_rows(listed_drafts(current_user), Draft.id)
    return page("posts/drafts.html", fragment="drafts", rows=rows)


@blueprint.post("/drafts")
@login_required
@limiter.limit("6000 per 10 minutes")
def save() -> ResponseReturnValue:
    """Keep what stands in a composer: by itself while one types, or by its button."""
    form = DraftForm()
    if not form.validate_on_submit():
        return _not_kept(form)
    kept = save_draft(
        current_user,
        form.nonce.data,
        form.body.data or "",
        in_reply_to_id=form.in_reply_to.data,
        edits_id=form.edits.data,
    )
    if wants_fragment():
        return make_response("", 204)
    notify(_("Your draft is kept.") if kept else _("This was sent already, or is empty."))
    return changed("_messages.html", to=back())


@blueprint.post("/drafts/<key:id>/delete")
@login_required
def discard(id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    draft: Draft = db.first_or_404(drafts_of(current_user).where(Draft.id == id))
    forget_draft(current_user.id, draft.nonce)
    notify(_("The draft is gone."))
    return changed("posts/_discarded.html", to=url_for("posts.drafts"))


def _not_kept(form: DraftForm) -> Response:
    wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
    if wants_fragment():
        notify(wrong)
        return answer_with_messages(422)
    # The composer that it came from: an answer must not come out as a post.
    if form.in_reply_to.data:
        again = reply_composer(visible_post(form.in_reply_to.data))
    elif form.edits.data:
        again = edit_composer(own_post(form.edits.data))
    else:
        again = post_composer()
    again.body, again.errors = form.body.data or "", (wrong,)
    return page("posts/new.html", fragment="composer", status=422, composer=again)
