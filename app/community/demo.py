"""A small hand-written community: a village choir, a bakery, a repair café, and some weather."""

from datetime import timedelta

from sqlalchemy import select

from ..accounts.models import User, by_username
from ..data.database import db, now, writing
from ..posts.models import Post
from ..posts.reposting import repost
from ..reactions.models import bookmark, like
from .loading import load

PASSWORD = "demo-demo"  # noqa: S105

PEOPLE = [
    ("ada", "Ada Lindqvist", "Runs the repair café on Saturdays. Soldering iron always warm."),
    ("bruno", "Bruno Keller", "Baker. Up at three so that you need not be."),
    ("carmen", "Carmen Ortiz", "Choir, second row, alto. También en español."),
    ("dmitri", "Dmitri", "Allotment 14, by the water tap. Tomatoes, mostly."),
    ("esi", "Esi Mensah", "Teaches the evening class in pottery. Kiln temperature: optimistic."),
    ("farid", "Farid N.", "Bicycles, old maps, long ways home."),
    ("greta", "Greta Sommer", "Librarian at the branch by the bridge. Ask me for a book."),
    ("hiro", "Hiro Tanaka", "Weather station on the roof, readings on the hour."),
    ("ines", "Inês", ""),
    ("jonas", "Jonas Weber", "Drives the night bus. Reads at the terminus."),
]

FOLLOWS = {
    "ada": "bruno carmen dmitri esi farid greta hiro jonas",
    "bruno": "ada greta hiro",
    "carmen": "ada bruno esi greta ines",
    "dmitri": "ada hiro bruno",
    "esi": "ada carmen greta",
    "farid": "ada jonas greta hiro",
    "greta": "ada bruno carmen dmitri esi farid hiro ines jonas",
    "hiro": "ada farid",
    "jonas": "ada bruno farid greta hiro",
}

# (author, how many minutes ago, what)
POSTS = [
    ("bruno", 4, "Rye is out of the oven. The seeded one needs another ten minutes, so do I."),
    ("hiro", 9, "07:00  6.4 °C, wind from the west, pressure falling.\nTake the coat."),
    (
        "ada",
        21,
        "Yesterday's count at the repair café: 31 things came in, 26 left working.\n"
        "The other five left with a better understanding of themselves.",
    ),
    (
        "greta",
        38,
        "Someone returned a book that was due in 1998. No fine. We were so happy that we "
        "rang the little bell.",
    ),
    (
        "carmen",
        55,
        "Ensayo esta noche a las ocho. Rehearsal at eight, and bring the Fauré, "
        "the one with the coffee stain. #choir",
    ),
    (
        "dmitri",
        80,
        "First frost on the allotment. The kale is delighted, the dahlias have resigned.",
    ),
    (
        "farid",
        130,
        "The old tow path is open again all the way to the lock. Map from 1911 says there "
        "was an inn half-way. There is a very good bench.",
    ),
    (
        "jonas",
        190,
        "Last run, 00:40: one passenger, asleep, and one umbrella, awake. The umbrella is at "
        "the depot.",
    ),
    (
        "esi",
        260,
        "The kiln reached 1,230 degrees and stopped arguing. Opening it tomorrow at noon; "
        "come and hold your breath with us.",
    ),
    (
        "ada",
        300,
        "If your toaster makes a noise like a goose: that is the thermostat, it costs two euros, "
        "and I can show you how to change it.",
    ),
    (
        "greta",
        420,
        "New on the shelf by the window: everything we have about rivers.\n"
        "https://example.org/catalogue/rivers",
    ),
    (
        "bruno",
        700,
        "Experiment of the week: buckwheat and honey. Verdict of the queue: again, please.",
    ),
    (
        "hiro",
        760,
        "A clear night. If you look up at nine, the bright one low in the south-west is Venus. #weather",
    ),
    (
        "carmen",
        900,
        "We need two tenors. You do not have to be good. You have to be there on Tuesdays.",
    ),
    ("farid", 1300, "Puncture number four this month. I have started to name them."),
    ("ines", 1500, "hello! just moved here, and somebody told me that this is where people talk"),
    ("ada", 1490, "Welcome, Inês! Saturday, ten o'clock, the yellow door. There is cake."),
    ("dmitri", 2100, "Swap: a crate of quinces for anything that is not a quince."),
    ("jonas", 2300, "Finished the long novel at the terminus. Began it again at the terminus."),
    (
        "esi",
        2900,
        "A student asked how you know when a bowl is done. You stop. That is all there is to it.",
    ),
    ("greta", 3200, "Quiet hour is from two to three. The radiator has been informed."),
    ("bruno", 3600, "Closed on Monday. I will be asleep in a field."),
    ("hiro", 4400, "18 mm of rain since midnight. The gauge is pleased, the cellar less so."),
    ("carmen", 5000, "That last chord. I was there and I still do not know how we did it."),
    (
        "farid",
        5800,
        "Found in a second-hand atlas: a pressed clover and a bus ticket to a town that "
        "changed its name.",
    ),
    ("ada", 6300, "A list of what people bring most: lamps, zips, radios, one accordion."),
    ("dmitri", 7200, "Bean poles are down, broad beans are in. See you in May."),
    ("jonas", 8000, "Snow on the hill route tonight. I drive slowly, you read longer."),
    (
        "greta",
        9100,
        "Story time was about a bear that would not hibernate. Eleven children agreed with it.",
    ),
    ("esi", 9800, "Glaze recipe, as asked: two parts ash, two parts feldspar, one part patience."),
]

