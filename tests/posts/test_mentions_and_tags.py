"""Mentions and tags in a text: parsing, rows and links."""

import random
import re
import unicodedata
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.posts import text
from app.posts.refusals import MOST_MENTIONED
from app.posts.text import LONGEST_TAG, fold_tag, normal, pieces, tags_in, usernames_in
from tests.html import attributes, one, parse, text_of

EVERYBODY = {name: name for name in ("ada", "bruno", "b_2", "x" * 30)}


def names(body):
    return sorted(usernames_in(pieces(body)))


def tags(body):
    return sorted(tags_in(pieces(body)))


# Mentions


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@ada", ["ada"]),
        ("Hello @ada and @bruno", ["ada", "bruno"]),
        ("Hello\n@ada\n", ["ada"]),
        ("@ADA @Ada", ["ada"]),
        ("(@ada) “@bruno” '@b_2'", ["ada", "b_2", "bruno"]),
        ("@ada, @bruno. @b_2!", ["ada", "b_2", "bruno"]),
        ("@ada's ladder", ["ada"]),
        ("@ada-bruno", ["ada"]),
        ("…@ada…", ["ada"]),
        ("@" + "x" * 30, ["x" * 30]),
        ("@" + "x" * 31, []),
        ("ada@bruno.example", []),
        ("ada@bruno", []),
        ("a.b+c@ada", []),
        ("@ada@bruno.example", []),
        ("ada@bruno.example/@b_2", ["b_2"]),
        ("josé@ada.example", []),
        ("@alice@ada", []),
        ("@@ada", ["ada"]),
        ("@", []),
        ("@ ada", []),
        ("é@ada", ["ada"]),
        ("@adaé", ["ada"]),
        ("こんにちは@adaさん", ["ada"]),
        ("привет@ada", ["ada"]),
        (".@ada", ["ada"]),
        ("end.@ada", ["ada"]),
        ("/@ada cc/@bruno", ["ada", "bruno"]),
        ("@ada/@bruno", ["ada", "bruno"]),
        ("=@ada +@bruno", ["ada", "bruno"]),
        ("x.example/@ada www.x.example/?q=@bruno", []),
        ("x.example/a、@ada", ["ada"]),
        ("ftp://x.example/@ada //x.example/@bruno", []),
        ("https://x.example/@ada", []),
        ("https://x.example/?q=@ada and @bruno", ["bruno"]),
        ("https://ada@x.example/", []),
        ("<@ada>", ["ada"]),
        ("#@ada", ["ada"]),
        ("＠ada ﹫bruno", ["ada", "bruno"]),
        ("\u200f@ada", ["ada"]),
    ],
)
def test_mentions_in_a_text(body, found):
    assert names(body) == found


def test_a_mention_of_an_unknown_username_stays_text():
    assert text.to_html(pieces("@nobody & @ada"), EVERYBODY) == (
        '@nobody &amp; <a href="/@ada">@ada</a>'
    )


def test_the_sign_of_a_mention_stays_as_it_was_typed():
    assert text.to_html(pieces("＠Adaさん"), EVERYBODY) == '<a href="/@ada">＠Ada</a>さん'


def test_a_mention_links_to_the_profile_and_stays_as_typed(ada, bruno, make_post, anonymous, rows):
    post = make_post(bruno, "Hello @ADA, @nobody, @Ada and @bruno")
    body = one(anonymous.get(f"/posts/{post.id}"), ".post-body")
    assert [link.text() for link in body.css("a")] == ["@ADA", "@Ada", "@bruno"]
    links = [link.attributes["href"] for link in body.css("a")]
    assert links == ["/@ada", "/@ada", "/@bruno"]
    assert {row["user_id"] for row in rows("mention")} == {ada.id, bruno.id}
    assert len(rows("mention")) == 2


def test_the_link_of_a_mention_has_the_case_of_the_username(make_user, bruno, make_post, rows):
    make_user("Carmen")
    make_post(bruno, "Hello @carmen")
    assert rows("post")[0]["body_html"] == 'Hello <a href="/@Carmen">@carmen</a>'


