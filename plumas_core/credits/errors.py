"""What can go wrong with credits.

A ``CreditsError`` is an answer to a member: ``member_key`` is the id of the sentence
(``plumas_core.locales``), ``member_values`` what stands in it, and its own text is for the
operator. A ``LedgerFault`` is a mistake in the program, and only the operator reads of it.

Amounts are picodollars; in ``member_values`` they are credits with two decimals
(``credits.rounding``): what is needed rounded up, what there is rounded down.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from plumas_core.clock import DAY, HOUR
from plumas_core.credits.rounding import available_credits, due_credits
from plumas_core.problems import Problem

MemberValue = Decimal | int


class LedgerFault(Exception):
    """The ledger was asked for something that no correct program asks for."""


class KeyReused(LedgerFault):
    """An idempotency key came a second time with other input."""

    def __init__(self, key: str, operation: str) -> None:
        super().__init__(f"{operation}: the key {key!r} was used before, with other input")
        self.key = key


class HoldClosed(LedgerFault):
    """A hold that was posted or voided is to be posted, voided or extended by another key."""

    def __init__(self, hold: int, key: str) -> None:
        super().__init__(f"hold {hold} is closed already; refused: {key!r}")
        self.hold = hold


class UnknownHold(LedgerFault):
    """There is no hold of this id."""

    def __init__(self, hold: int) -> None:
        super().__init__(f"there is no hold {hold}")
        self.hold = hold


class UnknownAccount(LedgerFault):
    """There is no account of this id, or not of a kind that can do what is asked."""

    def __init__(self, account: int, why: str = "there is none") -> None:
        super().__init__(f"account {account}: {why}")
        self.account = account


class BadSum(LedgerFault):
    """An amount that is not above zero, or above what one row may move."""

    def __init__(self, amount: int, key: str) -> None:
        super().__init__(f"{amount} picodollars cannot be moved; refused: {key!r}")
        self.amount = amount


class BadAmount(Problem):
    """A text that is no amount of credits, or of more decimals or credits than there can be."""

    def __init__(self) -> None:
        super().__init__("credits-bad-amount")


class CreditsError(Exception):
    """Credits do not allow what was asked."""

    member_key: ClassVar[str]

    @property
    def member_values(self) -> Mapping[str, MemberValue]:
        """What stands in the member's sentence."""
        return {}


class InsufficientCredits(CreditsError):
    """The account that pays has less available than is needed."""

    member_key: ClassVar[str] = "credits-insufficient"

    def __init__(self, available: int, needed: int) -> None:
        super().__init__(f"{needed} picodollars are needed, {available} are available")
        self.available = available
        self.needed = needed

    @property
    def member_values(self) -> Mapping[str, MemberValue]:
        return {"available": available_credits(self.available), "needed": due_credits(self.needed)}


class PoolInsufficient(InsufficientCredits):
    """Neither the member's wallet nor the pool has enough; the figures are the pool's."""

    member_key: ClassVar[str] = "credits-pool-insufficient"


class AllowanceSpent(InsufficientCredits):
    """The wallet has too little, and the pool gives this member no more today."""

    member_key: ClassVar[str] = "credits-allowance-spent"

    def __init__(self, available: int, needed: int, frees_at: int, now: int) -> None:
        super().__init__(available, needed)
        self.frees_at = frees_at
        self._hours = _started(frees_at - now, HOUR)

    @property
    def member_values(self) -> Mapping[str, MemberValue]:
        return {**super().member_values, "hours": self._hours}


class CapReached(CreditsError):
    """A cap leaves less than is needed until ``frees_at`` (UTC milliseconds)."""

    scope: ClassVar[str]

    def __init__(self, *, cap: int, used: int, needed: int, frees_at: int, now: int) -> None:
        super().__init__(
            f"the cap of the {self.scope} is {cap} picodollars: {used} are spent or held and "
            f"{needed} more are needed"
        )
        self.cap = cap
        self.used = used
        self.needed = needed
        self.frees_at = frees_at
        self._wait = frees_at - now

    @property
    def member_values(self) -> Mapping[str, MemberValue]:
        return {
            "cap": available_credits(self.cap),
            "left": available_credits(max(self.cap - self.used, 0)),
            "needed": due_credits(self.needed),
            "hours": _started(self._wait, HOUR),
            "days": _started(self._wait, DAY),
        }


class CommunityCapReached(CapReached):
    """The community has spent or reserved what it may in one day."""

    member_key: ClassVar[str] = "credits-community-cap"
    scope: ClassVar[str] = "community"


class HouseCapReached(CapReached):
    """The house has spent or reserved what it may in one month."""

    member_key: ClassVar[str] = "credits-house-cap"
    scope: ClassVar[str] = "house"


def _started(wait: int, unit: int) -> int:
    return -(-wait // unit)
