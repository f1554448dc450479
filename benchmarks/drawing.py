"""Who reads, writes and likes what in a made community: drawn in SQL, then dealt out.

First everything is drawn into sketches, by small numbers; then the sketches are counted and
put into the tables of the site, in the order in which those are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .chance import PRIME, dice, even, skewed
from .sizes import (
    ACTING,
    BODIES,
    END,
    FOLLOWS_EACH,
    JOINING,
    KNOWN,
    LIKES_EACH,
    MOST_LIKED,
    PROLIFIC,
    SEED,
    SPREAD_FOLLOWED,
    SPREAD_FOLLOWERS,
    SPREAD_POSTS,
    TOLD_SINCE,
    UNREAD_SINCE,
    Size,
)


@dataclass(frozen=True)
class Draw:
    """Who, what and which of a community of one size, as expressions of SQL."""

    size: Size

    def followed(self, rank: str) -> str:
        """The number of the person who has ``rank`` among the followed, and among the authors."""
        return f"(({rank} + 11) * {SPREAD_FOLLOWED} % {self.size.people})"

    def follower(self, rank: str) -> str:
        """The number of the person who has ``rank`` among those who follow many."""
        return f"(({rank} + 11) * {SPREAD_FOLLOWERS} % {self.size.people})"

    def noticed(self, die: str) -> str:
        """The number of a post that is liked, answered or reposted: a few of them very much."""
        count = min(self.size.posts, MOST_LIKED)
        rank = f"({skewed(die, count)} * {SPREAD_POSTS} % {count})"
        return f"({self.size.posts - count} + 1 + {rank})"

    def author(self) -> str:
        """The number of who writes: one of the prolific in a fifth of all cases."""
        prolific = self.followed(f"({self.size.people // 4} + d % {PROLIFIC})")
        others = self.followed(skewed("b", self.size.people, power=2))
        return f"CASE WHEN c % 5 = 0 THEN {prolific} ELSE {others} END"

    def user_id(self, number: str) -> str:
        """The id of the person of that number."""
        return f"({JOINING} + {number} * CAST({self.size.a_person} AS BIGINT))"

    def post_id(self, number: str) -> str:
        """The id of the post of that number."""
        return f"({ACTING} + {number} * CAST({self.size.a_post} AS BIGINT))"


# Tables that are worked on, and thrown away: what is drawn is counted before it is dealt out.
SKETCHES = (
    "sketch_person (number INTEGER PRIMARY KEY, username TEXT, display_name TEXT, about_me TEXT)",
    "sketch_body (number INTEGER PRIMARY KEY, body TEXT, html TEXT)",
    "sketch_mention (body INTEGER, person INTEGER, PRIMARY KEY (body, person))",
    "sketch_tag (body INTEGER, tag TEXT, PRIMARY KEY (body, tag))",
    "sketch_block (who INTEGER PRIMARY KEY, whom INTEGER)",
    "sketch_mute (who INTEGER PRIMARY KEY, whom INTEGER)",
    "sketch_follow (follower INTEGER, followed INTEGER, since BIGINT, "
    "PRIMARY KEY (follower, followed))",
    # A post is an answer to its target, or a repost of it, or has none.
    "sketch_post (n INTEGER PRIMARY KEY, author INTEGER, kind TEXT, target INTEGER, body INTEGER)",
    "sketch_like (n INTEGER, person INTEGER, later BIGINT, PRIMARY KEY (n, person))",
)


def drawing(size: Size) -> Iterator[tuple[str, str]]:
    """Yield the statements that draw, each with what it draws."""
    draw = Draw(size)
    follows = size.people * FOLLOWS_EACH
    likes = min(size.posts, MOST_LIKED) * LIKES_EACH
    yield (
        "follows",
        "INSERT INTO sketch_follow "
        + dice(follows, SEED + 1)
        + f"""
        SELECT follower, followed, since FROM (
            SELECT {draw.follower(skewed("a", size.people))} AS follower,
                   {draw.followed(skewed("b", size.people))} AS followed,
                   {ACTING} + c * {(END - ACTING) // PRIME} AS since
            FROM dice) AS drawn
        WHERE follower >= {len(KNOWN)} AND follower <> followed
          AND NOT EXISTS (SELECT 1 FROM sketch_block
                          WHERE who = follower AND whom = followed
                             OR who = followed AND whom = follower)
        ON CONFLICT DO NOTHING""",
    )
    yield (
        "posts",
        "INSERT INTO sketch_post "
        + dice(size.posts, SEED + 2)
        + f"""
        SELECT n, author,
               CASE WHEN target < 1 THEN 'post' ELSE kind END,
               CASE WHEN kind <> 'post' AND target > 0 THEN target END, body FROM (
            SELECT n, {draw.author()} AS author,
                   CASE WHEN a % 10 < 2 THEN 'reply' WHEN a % 10 = 2 THEN 'repost'
                        ELSE 'post' END AS kind,
                   CASE WHEN {draw.noticed("e")} < n THEN {draw.noticed("e")}
                        ELSE n - 1 - e % 500 END AS target,
                   {even("c", BODIES)} AS body
            FROM dice) AS drawn""",
    )
    yield (
        "nobody reposts twice",
        """
        UPDATE sketch_post SET kind = 'post', target = NULL
        WHERE kind = 'repost' AND n NOT IN (
            SELECT min(n) FROM sketch_post WHERE kind = 'repost' GROUP BY author, target)""",
    )
    yield (
        "reposts are not answered",
        """
        UPDATE sketch_post SET kind = 'post', target = NULL
        WHERE target IN (SELECT n FROM sketch_post WHERE kind = 'repost')""",
    )
    yield (
        "likes",
        "INSERT INTO sketch_like "
        + dice(likes, SEED + 3)
        + f"""
        SELECT drawn.n, drawn.person, drawn.later FROM (
            SELECT {draw.noticed("a")} AS n, {even("b", size.people)} AS person,
                   c * 32768 AS later
            FROM dice) AS drawn
        JOIN sketch_post ON sketch_post.n = drawn.n AND kind <> 'repost'
        WHERE true ON CONFLICT DO NOTHING""",
    )


def dealing(size: Size) -> Iterator[tuple[str, str]]:
    """Yield the statements that put what was drawn into the tables, each with what it puts."""
    draw = Draw(size)
    user, post = draw.user_id, draw.post_id
    yield (
        "user",
        f"""
        INSERT INTO "user" (id, username, display_name, about_me, is_admin,
                            posts_count, followers_count, following_count)
        SELECT {user("number")}, username, display_name, about_me, false,
               coalesce(posts.many, 0), coalesce(followers.many, 0), coalesce(following.many, 0)
        FROM sketch_person
        LEFT JOIN (SELECT author, count(*) AS many FROM sketch_post WHERE kind <> 'repost'
                   GROUP BY author) AS posts ON author = number
        LEFT JOIN (SELECT followed, count(*) AS many FROM sketch_follow
                   GROUP BY followed) AS followers ON followed = number
        LEFT JOIN (SELECT follower, count(*) AS many FROM sketch_follow
                   GROUP BY follower) AS following ON follower = number
        ORDER BY number""",
    )
    for table, one, other in (("block", "blocker", "blocked"), ("mute", "muter", "muted")):
        yield (
            table,
            f"""
            INSERT INTO {table} ({one}_id, {other}_id, since)
            SELECT {user("who")}, {user("whom")}, {ACTING} + who FROM sketch_{table}""",
        )
    yield (
        "follow",
        f"""
        INSERT INTO follow (follower_id, followed_id, since)
        SELECT {user("follower")}, {user("followed")}, since FROM sketch_follow
        ORDER BY follower, followed""",
    )
    yield (
        "post",
        f"""
        INSERT INTO post (id, author_id, body, body_html, in_reply_to_id, in_reply_to_author_id,
                          repost_of_id, replies_count, reposts_count, likes_count)
        SELECT {post("p.n")}, {user("p.author")},
               CASE WHEN p.kind = 'repost' THEN '' ELSE b.body END,
               CASE WHEN p.kind = 'repost' THEN '' ELSE b.html END,
               CASE WHEN p.kind = 'reply' THEN {post("p.target")} END,
               CASE WHEN p.kind = 'reply' THEN {user("target.author")} END,
               CASE WHEN p.kind = 'repost' THEN {post("p.target")} END,
               coalesce(replies.many, 0), coalesce(reposts.many, 0), coalesce(likes.many, 0)
        FROM sketch_post AS p
        JOIN sketch_body AS b ON b.number = p.body
        LEFT JOIN sketch_post AS target ON target.n = p.target
        LEFT JOIN (SELECT target, count(*) AS many FROM sketch_post WHERE kind = 'reply'
                   GROUP BY target) AS replies ON replies.target = p.n
        LEFT JOIN (SELECT target, count(*) AS many FROM sketch_post WHERE kind = 'repost'
                   GROUP BY target) AS reposts ON reposts.target = p.n
        LEFT JOIN (SELECT n, count(*) AS many FROM sketch_like GROUP BY n) AS likes
               ON likes.n = p.n
        ORDER BY p.n""",
    )
    yield (
        "mention",
        f"""
        INSERT INTO mention (post_id, user_id)
        SELECT {post("p.n")}, {user("m.person")} FROM sketch_post AS p
        JOIN sketch_mention AS m ON m.body = p.body
        WHERE p.kind <> 'repost' ORDER BY p.n, m.person""",
    )
    yield (
        "post_tag",
        f"""
        INSERT INTO post_tag (tag, post_id)
        SELECT t.tag, {post("p.n")} FROM sketch_post AS p
        JOIN sketch_tag AS t ON t.body = p.body
        WHERE p.kind <> 'repost' ORDER BY t.tag, p.n""",
    )
    yield (
        "like",
        f"""
        INSERT INTO "like" (user_id, post_id, since)
        SELECT {user("person")}, {post("n")}, {post("n")} + later FROM sketch_like
        ORDER BY person, n""",
    )
    yield (
        "bookmark",
        f"""
        INSERT INTO bookmark (user_id, post_id, since)
        SELECT {user("person")}, {post("n")}, {post("n")} + later FROM sketch_like
        WHERE later / 32768 % 15 = 0 ORDER BY person, n""",
    )
    yield (
        "notification",
        f"""
        INSERT INTO notification (id, user_id, kind, actor_id, post_id, is_read)
        SELECT at + row_number() OVER (ORDER BY at), told, kind, actor, post_id,
               at < {UNREAD_SINCE} FROM (
            SELECT {user("target.author")} AS told, p.kind AS kind, {user("p.author")} AS actor,
                   CASE WHEN p.kind = 'reply' THEN {post("p.n")} ELSE {post("p.target")} END
                       AS post_id, {post("p.n")} AS at
            FROM sketch_post AS p JOIN sketch_post AS target ON target.n = p.target
            UNION ALL
            SELECT {user("m.person")}, 'mention', {user("p.author")}, {post("p.n")}, {post("p.n")}
            FROM sketch_post AS p JOIN sketch_mention AS m ON m.body = p.body
            LEFT JOIN sketch_post AS target ON target.n = p.target
            WHERE p.kind <> 'repost' AND m.person <> coalesce(target.author, -1)
            UNION ALL
            SELECT {user("p.author")}, 'like', {user("l.person")}, {post("p.n")},
                   {post("p.n")} + later
            FROM sketch_like AS l JOIN sketch_post AS p ON p.n = l.n
            UNION ALL
            SELECT {user("followed")}, 'follow', {user("follower")}, NULL, since
            FROM sketch_follow) AS done
        WHERE at >= {TOLD_SINCE} AND told <> actor ORDER BY at""",
    )
