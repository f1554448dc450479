"""Rate limits: what they count by."""

import pytest


@pytest.mark.parametrize(
    ("addresses", "last"),
    [
        (["192.0.2.1"], 429),
        ([f"192.0.2.{n}" for n in range(61)], 422),
        ([f"2001:db8:0:1::{n:x}" for n in range(61)], 429),
        ([f"2001:db8:0:{n:x}::1" for n in range(61)], 422),
        ([f"::ffff:192.0.2.{n}" for n in range(61)], 422),
        (["::ffff:192.0.2.1", "192.0.2.1"], 429),
        ([f"fe80::{n:x}%eth0" for n in range(61)], 429),
        (["nonsense"], 429),
    ],
)
@pytest.mark.parametrize("path", ["/register", "/reset-password"])
def test_a_limit_counts_by_network(anonymous, path, addresses, last):
    answers = []
    anonymous.get("/login")
    for n in range(61):
        anonymous.http.environ_base["REMOTE_ADDR"] = addresses[n % len(addresses)]
        answers.append(anonymous.post(path, {"email": "none"}).status_code)
    assert answers == [422] * 60 + [last]


def test_a_limit_counts_by_account_where_there_is_one(ada, bruno, signed_in):
    answers = []
    for client in (signed_in(ada), signed_in(bruno)):
        client.get("/")
        fields = {"email": "none"}
        answers += [client.post("/settings/account", fields).status_code for _ in range(60)]
    assert answers == [422] * 120
    assert client.post("/settings/account", fields).status_code == 429
