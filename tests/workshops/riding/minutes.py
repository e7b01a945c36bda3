"""The rules of horses again, minute by minute and as naively as possible.

A second opinion for the tests: a day is 1440 minutes, each with the set of whoever works the horse
in it. No code of the program is used, but for the facts it is given. Pauses shorter than a rest
neither end a run nor count; other work alone is nobody's fault, only a run or day with a ride.
"""

from datetime import timedelta

MINUTES = 1440


def wrong_with_horses(afternoon, rides):
    """Pairs of a horse's key and the code of a rule that is broken."""
    return {
        (horse.key, code)
        for horse in afternoon.horses
        for code in _wrong(afternoon, horse, [ride for ride in rides if ride.horse == horse.key])
    }


def _wrong(afternoon, horse, rides):
    if not rides:
        return
    day = _day(afternoon, horse, rides)
    ridden = [occupants - {"other"} for occupants in day]
    if any(len(riders) > 1 for riders in ridden):
        yield "horse_taken"
    if any(riders and "other" in occupants for riders, occupants in zip(ridden, day, strict=True)):
        yield "horse_working"
    if any(riders and _within(minute, horse.absent) for minute, riders in enumerate(ridden)):
        yield "horse_absent"
    if sum(1 for occupants in day if occupants) > horse.most_minutes_a_day:
        yield "horse_day"
    if _days_of_week(afternoon, horse) > horse.most_days_a_week:
        yield "horse_week"
    if _tired(horse, day):
        yield "horse_rest"
    if _hurried(afternoon, day):
        yield "turnaround"


def _day(afternoon, horse, rides):
    """Who works the horse in each minute: numbers of rides, and "other"."""
    day = [set() for _ in range(MINUTES)]
    for number, ride in enumerate(rides):
        for minute in range(ride.starts_at, ride.starts_at + afternoon.session_minutes):
            day[minute].add(number)
    for minute in range(MINUTES):
        if _within(minute, horse.worked):
            day[minute].add("other")
    return day


def _within(minute, spans):
    return any(start <= minute < end for start, end in spans)


def _days_of_week(afternoon, horse):
    monday = afternoon.on - timedelta(days=afternoon.on.weekday())
    week = [monday + timedelta(days=n) for n in range(7)]
    return sum(1 for day in week if day == afternoon.on or day in horse.worked_on)


def _tired(horse, day):
    worked, idle, has_ride = 0, MINUTES, False
    for occupants in day:
        if not occupants:
            idle += 1
            continue
        if idle >= horse.rest_minutes:
            worked, has_ride = 0, False
        worked, idle = worked + 1, 0
        has_ride = has_ride or occupants != {"other"}
        if has_ride and worked > horse.most_minutes_on_end:
            return True
    return False


def _hurried(afternoon, day):
    """Whether somebody begins too soon after another has ended; one of the two a rider."""
    for begin in range(1, MINUTES):
        for beginner in day[begin] - day[begin - 1]:
            for end in range(max(1, begin - afternoon.turnaround_minutes + 1), begin + 1):
                if {"other", beginner} != {"other"} and day[end - 1] - day[end] - {beginner}:
                    return True
                if beginner == "other" and day[end - 1] - day[end] - {"other"}:
                    return True
    return False
