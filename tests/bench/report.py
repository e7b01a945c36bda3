"""The targets, and how the findings stand to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.measuring import Figures
from tests.bench.stages import CROWD, TRIALS, Findings

LINE = "{:<3}{:<58}{:>9}{:>15}{:>9}{:>8}  {}"
SUBJECTS_BY_SIZE = (
    ("post", "POST bookings/"),
    ("post general", "POST bookings/, general access"),
    ("month", "a month of one specialist"),
    ("slots", "slots of one specialist"),
    ("slots of all", "slots of 100 specialists"),
    ("feed", "304 on a feed"),
)

HOUSING = (
    ("availability", "availability of 300 units after 15 years"),
    ("board", "90 nights of 300 units after 15 years"),
)


@dataclass(frozen=True)
class Line:
    """A target, measured: medians of the rounds' ratios, with the least and greatest round."""

    target: int
    what: str
    warm: str
    rounds: str
    cold: str
    limit: str
    met: bool


def lines(found: Findings, targets: Sequence[int]) -> list[Line]:
    return [line for line in every_line(found) if line.target in targets]


def every_line(found: Findings) -> Iterator[Line]:
    yield from posting(found)
    yield from reading(found)
    yield from growing(found)
    yield from polling(found)
    yield from racing(found)
    yield from housing(found)
    yield from telling(found)


def posting(found: Findings) -> Iterator[Line]:
    rows = f"control, {sum(found.rows.values())} rows in {len(found.rows)} INSERTs"
    for clients, figures, cold in (
        ("1 client", found.warm, found.cold),
        (f"{CROWD} clients", found.crowd, {}),
    ):
        yield from compared(
            1, f"POST bookings/ to floor, {clients}", figures, cold, "post", "floor POST", 10
        )
        yield from compared(
            1, f"POST bookings/ to {rows}, {clients}", figures, cold, "post", "control", 2.5
        )


def reading(found: Findings) -> Iterator[Line]:
    warm, cold = found.warm, found.cold
    yield from compared(2, "a month of one specialist to floor", warm, cold, "month", "floor", 4)
    yield from compared(
        3, "slots of one specialist, room and person to floor", warm, cold, "slots", "floor", 8
    )
    yield from compared(
        4, "slots of 100 specialists to range_agg", warm, cold, "slots of all", "multiranges", 4
    )
    one, hundred = found.queries.get("slots of one", 0), found.queries.get("slots of all", 0)
    yield Line(
        4, "queries for 100 specialists, and for one", f"{hundred} : {one}", "", "", "equal",
        one == hundred,
    )  # fmt: skip


def growing(found: Findings) -> Iterator[Line]:
    for name, what in SUBJECTS_BY_SIZE:
        yield from compared(
            5, f"{what}, to 1,000 older", found.warm, found.cold, name, name, 1.2, under="small"
        )
    what = f"POST bookings/, {CROWD} clients, to 1,000 older"
    yield from compared(5, what, found.crowd, {}, "post", "post", 1.2, under="small")
    yield Line(
        5, "answers that differ", f"{len(found.differing)}", "", "", "0", not found.differing
    )  # fmt: skip


def polling(found: Findings) -> Iterator[Line]:
    yield from compared(6, "304 on a feed to floor", found.warm, found.cold, "feed", "floor", 2)


def racing(found: Findings) -> Iterator[Line]:
    yield Line(
        7, f"double bookings, {CROWD} at once, {TRIALS} trials", f"{found.double}", "", "", "0",
        found.double == 0 and found.statuses.count(201) == TRIALS,
    )  # fmt: skip
    others = sorted(set(found.statuses) - {201, 409})
    yield Line(
        7, "answers other than one 201 and seven 409", ", ".join(map(str, others)) or "0",
        "", "", "0", not others,
    )  # fmt: skip


def housing(found: Findings) -> Iterator[Line]:
    for name, what in HOUSING:
        yield from compared(
            8, f"{what}, to 1 year", found.warm, found.cold, name, name, 1.2, under="small"
        )
    different = found.differing & {name for name, _ in HOUSING}
    yield Line(8, "answers that differ", f"{len(different)}", "", "", "0", not different)
    most = max(found.queries.get(name, 0) for name, _ in HOUSING)
    yield Line(8, "queries for 300 units, at most", f"{most}", "", "", "10", 0 < most <= 10)


def telling(found: Findings) -> Iterator[Line]:
    texts = found.texts
    for what, over, under, limit in (
        ("10,000 events known to joining their strings", "text warm", "strings joined", 3),
        ("10,000 events known to icalendar's to_ical", "text warm", "to_ical", 1 / 15),
        ("10,000 events unknown to icalendar's to_ical", "text cold", "to_ical", 1),
    ):
        yield from compared(10, what, texts, {}, over, under, limit)
    yield Line(
        10, "events written again after one change", f"{found.rewritten}", "", "", "1",
        found.rewritten == 1,
    )  # fmt: skip
    yield Line(
        10, "megabytes more for 100,000 events", f"{found.megabytes:.1f}", "", "", "10",
        0 < found.megabytes <= 10,
    )  # fmt: skip


def compared(
    target: int,
    what: str,
    warm: Figures,
    cold: Figures,
    over_name: str,
    under_name: str,
    limit: float,
    *,
    under: str = "large",
) -> Iterator[Line]:
    """Nothing when it was not measured."""
    keys = (over_name, "large"), (under_name, under)
    if not all(key in warm for key in keys):
        return
    ratios = by_round(warm, *keys)
    began = by_round(cold, *keys) if keys[0] in cold else []
    yield Line(
        target,
        what,
        f"{median(ratios):.2f}",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        f"{median(began):.2f}" if began else "",
        f"{limit:.2g}",
        median(ratios) <= limit,
    )


def by_round(figures: Figures, over: tuple[str, str], under: tuple[str, str]) -> list[float]:
    return [a / b for a, b in zip(figures[over], figures[under], strict=True)]


def show(found: Sequence[Line]) -> str:
    head = LINE.format("", "", "ratio", "rounds", "cold", "limit", "")
    rows = [
        LINE.format(
            line.target, line.what, line.warm, line.rounds, line.cold, line.limit,
            "met" if line.met else "MISSED",
        )
        for line in found
    ]  # fmt: skip
    return "\n".join(text.rstrip() for text in (head, *rows))


def show_times(found: Findings) -> str:
    """Milliseconds, for whoever tunes; they speak of the machine."""
    stages = {"cold": found.cold, "warm": found.warm, f"{CROWD} clients": found.crowd}
    return "\n".join(
        f"{stage:<10}{name:<14}{size:<6}{median(seconds) * 1000:9.2f} ms"
        for stage, figures in stages.items()
        for (name, size), seconds in sorted(figures.items())
    )
