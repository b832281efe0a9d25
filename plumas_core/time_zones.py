"""Time zones by name, as the tz database has them."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from plumas_core.problems import Problem


def time_zones() -> list[str]:
    """Return the names of all time zones that belong to a territory, and ``UTC`` first."""
    return ["UTC", *sorted(get_global("zone_territories"))]


def time_zone(name: str) -> str:
    """Return the time zone that a member means: ``Europe/Madrid``, or ``madrid`` alone.

    Raises:
        Problem: there is none of that name, or more than one.
    """
    wanted = "_".join(name.casefold().split())
    known = {zone.casefold(): zone for zone in time_zones()}
    cities = [zone for folded, zone in known.items() if folded.rpartition("/")[2] == wanted]
    found = known.get(wanted) or (cities[0] if len(cities) == 1 else None)
    try:
        return ZoneInfo(found or name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem("settings-no-zone", name=name[:60]) from None
