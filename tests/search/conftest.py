"""Fixtures: search, and write what is found."""

from urllib.parse import quote

import pytest

from tests.html import cards, people


def search_url(query, **others):
    rest = "".join(f"&{key}={value}" for key, value in others.items())
    return f"/search?q={quote(query)}{rest}"


@pytest.fixture
def found(anonymous):
    """Give a function that searches and returns the ids of posts, or usernames."""

    def search(query, client=anonymous, **others):
        answer = client.get(search_url(query, **others))
        assert answer.status_code == 200
        return people(answer) if others.get("by") == "people" else cards(answer)

    return search


@pytest.fixture
def write(ada, make_post):
    """Give a function that publishes a post of Ada and returns its id."""
    return lambda body, author=ada, **others: make_post(author, body, **others).id
