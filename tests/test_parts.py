"""Parts of a page that were drawn before."""

from app.web.fragments import draw, put, whole


def test_what_is_put_into_a_page_stands_in_its_place_as_it_is(app):
    with app.test_request_context():
        first, second = put("<b>é</b>".encode()), put(b"<i>2</i>")
        assert whole(f"ä {second} & {first}.") == "ä <i>2</i> & <b>é</b>.".encode()


def test_nobody_can_write_a_place(app):
    with app.test_request_context():
        typed = "\x1a0\x1a \x1a0123456789abcdef0\x1a"
        assert whole(f"{typed}{put(b'!')}") == f"{typed}!".encode()


def test_a_page_into_which_nothing_is_put_is_its_text(app):
    with app.test_request_context():
        assert whole("Grüße") == "Grüße".encode()


def test_what_looks_like_a_hole_is_text_where_there_are_none(app):
    with app.test_request_context():
        name = "Ada \x1abody\x1a Lovelace"
        assert f"{name}</" in draw("_about.html", username="ada", name=name, email="")
