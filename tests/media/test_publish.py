"""Posts with pictures, as forms send them: published, refused, sent twice."""

import pytest

from tests.html import attributes, one, select
from tests.media.drawn import upload

FORM = "#composer"


def nonce_of(client, form=FORM):
    return one(client.page, f"{form} [name=nonce]").attributes["value"]


def pictures(page):
    return attributes(page, ".picture img:not(.picture-blur)", "alt")


def test_a_post_with_pictures_is_published_and_leads_to_their_descriptions(client, rows, files):
    answer = client.submit(FORM, body="Two loaves", pictures=[upload(), upload(size=(30, 90))])
    post = rows("post")[0]["id"]
    assert answer.status_code == 303
    assert answer.location == f"/posts/{post}/pictures"
    page = client.follow(answer)
    assert len(select(page, "#pictures textarea")) == 2
    client.submit("#pictures", description_1="A loaf", description_2="Another, upright")
    assert pictures(client.get(f"/posts/{post}")) == ["A loaf", "Another, upright"]
    assert [row["state"] for row in rows("picture")] == ["ready", "ready"]
    assert not any("original" in name for name in files())
    assert len(files()) == 4


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_may_consist_of_pictures_alone(client, htmx):
    fields = {"body": "", "nonce": nonce_of(client), "description_1": "A loaf"}
    client.post("/posts", fields | {"pictures": [upload()]}, htmx=htmx)
    assert pictures(client.get("/")) == ["A loaf"]
