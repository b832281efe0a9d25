"""Chats, messages and users as Telegram keeps them, and how much may be said at once."""

from __future__ import annotations

import itertools
import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.standins.telegram_html import Formatted, entity_text
from tests.standins.telegram_rules import Refusal

Json = dict[str, Any]

BOT_ID = 4_000_000_001
TOKEN = f"{BOT_ID}:AAStandInForTheBotApiOnLoopback_0-1x"
USERNAME = "plumas_bot"
BOT: Json = {"id": BOT_ID, "is_bot": True, "first_name": "Duelo de Plumas", "username": USERNAME}
ANONYMOUS: Json = {
    "id": 1_087_968_824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CALLBACK_MS = 15_000
"""How long Telegram waits for the answer to a pressed button."""

Kind = Literal["private", "group", "supergroup"]


def now_ms() -> int:
    """Return the time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass
class Message:
    """One message. ``notified``: users and names whom it notified when it was new."""

    body: Json
    notified: tuple[int | str, ...] = ()
    edits: int = 0
    content: bytes | None = None

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def text(self) -> str:
        """Its text, or the caption of its file."""
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def buttons(self) -> list[Json]:
        rows = (self.body.get("reply_markup") or {}).get("inline_keyboard") or []
        return [button for row in rows for button in row]

    @property
    def codes(self) -> list[str]:
        """What its buttons carry."""
        return [one["callback_data"] for one in self.buttons if "callback_data" in one]

    @property
    def ours(self) -> bool:
        return bool(self.body["from"]["id"] == BOT_ID)


@dataclass
class Chat:
    """A chat, and the bot's standing in it."""

    id: int
    kind: Kind
    title: str
    bot: str = "member"
    muted: bool = False
    forum: bool = False
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, bool] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    drafts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    actions: list[str] = field(default_factory=list)
    numbers: Iterator[int] | None = None

    @property
    def json(self) -> Json:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        forum = {"is_forum": True} if self.forum else {}
        return {"id": self.id, "type": self.kind, "title": self.title, **forum}

    @property
    def posted(self) -> list[Message]:
        """The bot's own messages that stand."""
        return [one for one in self.messages.values() if one.ours]


@dataclass(frozen=True)
class Limits:
    """How much the bot may say: in a group a minute, in a chat and in all a second."""

    group_minute: int = 20
    chat_second: float = 1.0
    burst: int = 4
    second: int = 30


class Budget:
    """Counts what was said, and refuses what is too much. Without limits it lets all pass."""

    def __init__(self, limits: Limits | None, clock: Callable[[], int]) -> None:
        self.limits = limits
        self.refusals: list[int] = []
        self._clock = clock
        self._said: dict[int, deque[int]] = defaultdict(deque)
        self._spent: dict[int, tuple[float, int]] = {}
        self._all: deque[int] = deque()

    def spend(self, chat: Chat, *, new: bool) -> None:
        """Count a message or an edit.

        Raises:
            Refusal: 429, with the seconds to wait.
        """
        limits = self.limits
        if limits is None:
            return
        now = self._clock()
        _forget(self._all, now - 1_000)
        _forget(self._said[chat.id], now - 60_000)
        tokens, at = self._spent.get(chat.id, (float(limits.burst), now))
        tokens = min(limits.burst, tokens + (now - at) / 1_000 * limits.chat_second)
        wait = 0.0
        if len(self._all) >= limits.second:
            wait = (self._all[0] + 1_000 - now) / 1_000
        if tokens < 1:
            wait = max(wait, (1 - tokens) / limits.chat_second)
        grouped = chat.kind != "private" and new
        if grouped and len(self._said[chat.id]) >= limits.group_minute:
            wait = max(wait, (self._said[chat.id][0] + 60_000 - now) / 1_000)
        if wait > 0:
            seconds = max(math.ceil(wait), 1)
            self.refusals.append(chat.id)
            words = f"Too Many Requests: retry after {seconds}"
            raise Refusal(429, words, retry_after=seconds)
        self._all.append(now)
        self._spent[chat.id] = (tokens - 1, now)
        if grouped:
            self._said[chat.id].append(now)


def _forget(times: deque[int], before: int) -> None:
    while times and times[0] <= before:
        times.popleft()


class World:
    """All that Telegram knows; ``clock`` is in UTC milliseconds."""

    def __init__(self, clock: Callable[[], int] = now_ms, limits: Limits | None = None) -> None:
        self.clock = clock
        self.budget = Budget(limits, clock)
        self.users: dict[int, Json] = {BOT_ID: BOT}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        self._messages = itertools.count(1)
        self._groups = itertools.count(1)

    def add_group(self, title: str = "La Tertulia", kind: Kind = "supergroup", **more: Any) -> Chat:
        """Make a group that the bot is a member of."""
        number = next(self._groups)
        group = -number if kind == "group" else -1_000_000_000_000 - number
        chat = Chat(group, kind, title, **more)
        chat.members[BOT_ID] = chat.bot
        if kind == "supergroup":
            chat.numbers = itertools.count(1)
        self.chats[group] = chat
        return chat

    def add_topic(self, chat: Chat, number: int) -> int:
        """Open a topic in a forum; return its id."""
        chat.topics[number] = True
        return number

    def private(self, user: int) -> Chat:
        """Return a user's chat with the bot, made when it is first needed."""
        if user not in self.chats:
            self.chats[user] = Chat(user, "private", self.users[user]["first_name"])
        return self.chats[user]

    def knows(self, user: int) -> bool:
        """Tell whether the bot has seen a user."""
        return user in self.users

    def upgrade(self, chat: Chat) -> Chat:
        """Make a supergroup of a group, whose id is then gone."""
        grown = self.add_group(chat.title)
        grown.members = dict(chat.members)
        chat.migrated_to = grown.id
        return grown

    def next_message(self, chat: Chat) -> int:
        return next(chat.numbers or self._messages)

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file; return its id."""
        number = f"BQACAgQAAx{len(self.files):06d}"
        self.files[number] = content
        self.names[number] = name
        return number

    def post(self, chat: Chat, sender: Json, **content: Any) -> Message:
        """Write a message down."""
        body = {
            "message_id": self.next_message(chat),
            "date": self.clock() // 1_000,
            "chat": chat.json,
            "from": sender,
            **content,
        }
        message = Message(body)
        chat.messages[message.id] = message
        return message

    def entities(self, shown: Formatted) -> list[Json]:
        """Return a text's marks with the users that they name."""
        return [
            {**one, "user": self.users[one["user"]]} if one["type"] == "text_mention" else dict(one)
            for one in shown.entities
        ]

    def notified(self, chat: Chat, shown: Formatted) -> tuple[int | str, ...]:
        """Return whom a new message notifies by naming them: by id, or by the name typed."""
        found: list[int | str] = []
        for one in shown.entities:
            if one["type"] == "text_mention" and one["user"] in chat.members:
                found.append(one["user"])
            elif one["type"] == "mention":
                found.append(entity_text(shown.text, one))
        return tuple(found)
