"""Chance, in SQL: the same numbers on SQLite and PostgreSQL, and every time."""

import random

# Each row of "dice" carries some numbers between 0 and this prime, out of multiplicative
# generators (Lehmer 1951; the multipliers are from L'Ecuyer 1999 and from Fishman and
# Moore 1986), so that both databases draw the same.
PRIME = 2**31 - 1
DICE = {"a": 1583458089, "b": 784588716, "c": 742938285, "d": 950706376, "e": 1226874159}


def dice(count: int, seed: int) -> str:
    """Begin a query that draws: ``dice`` has ``count`` rows with numbers n, a, b, c, d and e."""
    chance = random.Random(seed)
    first = ", ".join(f"CAST({chance.randrange(1, PRIME)} AS BIGINT)" for _ in DICE)
    following = ", ".join(f"{name} * {by} % {PRIME}" for name, by in DICE.items())
    return (
        f"WITH RECURSIVE dice(n, {', '.join(DICE)}) AS (SELECT CAST(1 AS BIGINT), {first} "
        f"UNION ALL SELECT n + 1, {following} FROM dice WHERE n < {count}) "
    )


def even(die: str, count: int) -> str:
    """A number below ``count``, each as likely as the other."""
    return f"({die} * {count} / {PRIME})"


def skewed(die: str, count: int, power: int = 3) -> str:
    """A rank below ``count`` by a power law: rank r is drawn in proportion to r^(1/power - 1)."""
    law = die
    for _ in range(power - 1):
        law = f"({law} * {die} / {PRIME})"
    return even(law, count)
