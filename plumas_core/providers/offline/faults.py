"""What the offline provider can be told to do wrong, as real providers do.

Two kinds. Shares (``rows``, ``broken``, ``expire``) hold for every batch. Counts befall the first
creates that are sent, one each, in the order of ``COUNTED``: ``refuse=1,lost_answer=2`` refuses
the first create and loses the answers to the second and the third. How many creates there were
is told by files in the provider's folder, so that the counts hold across processes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias, get_args

CreateFault: TypeAlias = Literal[
    "refuse", "rate_limit", "lost_request", "lost_answer", "queue_full", "vanish"
]

COUNTED: Final[tuple[CreateFault, ...]] = get_args(CreateFault)
"""The faults that are counted, in the order in which creates meet them."""

_SHARES: Final = ("rows", "broken", "expire")


class BadFaults(ValueError):
    """The setting cannot be read; the text names the part and says what fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong.

    ``rows``: share of a batch's rows that fail, unbilled. ``broken``: share of answers that are
    cut off in the middle, so that their JSON cannot be read. ``expire``: every batch (or, with
    ``expire_first``, the first so many of all creates) expires once this share of its rows is
    finished. ``refuse``: creates that are answered with "no batch API here". ``rate_limit``:
    creates answered with 429. ``lost_request``: creates whose answer is lost and that made
    nothing. ``lost_answer``: the same, but the batch was made. ``queue_full``: batches that are
    made and then fail because the queue has no room. ``vanish``: batches that are not known any
    more once half of their time is over. ``late``: seconds for which a new batch is not found by
    its id. ``anonymous``: the list of batches does not name our intents.
    """

    rows: float = 0.0
    broken: float = 0.0
    expire: float | None = None
    expire_first: int | None = None
    refuse: int = 0
    rate_limit: int = 0
    lost_request: int = 0
    lost_answer: int = 0
    queue_full: int = 0
    vanish: int = 0
    late: int = 0
    anonymous: bool = False

    def __post_init__(self) -> None:
        for name in _SHARES:
            share: float | None = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise BadFaults(f"{name}={share}: a share is from 0 to 1")
        for name, count in (
            *self._counts().items(),
            ("late", self.late),
            ("expire_first", self.expire_first),
        ):
            if count is not None and count < 0:
                raise BadFaults(f"{name}={count}: a count is not negative")

    def _counts(self) -> dict[CreateFault, int]:
        return {
            "refuse": self.refuse,
            "rate_limit": self.rate_limit,
            "lost_request": self.lost_request,
            "lost_answer": self.lost_answer,
            "queue_full": self.queue_full,
            "vanish": self.vanish,
        }

    @property
    def counts_creates(self) -> bool:
        """True where some fault depends on how many creates came before."""
        return self.expire_first is not None or any(self._counts().values())

    def of_create(self, number: int) -> CreateFault | None:
        """Return what befalls the create of that ``number``, counted from 0."""
        counts = self._counts()
        for name in COUNTED:
            if number < counts[name]:
                return name
            number -= counts[name]
        return None

    def finished_share(self, number: int) -> float:
        """Return the share of rows that the batch of create ``number`` finishes in its time."""
        if self.expire is None:
            return 1.0
        if self.expire_first is not None and number >= self.expire_first:
            return 1.0
        return self.expire

    def __str__(self) -> str:
        """Return the setting that :func:`parse_faults` reads as this."""
        changed = ((f.name, getattr(self, f.name), f.default) for f in fields(self))
        return ",".join(
            f"{name}={int(value) if isinstance(value, bool) else value}"
            for name, value, default in changed
            if value != default
        )


NO_FAULTS: Final = Faults()


def parse_faults(setting: str) -> Faults:
    """Read ``rows=0.1,lost_answer=1``: names of :class:`Faults` with a number each.

    Raises:
        BadFaults: a name is unknown or stands twice, or a number does not fit.
    """
    values: dict[str, float | int | bool] = {}
    names = {field.name for field in fields(Faults)}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if name not in names:
            raise BadFaults(f"{part!r}: unknown; there is {', '.join(sorted(names))}")
        if name in values:
            raise BadFaults(f"{part!r}: {name} stands twice")
        try:
            values[name] = _number(name, number if equals else "1")
        except ValueError:
            raise BadFaults(f"{part!r}: not a number that fits {name}") from None
    return Faults(**values)  # type: ignore[arg-type]  # each value was read as its field's type


def _number(name: str, text: str) -> float | int | bool:
    if name in _SHARES:
        return float(text)
    if name != "anonymous":
        return int(text)
    if text not in ("0", "1"):
        raise ValueError("neither yes nor no")
    return text == "1"
