"""How long what was reported is kept."""

from datetime import timedelta

from app.accounts.models import User
from app.data.database import writing
from app.moderation.jobs import delete_old_cases
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from tests.conftest import PASSWORD
from tests.html import absent, select


def test_evidence_stays_until_the_case_is_closed_and_ninety_days_more(
    app, case, decide, desk, rows, travel
):
    def clean():
        with app.app_context():
            delete_old_cases()

    travel.shift(timedelta(days=400))
    clean()
    assert len(rows("report")) == 1
    desk.log_in("mo", PASSWORD)
    decide(case, "dismiss")
    travel.shift(timedelta(days=89))
    clean()
    assert len(rows("report")) == 1
    travel.shift(timedelta(days=2))
    clean()
    assert (rows("report"), rows("moderation_case")) == ([], [])
    assert [row["action"] for row in rows("moderation_log")][-1] == "dismiss"


def test_evidence_outlives_the_post_its_author_and_the_reporter(
    app, case, decide, desk, spam, ada, mallory, travel
):
    with app.app_context():
        with writing() as session:
            session.get_one(Post, spam.id).delete()
        travel.shift(timedelta(days=1))
        erase_deleted()
        with writing() as session:
            for user in (ada, mallory):
                session.delete(session.get_one(User, user.id))
    page = desk.get(f"/desk/{case}")
    select(page, ".desk-quote", text="Cheap quaggas")
    select(page, ".desk-report", text="by @?")
    select(desk.get("/desk"), ".desk-case", text="@mallory")
    assert decide(case, "dismiss").location == "/desk"
    absent(desk.get("/desk"), ".desk-case")