# (the place in POSTS of what is answered, author, how many minutes ago, what)
REPLIES = [
    (0, "ada", 3, "Keep me half of the seeded one? I will bring back your mixer."),
    (0, "bruno", 2, "@ada Done. It has been very quiet here without the mixer."),
    (1, "farid", 7, "Coat taken. And the other coat."),
    (2, "jonas", 18, "Was the accordion among the 26?"),
    (2, "ada", 16, "@jonas It was. You can hear it as far as the bridge."),
    (2, "greta", 15, "We can confirm the bridge. #quiethour"),
    (3, "carmen", 30, "The little bell has to come to the next concert."),
    (4, "esi", 50, "Is the coffee stain in F sharp? #choir"),
    (5, "hiro", 70, "-1.2 °C at the roof, 06:10. The dahlias have my sympathy. #weather"),
    (8, "ada", 240, "Holding it already."),
    (15, "greta", 1480, "@ines welcome! A library card takes two minutes and one signature."),
    (17, "bruno", 2000, "Quinces for bread? #swap"),
    (17, "dmitri", 1990, "@bruno Come by, the crate is by the water tap."),
]

# Who likes, reposts and keeps which of POSTS.
LIKES = {
    0: "ada greta hiro jonas",
    1: "farid",
    2: "bruno dmitri esi farid greta jonas",
    3: "ada bruno carmen esi hiro ines jonas",
    5: "ada hiro",
    6: "jonas ada",
    8: "ada carmen greta",
    15: "ada greta bruno",
}
REPOSTS = {3: "carmen", 13: "esi", 8: "greta"}
BOOKMARKS = {9: "ada", 10: "ada jonas", 29: "ada"}


def load_demo() -> bool:
    """Move the demo community in, with times counted back from now; False if it is there."""
    if db.session.scalar(by_username("ada")):
        return False
    joined = (now() - timedelta(days=40)).isoformat()
    load(
        [
            {"username": name, "display_name": shown, "about_me": about, "created_at": joined}
            for name, shown, about in PEOPLE
        ],
        [
            {"follower": follower, "followed": followed}
            for follower, all_followed in FOLLOWS.items()
            for followed in all_followed.split()
        ],
        [
            {"author": author, "created_at": _ago(minutes), "body": body, "number": f"{number}"}
            for number, (author, minutes, body) in enumerate(POSTS)
        ]
        + [
            {"author": author, "created_at": _ago(minutes), "body": body, "in_reply_to": f"{to}"}
            for to, author, minutes, body in REPLIES
        ],
        PASSWORD,
    )
    _react()
    return True


def _react() -> None:
    people = {user.username: user for user in db.session.scalars(select(User))}
    with writing():
        for react, reactions in ((like, LIKES), (repost, REPOSTS), (bookmark, BOOKMARKS)):
            for number, names in reactions.items():
                body = POSTS[number][2]
                post = db.session.scalars(select(Post).where(Post.body == body)).one()
                for name in names.split():
                    react(people[name], post)


def _ago(minutes: int) -> str:
    return (now() - timedelta(minutes=minutes)).isoformat()
