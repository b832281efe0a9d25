"""One-time codes: made in one place, typed in another, for a few minutes, by one account.

A code has 50 bits, so that an account with its few tries cannot guess one, and so that whoever
reads the digests cannot find the code before it expires. The first account that types a code is
the only one that may go on with it: a code that is typed where others read it is theirs no more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from plumas_core.app import App
from plumas_core.clock import HOUR, MINUTE
from plumas_core.commands.spec import Account
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import link_codes, link_tries

CodeKind: TypeAlias = Literal["member", "community"]

LIFETIME: Final = 10 * MINUTE
"""From the making to the typing, and again from the typing to the confirming."""
MOST_TRIES: Final = 5
"""Wrong codes that one account may type in ``TRIES_WITHIN``."""
TRIES_WITHIN: Final = HOUR

_BITS: Final = 50
_LENGTH: Final = 10


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was made, without the code itself; a row of ``link_codes``."""

    id: int
    kind: CodeKind
    member_id: int
    platform: str
    account: str
    place_id: int
    expires_at: int
    used_at: int | None


def make_code(
    app: App, c: Connection, kind: CodeKind, member_id: int, account: Account, place_id: int
) -> str:
    """Return a new code as it is shown; the member's earlier ones of its kind are void."""
    now = app.clock()
    mine = (link_codes.c.member_id == member_id) & (link_codes.c.kind == kind)
    stale = link_codes.c.expires_at < now - HOUR
    c.execute(delete(link_codes).where(stale | (mine & link_codes.c.used_at.is_(None))))
    code = encode(app.rng.getrandbits(_BITS)).rjust(_LENGTH, "0")
    c.execute(
        insert(link_codes).values(
            id=app.ids.new(),
            digest=_digest(code),
            kind=kind,
            member_id=member_id,
            platform=account.platform,
            account=account.external_id,
            place_id=place_id,
            expires_at=now + LIFETIME,
        )
    )
    half = _LENGTH // 2
    return f"{code[:half]}-{code[half:]}".upper()


def find_code(app: App, c: Connection, typed: str, account: Account) -> Code | Problem:
    """Return the code that an account typed, if no other one has typed it before.

    A problem is returned and not raised, so that a wrong code is counted.
    """
    now = app.clock()
    tries, since = _tries(c, account, now)
    if tries >= MOST_TRIES:
        return Problem("link-tries", minutes=-(-(since + TRIES_WITHIN - now) // MINUTE))
    plain = read_code(typed)
    if plain is None:
        return Problem("link-no-code")
    query = select(link_codes).where(link_codes.c.digest == _digest(plain))
    found = c.execute(query).mappings().first()
    me = (account.platform, account.external_id)
    if found is None or (found["taken_platform"], found["taken_account"]) not in ((None, None), me):
        _count(c, account, tries + 1, since)
        return Problem("link-unknown")
    if found["used_at"] is None and found["expires_at"] <= now:
        return Problem("link-expired")
    return _code(c, found["id"])


def take_code(app: App, c: Connection, code: Code, account: Account) -> None:
    """Let a code that was found be this account's alone, and hold for as long as a new one."""
    c.execute(
        update(link_codes)
        .where(link_codes.c.id == code.id, link_codes.c.taken_account.is_(None))
        .values(
            taken_platform=account.platform,
            taken_account=account.external_id,
            expires_at=app.clock() + LIFETIME,
        )
    )


def taken_code(app: App, c: Connection, ref: str, kind: CodeKind, account: Account) -> Code:
    """Return the code that an account typed and now confirms.

    Raises:
        Problem: there is no such code, another account typed it, or it took too long.
    """
    code_id = decode(ref)
    query = select(link_codes.c.id).where(
        link_codes.c.id == code_id,
        link_codes.c.kind == kind,
        link_codes.c.taken_platform == account.platform,
        link_codes.c.taken_account == account.external_id,
    )
    if code_id is None or c.execute(query).first() is None:
        raise Problem("link-unknown")
    code = _code(c, code_id)
    if code.used_at is None and code.expires_at <= app.clock():
        raise Problem("link-expired")
    return code


def use_code(app: App, c: Connection, code: Code) -> None:
    """Note that a code has done its work."""
    c.execute(update(link_codes).where(link_codes.c.id == code.id).values(used_at=app.clock()))


def void_codes(c: Connection, account: Account) -> None:
    """Let what an account made for its member, and nobody has used, open that member no more."""
    c.execute(
        delete(link_codes).where(
            link_codes.c.kind == "member",
            link_codes.c.platform == account.platform,
            link_codes.c.account == account.external_id,
            link_codes.c.used_at.is_(None),
        )
    )


def read_code(typed: str) -> str | None:
    """Return a code as it was made from how it was typed, ``None`` where that is no code."""
    joined = "".join(typed.split()).replace("-", "")
    number = decode(joined) if len(joined) == _LENGTH else None
    return None if number is None else encode(number).rjust(_LENGTH, "0")


def _code(c: Connection, code_id: int) -> Code:
    columns = (link_codes.c[name] for name in Code.__dataclass_fields__)
    return Code(*c.execute(select(*columns).where(link_codes.c.id == code_id)).one())


def _digest(code: str) -> str:
    return hashlib.sha256(f"link {code}".encode()).hexdigest()


def _tries(c: Connection, account: Account, now: int) -> tuple[int, int]:
    """Return how many wrong codes count against an account, and since when."""
    query = select(link_tries.c.tries, link_tries.c.since).where(
        link_tries.c.platform == account.platform, link_tries.c.account == account.external_id
    )
    found = c.execute(query).first()
    if found is None or found.since <= now - TRIES_WITHIN:
        return 0, now
    return found.tries, found.since


def _count(c: Connection, account: Account, tries: int, since: int) -> None:
    values = {"tries": tries, "since": since}
    c.execute(
        upsert(link_tries)
        .values(platform=account.platform, account=account.external_id, **values)
        .on_conflict_do_update(index_elements=["platform", "account"], set_=values)
    )
