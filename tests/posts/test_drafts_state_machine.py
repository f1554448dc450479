"""Compares drafts with a simple model after random typing, saving, sending and leaving."""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.data.database import db
from app.posts.drafts import following_nonce
from app.posts.jobs import erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from app.posts.writing import publish
from tests.html import parse, select

pytestmark = pytest.mark.thorough

# Few characters, so that one text often begins with another; too long ones too.
texts = st.text("ab ", max_size=4) | st.just("a" * 501)


@dataclass
class Form:
    """A composer that is open in some tab."""

    action: str
    fields: dict[str, str]
    edits: bool

    @property
    def nonce(self):
        return self.fields["nonce"]


class Writer(RuleBasedStateMachine):
    """One person with forms in several tabs: none of what was saved is ever lost."""

    def __init__(self, app, client, ada, rows, clock):
        super().__init__()
        self.app, self.client, self.rows, self.clock = app, client, rows, clock
        self.ada_id, self.open, self.sent = ada.id, [], []
        # By nonce: what the drafts have; by nonce too: what forms published, and edited.
        self.drafts, self.published, self.edits = {}, {}, set()
        with app.app_context():
            self.own, self.other = (publish(ada, body).id for body in ("own", "other"))
        self.body = "own"

    def form(self, page):
        """Return the composer of a page."""
        form = select(page, "form.composer")[0]
        fields = {
            field.attributes["name"]: field.attributes.get("value") or ""
            for field in form.css("input[type=hidden]")
        }
        fields["body"] = form.css_first("textarea").text().removeprefix("\n")
        return Form(form.attributes["action"], fields, "edits" in fields)

    def store(self, nonce, text):
        """Have the model store a text as the site should."""
        while nonce in self.published:
            sent = self.body if nonce in self.edits else self.published[nonce]
            if sent.startswith(text.rstrip()):
                return
            nonce = following_nonce(nonce)
        self.drafts[nonce] = text
        if not text.strip():
            del self.drafts[nonce]

    # Rules

    @rule(where=st.sampled_from(["/", "/posts/{other}", "/posts/{own}/edit"]))
    def opens_a_page(self, where):
        page = self.client.get(where.format(own=self.own, other=self.other))
        if page.status_code == 200 and parse(page).css("form.composer"):
            form = self.form(page)
            is_new = form.edits and form.fields["body"] == self.body
            assert is_new or form.fields["body"] == self.drafts.get(form.nonce, "")
            self.open.append(form)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), text=texts)
    def types_and_saves(self, data, text):
        form = data.draw(st.sampled_from(self.open))
        form.fields["body"] = text
        assert self.client.post("/drafts", form.fields, htmx=True).status_code == 204
        self.store(form.nonce, text)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), text=texts)
    def saves_in_a_form_that_was_sent(self, data, text):
        form = data.draw(st.sampled_from(self.sent))
        fields = form.fields | {"body": form.fields["body"] + text}
        assert self.client.post("/drafts", fields, htmx=True).status_code == 204
        self.store(form.nonce, fields["body"])

    @precondition(lambda self: self.open)
    @rule(data=st.data(), text=texts)
    def types_and_sends(self, data, text):
        form = data.draw(st.sampled_from(self.open))
        form.fields["body"] = text
        answer = self.client.post(form.action, form.fields)
        self.open.remove(form)
        if answer.status_code == 303:
            self.drafts.pop(form.nonce, None)
            if not form.edits or text != self.body:
                self.published[form.nonce] = text
                self.sent.append(form)
            if form.edits:
                self.edits.add(form.nonce)
                self.body = text
        elif text or answer.status_code == 422:
            assert answer.status_code in (404, 422)
            again = self.form(answer)
            assert again.fields["body"] == text
            self.store(again.nonce, text)
            self.open.append(again)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def leaves_a_page(self, data):
        self.open.remove(data.draw(st.sampled_from(self.open)))

    @rule(which=st.sampled_from(["own", "other"]), is_erased=st.booleans())
    def deletes_a_post(self, which, is_erased):
        with self.app.app_context():
            if post := db.session.get(Post, getattr(self, which)):
                post.delete()
            if is_erased:
                self.clock.shift(3 * UNDO_WITHIN)
                erase_deleted()
                # Edits are known for as long as their post is.
                gone = self.edits if db.session.get(Post, self.own) is None else ()
                self.published = {k: v for k, v in self.published.items() if k not in gone}

    # What must hold

    @invariant()
    def every_text_is_a_draft_or_published(self):
        kept = self.rows("draft", "author_id = :ada", ada=self.ada_id)
        assert sorted(row["body"] for row in kept) == sorted(self.drafts.values())
        shown = parse(self.client.get("/drafts")).css(".draft")
        assert len(shown) == min(len(self.drafts), 25)


def test_nothing_that_was_saved_is_lost(app, make_user, signed_in, rows, travel):
    def start():
        ada = make_user()
        return Writer(app, signed_in(ada), ada, rows, travel)

    run_state_machine_as_test(
        start,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
