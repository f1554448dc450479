"""Reading the page of another site: what is asked of whom, and the limits, against real servers."""

import socket
import time
from dataclasses import replace

import pytest

from app.previews import fetching
from app.previews.content import Preview
from app.previews.fetcher import main
from app.previews.fetcher.addresses import Network, RefusedError, UnreachableError
from app.previews.fetcher.download import download
from app.previews.fetching import fetch
from tests.previews.web import (
    drip,
    html,
    make_certificate,
    page,
    picture,
    raw,
    redirect,
    serving,
    zipped,
)

pytestmark = pytest.mark.thorough


@pytest.fixture
def read(app, network, monkeypatch, tmp_path_factory):
    """Give a function that reads a page; it returns the preview and the bytes of its picture."""
    monkeypatch.setitem(app.config, "PREVIEW_NETWORK", network)

    def run(url):
        with app.app_context():
            preview, file = fetch(url, tmp_path_factory.mktemp("page"))
        return preview, file.read_bytes() if file else None

    return run


def test_a_page_is_asked_for_once_and_says_what_it_is(read, web):
    web.answers["/bread?a=b"] = page(title="Rye", description="Dark", site_name="The Bakery")
    preview, data = read(web.url("/bread?a=b"))
    assert preview == Preview(web.url("/bread?a=b"), "Rye", "Dark", "The Bakery")
    assert data is None
    assert web.paths == ["/bread?a=b"]


def test_we_say_who_we_are_and_send_nothing_else(app, read, web):
    web.answers["/"] = page(image="/rye.png")
    web.answers["/rye.png"] = picture(b"\x89PNG")
    read(web.url())
    for _path, headers in web.asked:
        assert headers.pop("Accept")
        assert headers == {
            "Host": f"good.example:{web.port}",
            "User-Agent": f"Microblog/{app.config['VERSION']} "
            f"(link preview; +{app.config['BASE_URL']})",
            "Accept-Encoding": "gzip",
        }


def test_its_picture_is_read_too(read, web):
    web.answers["/a/"] = page(image="../rye.png")
    web.answers["/rye.png"] = picture(b"bytes of a picture")
    assert read(web.url("/a/"))[1] == b"bytes of a picture"


@pytest.mark.parametrize(
    "answer",
    [
        picture(b"x" * (main.LONGEST_PICTURE + 1)),
        picture(b"<svg/>", "image/svg+xml"),
        picture(b"<html>", "text/html"),
        picture(b"x", ""),
        (404, {"Content-Type": "image/png"}, b"x"),
        redirect("http://inside.example/"),
        redirect("file:///etc/passwd"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"),
    ],
)
def test_a_page_whose_picture_is_of_no_use_has_a_preview(read, web, answer, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 3)
    web.answers["/"] = page(image="/rye.png")
    web.answers["/rye.png"] = answer
    preview, data = read(web.url())
    assert (preview.title, data) == ("Rye", None)


@pytest.mark.parametrize(
    "address", ["http://inside.example/x.png", "http://127.0.0.1/x.png", "http://[::1]/x.png"]
)
def test_a_picture_in_our_own_network_is_not_asked_for(read, web, address):
    web.answers["/"] = page(image=address)
    assert read(web.url()) == (Preview(web.url(), "Rye"), None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(read, web, status):
    web.answers["/"] = redirect("bread", status)
    web.answers["/bread"] = page()
    # The link goes on leading where it leads.
    assert read(web.url())[0] == Preview(web.url(), "Rye")


def test_redirects_end(read, web):
    for number in range(5):
        web.answers[f"/{number}"] = redirect(f"/{number + 1}")
    web.answers["/4"] = page()
    assert read(web.url("/1"))[0].title == "Rye"
    web.asked.clear()
    with pytest.raises(RefusedError, match="redirects"):
        read(web.url("/0"))
    assert web.paths == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "to",
    [
        "http://inside.example/", "http://metadata.example/latest/meta-data/", "//inside.example/",
        "http://both.example/", "http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://0/", "http://167772161/",
        "http://good.example:22/", "http://user:word@good.example/", "file:///etc/passwd",
        "gopher://good.example/", "javascript:alert(1)", "http://[", "http://good.example:x/",
    ],
)  # fmt: skip
def test_each_redirect_is_checked_as_the_link_is(read, web, to):
    web.answers["/"] = redirect("/next")
    web.answers["/next"] = redirect(to)
    with pytest.raises(RefusedError):
        read(web.url())
    assert web.paths == ["/", "/next"]


@pytest.mark.parametrize("host", ["inside.example", "both.example", "metadata.example", "[::1]"])
def test_a_name_that_leads_inside_is_not_asked(read, web, host):
    with pytest.raises(RefusedError):
        read(web.url(host=host))
    assert web.asked == []


def test_without_the_setting_of_tests_this_machine_is_not_reached(read, web, app, monkeypatch):
    monkeypatch.setitem(app.config, "PREVIEW_NETWORK", {"ports": [web.port]})
    web.answers["/"] = page()
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "2130706433"):
        with pytest.raises((RefusedError, UnreachableError)):
            read(web.url(host=host))
    assert web.asked == []


