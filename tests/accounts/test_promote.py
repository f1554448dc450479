"""The command that makes the first administrator."""


def test_a_user_is_promoted_by_username(app, ada, bruno, rows):
    result = app.test_cli_runner().invoke(args=["user", "promote", "ADA"])
    assert result.exit_code == 0
    assert "ada is an administrator now." in result.output
    assert [row["username"] for row in rows("user") if row["is_admin"]] == ["ada"]


def test_an_unknown_username_is_refused(app):
    result = app.test_cli_runner().invoke(args=["user", "promote", "nobody"])
    assert result.exit_code == 1
    assert "Nobody here is called nobody." in result.output
