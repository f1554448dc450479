"""Which URLs and addresses are asked for a preview: none that leads into our own network."""

import socket

import pytest

from app.previews.fetcher.addresses import (
    Network,
    RefusedError,
    Target,
    UnreachableError,
    is_public,
    target_of,
)

NOT_PUBLIC = (  # noqa: SIM905
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 "
    "127.0.0.1 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 "
    "172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 "
    "192.168.0.1 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 "
    "239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 "
    "::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 "
    "64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 "
    "2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 "
    "fd12:3456:789a::1 fe80::1 fe80::1%eth0 2606:4700::1%1 fec0::1 ff02::1 ff0e::1 "
).split()
PUBLIC = (  # noqa: SIM905
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 "
    "128.0.0.1 168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.0 192.0.1.1 "
    "192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 "
    "2001:4860:4860::8888 2a00:1450::1 "
).split()


@pytest.mark.parametrize("address", [*NOT_PUBLIC, "", "localhost", "127.1", "0x7f.1", "::1/128"])
def test_an_address_that_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_asked(address):
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_one_such_address_among_those_of_a_name_is_enough(address):
    network = Network(names={"good.example": ["1.1.1.1", address, "8.8.8.8"]})
    with pytest.raises(RefusedError, match="address"):
        network.resolve(target_of("http://good.example/"))


def test_all_addresses_of_a_name_are_given_once():
    network = Network(names={"good.example": ["8.8.8.8", "1.1.1.1", "8.8.8.8"]})
    assert network.resolve(target_of("http://good.example/")) == ["8.8.8.8", "1.1.1.1"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0", "localhost", "[::1]",
     "[::ffff:127.0.0.1]", "10.0.0.1", "localhost.", "127.0.0.1."],
)  # fmt: skip
def test_other_spellings_of_our_own_machine_are_refused(host):
    """The resolver of the system reads numbers in many ways; what it finds is checked."""
    with pytest.raises((RefusedError, UnreachableError)):
        Network().resolve(Network().target(f"http://{host}/"))


@pytest.mark.parametrize(
    "url",
    [
        "", "good.example", "//good.example/", "/path", "javascript:alert(1)", "data:text/html,x",
        "file:///etc/passwd", "ftp://good.example/", "gopher://good.example/", "http://",
        "http:///path", "http://?", "http://user@good.example/", "http://user:word@good.example/",
        "http://@good.example/", "http://good.example:22/", "https://good.example:8443/",
        "http://good.example:0/", "http://good.example:99999/", "http://good.example:x/",
        "http://[::1/", "http://[fe80::1%25eth0]/", "http://[v1.x]/", "http://a b.example/",
        "http://good.example\\@evil.example/", "http://good\x00.example/",
        "http://good.example%00/", "http://good%2eexample/", "http://./", "http://-.example:80:80/",
        "http://" + "a" * 254 + "/", "http://" + "ñ" * 300 + "/", "http://xn--\u2024/",
        "http://good.example/" + "x" * 2048, "http://\ud800.example/", "http://[1.1.1.1]/",
    ],
)  # fmt: skip
def test_what_is_no_page_on_the_web_is_refused(url):
    with pytest.raises(RefusedError):
        Network().target(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://Good.Example", Target("http", "good.example", 80, "/")),
        ("HTTPS://good.example:443/a?b=c#d", Target("https", "good.example", 443, "/a?b=c")),
        ("https://good.example:80/", Target("https", "good.example", 80, "/")),
        ("http://good.example./", Target("http", "good.example", 80, "/")),
        ("http://straße.example/ü?ñ=é", Target("http", "xn--strae-oqa.example", 80,
                                               "/%C3%BC?%C3%B1=%C3%A9")),
        ("http://good.example/a%20b c", Target("http", "good.example", 80, "/a%20b%20c")),
        ("http://good.example/a\r\nHost: x", Target("http", "good.example", 80, "/aHost:%20x")),
        ("http://[2606:4700::1111]/", Target("http", "2606:4700::1111", 80, "/")),
        ("http://1.1.1.1?x", Target("http", "1.1.1.1", 80, "/?x")),
        ("http://good.example//evil.example/", Target("http", "good.example", 80,
                                                      "//evil.example/")),
    ],
)  # fmt: skip
def test_a_url_is_read_as_browsers_read_it(url, target):
    assert Network().target(url) == target


def test_the_url_of_a_target_is_the_same_for_all_spellings():
    same = {target_of(url).url for url in ("http://A.example", "HTTP://a.EXAMPLE:80/#x")}
    assert same == {"http://a.example/"}
    assert target_of("https://[2606:4700::1111]:80/").url == "https://[2606:4700::1111]:80/"


def test_a_name_without_an_address_may_have_one_later(monkeypatch):
    def fail(*_arguments, **_more):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(UnreachableError):
        Network().resolve(target_of("http://good.example/"))
