"""Compulsory school age, by the Act."""

from datetime import date, timedelta

from adapters.simulator.known import months_later

PRESCRIBED = ((3, 31), (8, 31), (12, 31))  # Education (Start of Compulsory School Age) Order 1998


def school_age(born: int) -> tuple[int, int]:
    """Compulsory school age: from the prescribed day on or after the fifth birthday to the last Friday of June.

    That of the school year in which the child turns sixteen (Education Act 1996 s.8; School Leaving Date Order 1997).
    """
    fifth, sixteenth = (date.fromordinal(months_later(born, 12 * years)) for years in (5, 16))
    days = (date(year, *day) for year in (fifth.year, fifth.year + 1) for day in PRESCRIBED)
    start = min(day for day in days if day >= fifth)
    june = date(sixteenth.year + (sixteenth.month >= 9), 6, 30)
    while june.weekday() != 4:
        june -= timedelta(days=1)
    return start.toordinal(), june.toordinal()
