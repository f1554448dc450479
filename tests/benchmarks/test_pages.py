"""What is requested is what people request, and the writes change nothing in the end."""

from itertools import islice

import pytest

from benchmarks.hostile import inputs
from benchmarks.pages import answer_to, get, post, sent_statements, sign_in

pytestmark = pytest.mark.thorough


def test_every_kind_of_page_is_answered(site):
    for _name, _reach, _aim, requests in site.kinds():
        assert answer_to(requests[0], site.app).status_code == 200
        assert answer_to(requests[-1], site.app).status_code == 200


def test_screens_follow_each_other(site):
    viewer = sign_in(site.app, "follows_prolific")
    screens = list(site.screens("/", viewer, 4))
    assert len({screen.path for screen in screens}) == 4
    answers = [answer_to(screen, site.app).text for screen in (get("/", viewer), *screens)]
    cards = [line for answer in answers for line in answer.splitlines() if "<article id" in line]
    assert len(set(cards)) == len(cards) == 5 * 25


@pytest.mark.parametrize(("verb", "paths"), [("like", "posts"), ("follow", "people")])
def test_a_button_is_offered_until_it_is_pressed_and_again_when_that_is_undone(site, verb, paths):
    path, viewer = next(site.buttons(verb, getattr(site, paths)))
    assert f'"{path}/un{verb}"' in answer_to(post(f"{path}/{verb}", viewer), site.app).text
    assert (path, viewer) not in islice(site.buttons(verb, [path]), 20)
    assert f'"{path}/{verb}"' in answer_to(post(f"{path}/un{verb}", viewer), site.app).text


def test_statements_are_noted(site):
    sent_statements.clear()
    answer_to(site.homes[0], site.app)
    assert sent_statements


def test_an_error_ends_the_program(site):
    with pytest.raises(SystemExit, match="/posts/1 was answered with 404"):
        answer_to(get("/posts/1"), site.app)


def test_whoever_is_unknown_cannot_log_in(site):
    with pytest.raises(SystemExit, match="nobody cannot log in"):
        sign_in(site.app, "nobody")


def test_harmful_requests_are_answered_and_change_nothing(site):
    for name, *requests in inputs(site):
        statuses = [answer_to(request, site.app, may_fail=True).status_code for request in requests]
        assert all(status == 200 or 400 <= status < 500 for status in statuses), name
