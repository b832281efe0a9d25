"""Members of Telegram chats: what Telegram brings the bot when they type, press, send and leave.

Each act returns the update, or updates, that the bot would get, and puts them into the queue;
what a bot in privacy mode would not see is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.standins.telegram_html import Formatted, cleaned, trimmed, units, with_mentions
from tests.standins.telegram_methods import Pressed, public
from tests.standins.telegram_rules import TEXT
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import ANONYMOUS, BOT_ID, USERNAME, Chat, Message

Json = dict[str, Any]


@dataclass
class Person:
    """A user, in a chat with others and in one of their own with the bot."""

    server: TelegramServer
    id: int
    name: str
    chat: Chat
    language: str | None = "en"
    username: str | None = None
    anonymous: bool = False

    def __post_init__(self) -> None:
        """Make the user known, and a member of the chat."""
        self.server.world.users[self.id] = self.user
        self.chat.members.setdefault(self.id, "member")

    @property
    def user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.language is not None:
            user["language_code"] = self.language
        if self.username is not None:
            user["username"] = self.username
        return user

    @property
    def private(self) -> Chat:
        """The chat with the bot."""
        return self.server.world.private(self.id)

    def promote(self, status: str = "administrator") -> None:
        """Make the user an administrator of the chat, or whatever ``status`` says."""
        self.chat.members[self.id] = status

    # Acts

    def say(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        thread: int | None = None,
        reply_to: Message | None = None,
    ) -> Json:
        """Type a text, which must fit one message."""
        assert units(text) <= TEXT, "clients split what is longer: use paste"
        shown = with_mentions(trimmed(Formatted(cleaned(text), ())))
        content: Json = {"text": shown.text}
        if shown.entities:
            content["entities"] = self.server.world.entities(shown)
        return self._send(chat or self.chat, content, thread, reply_to)

    def paste(self, text: str, chat: Chat | None = None, **more: Any) -> list[Json]:
        """Send a text of any length: the client splits it, one message close upon the other."""
        return [self.say(part, chat, **more) for part in split(text)]

    def send_file(
        self,
        name: str,
        content: bytes,
        chat: Chat | None = None,
        *,
        caption: str = "",
        kind: str = "text/plain",
        thread: int | None = None,
        reply_to: Message | None = None,
    ) -> Json:
        """Send a file."""
        number = self.server.world.keep(name, content)
        sent: Json = {
            "document": {
                "file_id": number,
                "file_unique_id": f"u{number}",
                "file_name": name,
                "mime_type": kind,
                "file_size": len(content),
            }
        }
        if caption:
            shown = with_mentions(trimmed(Formatted(cleaned(caption), ())))
            sent["caption"] = shown.text
            if shown.entities:
                sent["caption_entities"] = self.server.world.entities(shown)
        return self._send(chat or self.chat, sent, thread, reply_to)

    def send_sticker(self, chat: Chat | None = None) -> Json:
        """Send a sticker, which has no words."""
        sticker: Json = {
            "file_id": "CAACAgIAAxkBAAE",
            "file_unique_id": "AgADsticker",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
        }
        return self._send(chat or self.private, {"sticker": sticker}, None, None)

    def edit(self, update: Json, text: str) -> Json:
        """Change a text that was sent before."""
        old = update["message"]
        chat = self.server.world.chats[old["chat"]["id"]]
        shown = with_mentions(Formatted(text, ()))
        body = {**old, "text": shown.text, "edit_date": self.server.world.clock() // 1_000}
        body["entities"] = self.server.world.entities(shown)
        chat.messages[old["message_id"]].body.update(body)
        return self._bring("edited_message", body)

    def press(self, code: str, message: Message | None = None) -> tuple[Json, Pressed]:
        """Press the button that carries ``code``, on ``message`` or the last that has it."""
        message = message or self._with_button(code)
        assert code in message.codes, f"{code} is not on the message"
        pressed = self.server.press(self.id)
        query = {
            "id": pressed.id,
            "from": self.user,
            "message": public(message.body),
            "chat_instance": "1",
            "data": code,
        }
        return self._bring("callback_query", query), pressed

    def _with_button(self, code: str) -> Message:
        for chat in (self.private, self.chat):
            for message in reversed(chat.posted):
                if code in message.codes:
                    return message
        raise AssertionError(f"no message has a button {code}")

    def start(self, payload: str = "") -> Json:
        """Press Start in the private chat, as a deep link with ``payload`` lets one do."""
        private = self.private
        private.started, private.blocked = True, False
        return self.say(f"/start {payload}".strip(), private)

    def follow(self, url: str) -> Json:
        """Open a deep link to the bot."""
        parts = urlsplit(url)
        assert parts.netloc == "t.me", url
        assert parts.path == f"/{USERNAME}", url
        return self.start(parse_qs(parts.query)["start"][0])

    def block(self) -> Json:
        """Stop the bot."""
        self.private.blocked = True
        return self._standing(self.private, "member", "kicked")

    def add_bot(self, chat: Chat | None = None) -> Json:
        """Bring the bot into a group."""
        group = chat or self.chat
        group.bot = "member"
        return self._standing(group, "left", "member")

    def kick_bot(self, chat: Chat | None = None) -> Json:
        """Throw the bot out of a group."""
        group = chat or self.chat
        group.bot = "kicked"
        return self._standing(group, "member", "kicked")

    def change_bot(self, before: str, after: str, chat: Chat | None = None) -> Json:
        """Change what the bot, which stays in a group, may do there."""
        group = chat or self.chat
        group.bot = after
        return self._standing(group, before, after)

    def upgrade(self, chat: Chat | None = None) -> tuple[Chat, list[Json]]:
        """Make a supergroup of a group; return it, and what the bot is told."""
        group = chat or self.chat
        grown = self.server.world.upgrade(group)
        told = [
            self._service(group, migrate_to_chat_id=grown.id),
            self._service(grown, migrate_from_chat_id=group.id),
        ]
        return grown, told

    # What Telegram makes of it

    def _send(
        self, chat: Chat, content: Json, thread: int | None, reply_to: Message | None
    ) -> Json:
        if chat.kind == "private":
            assert chat.started, f"{self.name} never pressed Start"
        if thread is not None:
            content |= {"message_thread_id": thread, "is_topic_message": True}
        elif reply_to is not None and chat.kind == "supergroup":
            # Replies make a thread of their own there, which is no topic.
            content["message_thread_id"] = reply_to.id
        if reply_to is not None:
            content["reply_to_message"] = {
                name: value
                for name, value in public(reply_to.body).items()
                if name != "reply_to_message"
            }
        sender = self.user
        if self.anonymous and chat.kind != "private":
            sender = ANONYMOUS
            content["sender_chat"] = chat.json
        message = self.server.world.post(chat, sender, **content)
        return self._bring("message", message.body, seen=_seen(chat, message, reply_to))

    def _service(self, chat: Chat, **content: Any) -> Json:
        return self._bring("message", self.server.world.post(chat, self.user, **content).body)

    def _standing(self, chat: Chat, before: str, after: str) -> Json:
        member = self.server.methods.member
        change = {
            "chat": chat.json,
            "from": self.user,
            "date": self.server.world.clock() // 1_000,
            "old_chat_member": member(chat, BOT_ID, before),
            "new_chat_member": member(chat, BOT_ID, after),
        }
        return self._bring("my_chat_member", change)

    def _bring(self, kind: str, body: Json, *, seen: bool = True) -> Json:
        update = {"update_id": self.server.updates.number(), kind: public(body)}
        if seen:
            self.server.updates.add(update)
        return update


def _seen(chat: Chat, message: Message, reply_to: Message | None) -> bool:
    """Tell whether a bot in privacy mode gets a message."""
    if chat.kind == "private" or chat.bot == "administrator":
        return True
    if chat.bot != "member":
        return False
    if reply_to is not None and reply_to.body["from"]["id"] == BOT_ID:
        return True
    text = message.text
    if not text.startswith("/"):
        return False
    _, at, name = text.split(maxsplit=1)[0].partition("@")
    return not at or name.lower() == USERNAME


def split(text: str) -> list[str]:
    """Split a text as clients do: where the room ends, at a line's end, else at a word's."""
    parts = []
    while units(text) > TEXT:
        end = len(text)
        while units(text[:end]) > TEXT:
            end = min(end - 1, TEXT)
        cut = max(text.rfind("\n", end // 2, end), 0) or text.rfind(" ", 0, end)
        cut = end if cut <= 0 else cut
        parts.append(text[:cut])
        text = text[cut:]
    return [part for part in [*parts, text] if part.strip()]