def test_a_later_user_is_not_mentioned_by_older_posts(bruno, make_post, make_user, rows):
    make_post(bruno, "Hello @carmen")
    make_user("carmen")
    assert rows("post")[0]["body_html"] == "Hello @carmen"
    assert rows("mention") == []


# Tags


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("#soup", ["soup"]),
        ("One #soup, two #bread.", ["bread", "soup"]),
        ("#Soup #SOUP #soup", ["soup"]),
        ("(#soup) “#bread” #tea!", ["bread", "soup", "tea"]),
        ("#soup-bowl", ["soup"]),
        ("#snake_case _#x", ["snake_case"]),
        ("#soup\n#bread", ["bread", "soup"]),
        ("＃full", ["full"]),
        ("#ＦＵＬＬ", ["full"]),
        ("#Straße #STRASSE", ["strasse"]),
        ("#ΣΊΣΥΦΟΣ #σίσυφος", ["σίσυφοσ"]),
        ("#cafe\u0301 #café", ["café"]),
        ("#東京 #Київ #القاهرة #हिन्दी", ["київ", "القاهرة", "हिन्दी", "東京"]),
        ("#2024", []),
        ("#١٢٣", []),
        ("#2024goals", ["2024goals"]),
        ("#_", []),
        ("#_a", ["_a"]),
        ("#", []),
        ("# soup", []),
        ("##soup", ["soup"]),
        ("#soup#bread", ["soup"]),
        ("a#soup", []),
        ("é#soup", ["soup"]),
        ("日本語#タグ", ["タグ"]),
        ("#猫・#犬 #スター・ウォーズ", ["スター・ウォーズ", "犬", "猫"]),
        ("#uno/#dos", ["dos", "uno"]),
        ("fin.#tag", ["tag"]),
        ("x.example/#soup ftp://x.example/#soup", []),
        ("#a＿b", ["a_b"]),
        ("#نرم\u200cافزار", ["نرمافزار"]),
        ("#ශ\u0dca\u200dර\u0dd3", ["ශ\u0dcaර\u0dd3"]),
        ("#soup\u200c #bread\u200d!", ["bread", "soup"]),
        ("#a\ufe0f", ["a"]),
        ("#️\ufe0f\u20e3", []),
        ("#coŀlecció #col·lecció", ["col·lecció"]),
        ("#soup· #a··b", ["a", "soup"]),
        ("#㈱ #⑴ #½ #﷽ #™", []),
        ("#soup⑴ #bread½", ["bread", "soup"]),
        ("#Ⅷ", ["viii"]),
        ("#\u3164", []),
        ("&#39;", []),
        ("&#x27; /#soup", ["soup"]),
        ("https://x.example/#soup", []),
        ("https://x.example/ #soup", ["soup"]),
        ("#\u0301soup", []),
        ("#👍", []),
        ("#soup👍", ["soup"]),
        ("#ada@x.example", []),
        ("#" + "x" * LONGEST_TAG, ["x" * LONGEST_TAG]),
        ("#" + "x" * (LONGEST_TAG + 1), []),
        ("#" + "ﷺ" * 10, []),
        ("\u200f#soup", ["soup"]),
    ],
)
def test_tags_in_a_text(body, found):
    assert tags(body) == found


def test_a_tag_links_to_its_page_and_stays_as_typed(ada, make_post, anonymous, rows):
    make_post(ada, "＃Soup, #soup and #Straße & #café")
    page = anonymous.get("/explore")
    body = one(page, ".post-body")
    assert [link.text() for link in body.css("a")] == ["＃Soup", "#soup", "#Straße", "#café"]
    links = [link.attributes["href"] for link in body.css("a")]
    assert links == ["/tags/soup", "/tags/soup", "/tags/strasse", "/tags/caf%C3%A9"]
    assert sorted(row["tag"] for row in rows("post_tag")) == ["café", "soup", "strasse"]
    for link in links:
        assert anonymous.get(link).status_code == 200