def test_a_name_is_looked_up_once_for_each_request(web, monkeypatch):
    """What is connected to is what was checked, whatever the name means a moment later."""
    asked, real = [], socket.getaddrinfo
    meanings = ["127.0.0.1", "10.0.0.1"]

    def look_up(host, *arguments, **more):
        asked.append(host)
        host = meanings[asked.count(host) - 1] if host == "rebind.example" else host
        return real(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    network = Network(ports=[web.port], addresses=["127.0.0.1"])
    how = {"types": main.PAGES, "most": 1_000, "headers": {}}
    web.answers["/"], web.answers["/next"] = page(), redirect("/")
    assert download(web.url("/", "rebind.example"), network, **how).url
    assert asked == ["rebind.example", "127.0.0.1"]
    asked.clear()
    with pytest.raises(RefusedError, match=r"address 10\.0\.0\.1"):
        download(web.url("/next", "rebind.example"), network, **how)
    assert web.paths == ["/", "/next"]


def test_the_next_address_is_tried_where_the_first_does_not_answer(read, web):
    web.answers["/"] = page()
    assert read(web.url(host="dead.example"))[0].title == "Rye"


def test_a_name_without_addresses_may_get_one(read, web):
    with pytest.raises(UnreachableError):
        read(web.url(host="nowhere.example"))


def test_a_site_on_ipv6_is_asked(read, network, monkeypatch, app):
    with serving(host="::1") as six:
        reachable = {"ports": [six.port], "addresses": ["::1"], "names": network["names"]}
        monkeypatch.setitem(app.config, "PREVIEW_NETWORK", reachable)
        six.answers["/"] = page()
        assert read(six.url(host="six.example"))[0].title == "Rye"
        assert read(six.url(host="[::1]"))[0].title == "Rye"
        assert [headers["Host"] for _path, headers in six.asked] == [
            f"six.example:{six.port}",
            f"[::1]:{six.port}",
        ]


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, RefusedError), (403, RefusedError), (404, RefusedError), (204, RefusedError),
     (429, UnreachableError), (500, UnreachableError), (503, UnreachableError), (304,
     RefusedError)],
)  # fmt: skip
def test_an_error_is_no_page(read, web, status, error):
    web.answers["/"] = (status, {"Content-Type": "text/html"}, b"<title>Error</title>")
    with pytest.raises(error, match="status"):
        read(web.url())


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "image/png", "application/pdf", "text/html-x", "text/"]
)
def test_other_content_is_no_page(read, web, content_type):
    web.answers["/"] = (200, {"Content-Type": content_type}, b"<title>Rye</title>")
    with pytest.raises(RefusedError, match="content type"):
        read(web.url())


@pytest.mark.parametrize("body", ["", "<p>Rye", "<title></title>", "<title> \u200b\u2800</title>"])
def test_a_page_without_a_title_has_no_preview(read, web, body):
    web.answers["/"] = html(body)
    with pytest.raises(RefusedError, match="no title"):
        read(web.url())


def test_the_beginning_of_a_long_page_is_enough(read, web):
    web.answers["/"] = html("<title>Rye</title>" + "x" * 3_000_000)
    assert read(web.url())[0].title == "Rye"
    web.answers["/"] = html("x" * main.LONGEST_PAGE + "<title>Rye</title>")
    with pytest.raises(RefusedError, match="no title"):
        read(web.url())


def test_a_compressed_page_is_read_and_a_bomb_only_to_its_limit(read, web):
    web.answers["/"] = zipped(page())
    assert read(web.url())[0].title == "Rye"
    web.answers["/"] = zipped(html(b"<title>Rye</title>" + b"x" * 50_000_000))
    assert read(web.url())[0].title == "Rye"
    web.answers["/"] = page(image="/rye.png")
    web.answers["/rye.png"] = zipped(picture(b"x" * 20_000_000))
    assert read(web.url())[1] is None


