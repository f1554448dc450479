"""Notes between moderators, on people and on cases."""

from tests.html import absent, one, select


def leave_note(client, url, words):
    page = client.get(url)
    form = f"main form[action^='{url}'][action$='/note']"
    return client.submit(form, to=page, words=words)


def test_notes_are_on_cases_and_on_people(case, desk, mallory, signed_in):
    assert leave_note(desk, f"/desk/{case}", "Ask ada").location == f"/desk/{case}#notes"
    leave_note(desk, "/desk/people/mallory", "Second account of trudy")
    one(desk.get(f"/desk/{case}"), ".desk-report", text="Ask ada")
    one(desk.get(f"/desk/{case}"), ".desk-report", text="on this case")
    page = desk.get("/desk/people/mallory")
    one(page, f".desk-report a[href='/desk/{case}']", text="on a case")
    select(page, ".desk-report", text="Second account of trudy")
    assert leave_note(desk, f"/desk/{case}", " ").status_code == 422
    client = signed_in(mallory)
    client.token()
    assert client.post(f"/desk/{case}/note", {"words": "Me?"}).status_code == 404


def test_a_case_of_who_has_left_shows_notes_and_history(app, case, desk, decide):
    decide(case, "warn", why="Be kind")
    leave_note(desk, f"/desk/{case}", "Ask ada")
    run = app.test_cli_runner().invoke(args=["user", "delete", "mallory", "--yes"])
    assert run.exit_code == 0, run.output
    page = desk.get(f"/desk/{case}")
    select(page, "p", text="This person has left.")
    select(page, ".desk-list li", text="Person warned")
    select(page, ".desk-report", text="Ask ada")
    absent(page, "button", text="Undo")
    leave_note(desk, f"/desk/{case}", "She was the second account")
    select(desk.get(f"/desk/{case}"), ".desk-report", text="She was the second account")