SCRIPTS = {
    "Latin": "Šárká",
    "Cyrillic": "Київ",
    "Greek": "Αθήνα",
    "Arabic": "القاهرة",
    "Hebrew": "שלום",
    "Devanagari": "हिन्दी",
    "Thai": "ภาษาไทย",
    "Han": "東京",
    "Hangul": "서울",
    "Kana": "カタカナ",
    "Sinhala": "සිංහල",
    "Khmer": "ភាសាខ្មែរ",
    "Tamil": "தமிழ்",
    "Bengali": "বাংলা",
    "Georgian": "ქართული",
    "Armenian": "Հայերեն",
    "Burmese": "မြန်မာ",
    "Tibetan": "བོད",
    "Amharic": "አማርኛ",
}


@pytest.mark.parametrize("word", SCRIPTS.values(), ids=SCRIPTS)
def test_a_word_of_any_script_is_a_tag_and_bounds_a_mention(word):
    assert tags(f"#{word}") == [fold_tag(word)]
    assert tags(f"({word}#{word}) #{word}.") == [fold_tag(word)]
    assert names(f"{word}@ada{word}@bruno") == ["ada", "bruno"]


words = st.text(st.characters(categories=["L", "M", "Nd"], codec="utf-8"), min_size=1, max_size=20)


@given(words, words)
def test_only_characters_of_names_bound_a_mention(before, after):
    body = f"{before}@ada{after}"
    is_bounded = not re.search("[A-Za-z0-9_]$", before)
    name = re.match("[A-Za-z0-9_]*", after)[0].lower()
    assert names(body) == (["ada" + name] if is_bounded else [])


@example("Ŀ")
@given(words)
def test_a_tag_is_found_whatever_form_its_characters_have(word):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert tags("#" + unicodedata.normalize(form, word)) == tags("#" + word)
    for tag in tags("#" + word):
        assert fold_tag(tag) == tag
        assert not re.search(r"[\s()\[\],]", tag)
        assert tags("#" + tag) == [tag]


# Any text


PARTS = (
    ["@", "#", "＃", "@ada", "@Bruno", "@nobody", "#soup", "#Straße", "#2024", "@b_2", "@@", "##"],
    ["https://x.example/", "http://x.example/a_(b)", "https://x.example/[c]?d=<e>#f", "https://"],
    [
        "https://ada@x.example/@bruno#soup",
        "(https://x.example/)",
        "HTTP://X.EXAMPLE",
        "//x.example",
    ],
    ["<b>", "</a>", "<a href='", '">', "<script>", "<!--", "-->", "]]>", "&amp;", "&", "'", '"'],
    ["<br>", "<<>>", "javascript:", "data:text/html,", "onclick=", "\\", "`", "%00", "&#x3c;"],
    ["\u200f", "\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\u0301", "\u0e33"],
    [" ", "\n", "\r\n", "\r", "\t", "\u2028", "\u00a0", "\x0b", "\x1f", "\x7f", "\x85"],
    ["é", "ß", "İ", "東京", "العربية", "हिन्दी", "👩‍🚀", "\U0010ffff", "a", "Z", "9", "_", "-", "."],
    ["ada@x.example", "@ada@x.example", "#soup@x.example", "/@ada", "/tags/x", "(@ada)", "[#soup]"],
)


