"""Answers, as the server is given them."""

from app.web.application import OurResponse


def test_a_page_goes_out_as_a_whole_and_a_stream_piece_by_piece(app):
    closed = []

    def sent(response):
        response.call_on_close(lambda: closed.append(True))
        with app.test_request_context():
            return response.get_app_iter({"REQUEST_METHOD": "GET"})

    assert sent(OurResponse("Hello")) == [b"Hello"]
    assert closed == [True]
    stream = sent(OurResponse(letter for letter in "Hi"))
    assert not isinstance(stream, list)
    assert list(stream) == [b"H", b"i"]
    assert closed == [True]