@pytest.mark.parametrize(
    "answer",
    [
        raw(b""),
        raw(b"\x00" * 1000),
        raw(b"HTTP/1.1 200 OK\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n<title>x"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n"),
        raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\nnot gzip"
        ),
        raw(b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n"),
    ],
)
def test_a_broken_answer_is_no_page(read, web, answer):
    web.answers["/"] = answer
    with pytest.raises((UnreachableError, RefusedError)):
        read(web.url())


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"],
)
def test_a_server_that_never_ends_is_given_up(read, web, beginning, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 2)
    web.answers["/"] = drip(beginning)
    start = time.monotonic()
    with pytest.raises(UnreachableError):
        read(web.url())
    assert time.monotonic() - start < 6


def test_a_certificate_must_be_of_the_name_and_trusted(read, network, app, monkeypatch, tmp_path):
    good, other = (make_certificate(tmp_path, f"{name}.example") for name in ("good", "other"))
    with serving(good) as secure:
        secure.answers["/"] = page()
        reachable = network | {"ports": [secure.port]}
        monkeypatch.setitem(app.config, "PREVIEW_NETWORK", reachable)
        # Nobody whom the system trusts has signed it.
        with pytest.raises(UnreachableError, match="certificate"):
            read(secure.url(scheme="https"))
        monkeypatch.setitem(app.config, "CERTIFICATES", {"SSL_CERT_FILE": str(good[0])})
        assert read(secure.url(scheme="https"))[0].title == "Rye"
        # The same server by another name.
        with pytest.raises(UnreachableError, match="certificate"):
            read(secure.url(scheme="https", host="other.example"))
        monkeypatch.setitem(app.config, "CERTIFICATES", {"SSL_CERT_FILE": str(other[0])})
        with pytest.raises(UnreachableError, match="certificate"):
            read(secure.url(scheme="https"))
    assert secure.paths == ["/"]


def test_what_a_page_says_is_cleaned_and_cut(read, web):
    web.answers["/"] = page(
        title="x",
        description="Dark\x07 \u202eand\u2066 &lt;b&gt;\u200bsour&lt;/b&gt;\n\n " + "é" * 400,
        site_name="S" * 100,
    )
    preview, _data = read(web.url())
    assert preview.description.startswith("Dark and <b>sour</b> ééé")
    assert (len(preview.description), preview.description[-1]) == (300, "…")
    assert preview.site == "S" * 59 + "…"


def test_a_description_that_repeats_the_title_is_left_out(read, web):
    web.answers["/"] = page(title="Rye", description="Rye")
    assert read(web.url())[0] == replace(read(web.url())[0], description="")


def test_the_program_sees_no_secret_of_ours(read, web, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    program = "import json, os, pathlib; pathlib.Path('result.json').write_text(json.dumps("
    program += "{'title': ' '.join(sorted(os.environ)) or 'nothing'}))"
    monkeypatch.setattr(fetching, "_PROGRAM", program)
    title = read(web.url())[0].title
    assert "SECRET_KEY" not in title
    assert "DATABASE_URL" not in title


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import os; os.abort()",
        "import pathlib; pathlib.Path('result.json').write_text('{')",
        "import pathlib; pathlib.Path('result.json').write_text('[]')",
        "import pathlib; pathlib.Path('result.json').write_text('{\"title\": 7}')",
        "import pathlib; pathlib.Path('result.json').write_bytes(b'\\xff')",
        "from fetcher.main import limit; limit(9); x = bytearray(10**9)",
        "from fetcher.main import limit; limit(9); open('x', 'wb').write(b'x' * 10**8)",
    ],
)
def test_a_program_that_fails_gives_no_preview(read, web, monkeypatch, program):
    monkeypatch.setattr(
        fetching, "_PROGRAM", "import sys; sys.path.append(sys.argv[1]); " + program
    )
    with pytest.raises((UnreachableError, RefusedError)):
        read(web.url())


def test_the_program_imports_nothing_of_the_application(read, web, monkeypatch):
    program = (
        "import sys, pathlib, json; sys.path.append(sys.argv[1]); from fetcher import main; "
        "ours = sorted(m for m in sys.modules if m.split('.')[0] in ('app', 'flask', 'config')); "
        "pathlib.Path('result.json').write_text(json.dumps({'title': str(ours)}))"
    )
    monkeypatch.setattr(fetching, "_PROGRAM", program)
    assert read(web.url())[0].title == "[]"