def odd_posts(number, seed=20240229):
    """Random texts with odd characters and markup."""
    chance = random.Random(seed)
    parts = [part for row in PARTS for part in row]
    yield "a" + "\u0301" * 499
    yield "#a" + "\u0301" * 498
    yield "@ada" + "\u0301" * 496
    for position in range(60):
        for sign in ("@ada", "#soup"):
            plain = "see https://x.example/a(b)[c]?d=e#f, or <b> & ada@x.example."
            yield plain[:position] + sign + plain[position:]
    for _ in range(number - 123):
        match chance.randrange(10):
            case 0:
                base = "".join(chance.choices(parts, k=3))
                yield base + "".join(chr(chance.randrange(0x300, 0x370)) for _ in range(400))
            case 1:
                depth = chance.randrange(1, 20)
                yield "<a><b>" * depth + chance.choice(parts) + "</b></a>" * depth
            case 2:
                points = (chance.randrange(1, 0x30000) for _ in range(40))
                yield "".join(chr(n) for n in points if not 0xD800 <= n < 0xE000)
            case _:
                yield "".join(chance.choices(parts, k=chance.randrange(1, 16)))


def is_good(link):
    href = link.attributes["href"] or ""
    if set(link.attributes) == {"href", "rel"}:
        is_web = href.lower().startswith(("http://", "https://"))
        return is_web and link.attributes["rel"] == "nofollow noopener ugc"
    is_person = href.removeprefix("/@") in EVERYBODY
    return set(link.attributes) == {"href"} and (is_person or href.startswith("/tags/"))


def test_the_html_of_ten_thousand_odd_posts_is_text_line_breaks_and_links():
    count = 0
    for typed in odd_posts(10_000):
        body = normal(typed)
        found = pieces(body)
        assert "".join(piece.text for piece in found) == body
        html = text.to_html(found, EVERYBODY)
        tree = parse(f"<!doctype html><body><div>{html}</div>").css_first("body")
        assert [child.tag for child in tree.iter(include_text=True)] == ["div"], body
        for node in tree.css("div *"):
            assert node.tag in ("a", "br"), body
            assert node.tag == "br" or is_good(node), body
        assert html.count("<") == 2 * len(tree.css("a")) + len(tree.css("br")), body
        assert shown(html) == body, body
        count += 1
    assert count == 10_000


def shown(html):
    """Return the text of the HTML, with a newline for each <br>."""
    parts = []
    for piece in html.replace("<br>", "\n").split("<"):
        parts.append(piece.partition(">")[2] if parts else piece)
    return unescape("".join(parts))


def test_an_odd_post_is_shown_as_it_was_typed(ada, make_post, anonymous, rows):
    for body in list(odd_posts(400))[123:180]:
        if text.normal(body).strip() and "\x00" not in body and len(body) <= 500:
            try:
                post = make_post(ada, body)
            except ValueError:
                continue
            assert rows("post", "id = :id", id=post.id)[0]["body"] == normal(body)
            page = anonymous.get(f"/posts/{post.id}")
            assert page.status_code == 200
            for link in attributes(page, ".post-body a[href^='/tags/']", "href"):
                assert anonymous.get(link).status_code == 200


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("what", ["post", "reply", "edit"])
def test_more_mentions_than_may_be_are_refused_at_the_field(
    ada, bruno, make_user, make_post, signed_in, rows, htmx, what
):
    people = [make_user(password=None).username for _ in range(MOST_MENTIONED + 1)]
    client, own = signed_in(ada), make_post(ada, "Mine")
    path = {"post": "/", "reply": f"/posts/{own.id}", "edit": f"/posts/{own.id}/edit"}[what]
    form = f"#composer_edit_{own.id}" if what == "edit" else "#composer"
    too_many = " ".join(f"@{name}" for name in people)
    client.get(path)
    answer = client.submit(form, htmx=htmx, body=too_many)
    assert answer.status_code == 422
    error = "That mentions 11 people; a post can mention 10. Leave some out."
    assert text_of(one(answer, f"{form}_error")) == error
    assert one(answer, f"{form} textarea").text().strip() == too_many
    assert rows("notification") == []
    # Nobody, and the same person twice, do not count.
    enough = f"{' '.join(f'@{name}' for name in people[1:])} @{people[1].upper()} @nobody"
    answer = client.submit(form, to=answer, htmx=htmx, body=enough)
    assert answer.status_code == (200 if htmx else 303)
    assert len(rows("notification", "kind = 'mention'")) == MOST_MENTIONED
