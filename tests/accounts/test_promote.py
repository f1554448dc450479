"""The command that makes the first administrator."""


def test_someone_is_promoted_by_name(app, ada, bruno, rows):
    result = app.test_cli_runner().invoke(args=["user", "promote", "ADA"])
    assert result.exit_code == 0
    assert "ada is an administrator now." in result.output
    assert [row["username"] for row in rows("user") if row["is_admin"]] == ["ada"]


def test_nobody_of_that_name_is_told(app):
    result = app.test_cli_runner().invoke(args=["user", "promote", "nobody"])
    assert result.exit_code == 1
    assert "Nobody here is called nobody." in result.output
