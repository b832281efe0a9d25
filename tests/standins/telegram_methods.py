"""The Bot API's methods that write, change and look up, each with its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins import telegram_rules as rules
from tests.standins.telegram_html import Formatted, cleaned, units
from tests.standins.telegram_rules import BadPayload, Refusal, markup_of, text_of
from tests.standins.telegram_world import BOT, BOT_ID, CALLBACK_MS, USERNAME, Chat, Message, World

Json = dict[str, Any]
Params = Mapping[str, str]
Files = Mapping[str, tuple[str, bytes]]
Method = Callable[[Params, Files], Any]


@dataclass
class Pressed:
    """A pressed button, and what the bot answered to it."""

    id: str
    user: int
    at: int
    answer: Json | None = None


@dataclass
class Menus:
    """Menus by scope and language, and every time that one was set."""

    set: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)


class Methods:
    """What the bot may ask for. ``refused`` lists every payload that was not acceptable."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.menus = Menus()
        self.words: dict[tuple[str, str], str] = {}
        self.pressed: dict[str, Pressed] = {}
        self.refused: list[str] = []
        self.quiet: list[str] = []
        known: tuple[Method, ...] = (
            self._send_message,
            self._send_document,
            self._send_photo,
            self._send_message_draft,
            self._send_chat_action,
            self._edit_message_text,
            self._edit_message_caption,
            self._edit_message_reply_markup,
            self._edit_message_media,
            self._delete_message,
            self._answer_callback_query,
            self._get_file,
            self._get_me,
            self._get_chat,
            self._get_chat_member,
            self._get_chat_administrators,
            self._leave_chat,
            self._set_my_commands,
            self._get_my_commands,
            self._delete_my_commands,
            self._set_my_description,
            self._set_my_short_description,
        )
        self._known = {one.__name__.replace("_", ""): one for one in known}

    def do(self, method: str, params: Params, files: Files) -> Any:
        """Return a method's result.

        Raises:
            Refusal: Telegram does not do it.
        """
        known = self._known.get(method.lower())
        if known is None:
            raise Refusal(404, "Not Found: method not found")
        try:
            return known(params, files)
        except BadPayload as reason:
            self.refused.append(f"{method}: {reason.description}")
            raise

    # Writing

    def _send_message(self, params: Params, _files: Files) -> Json:
        chat = self._writable(params)
        shown, markup = text_of(params, knows=self.world.knows), markup_of(params)
        self.quiet += rules.quiet_faults(shown)
        self.world.budget.spend(chat, new=True)
        return self._posted(chat, params, shown, markup, {"text": shown.text})

    def _send_document(self, params: Params, files: Files) -> Json:
        return self._send_file("document", params, files)

    def _send_photo(self, params: Params, files: Files) -> Json:
        return self._send_file("photo", params, files)

    def _send_file(self, kind: str, params: Params, files: Files) -> Json:
        chat = self._writable(params)
        shown = text_of(params, "caption", knows=self.world.knows)
        markup = markup_of(params)
        method = "sendPhoto" if kind == "photo" else "sendDocument"
        name, content = self._uploaded(params.get(kind, ""), kind, files)
        rules.check_file(method, name, content)
        self.quiet += rules.quiet_faults(shown)
        self.world.budget.spend(chat, new=True)
        media = self._media(kind, name, content)
        if shown.text:
            media["caption"] = shown.text
        posted = self._posted(chat, params, shown, markup, media)
        chat.messages[posted["message_id"]].content = content
        return posted

    def _media(self, kind: str, name: str, content: bytes) -> Json:
        number = self.world.keep(name, content)
        given = {"file_id": number, "file_unique_id": f"u{number}", "file_size": len(content)}
        if kind == "photo":
            return {"photo": [{**given, "width": 100, "height": 100}]}
        return {"document": {**given, "file_name": name}}

    def _uploaded(self, given: str, kind: str, files: Files) -> tuple[str, bytes]:
        if given in self.world.files:
            return self.world.names[given], self.world.files[given]
        found = files.get(given.removeprefix("attach://") if given else kind)
        if found is None:
            raise BadPayload(f"there is no {kind} in the request")
        return found

    def _posted(
        self, chat: Chat, params: Params, shown: Formatted, markup: Json | None, content: Json
    ) -> Json:
        entities = self.world.entities(shown)
        if entities:
            content["entities" if "text" in content else "caption_entities"] = entities
        if markup is not None and "inline_keyboard" in markup:
            content["reply_markup"] = markup
        if thread := params.get("message_thread_id"):
            content |= {"message_thread_id": int(thread), "is_topic_message": True}
        replied = self._replied(chat, params)
        if replied is not None:
            content["reply_to_message"] = replied
        message = self.world.post(chat, BOT, **content)
        if params.get("disable_notification") != "true":
            message.notified = self.world.notified(chat, shown)
        if markup is not None and "inline_keyboard" not in markup:
            message.body["_asks"] = markup
        return public(message.body)

    def _replied(self, chat: Chat, params: Params) -> Json | None:
        if "reply_parameters" not in params:
            return None
        wanted = json.loads(params["reply_parameters"])
        found = chat.messages.get(int(wanted["message_id"]))
        if found is None and not wanted.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")
        if found is None:
            return None
        return {
            key: value for key, value in public(found.body).items() if key != "reply_to_message"
        }

    def _send_message_draft(self, params: Params, _files: Files) -> bool:
        chat = self._writable(params)
        if chat.kind != "private":
            raise Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
        number = int(params["draft_id"])
        if number == 0:
            raise BadPayload("draft identifier must be non-zero")
        chat.drafts[number].append(text_of(params, knows=self.world.knows).text)
        return True

    def _send_chat_action(self, params: Params, _files: Files) -> bool:
        chat = self._writable(params)
        if params.get("action") not in rules.ACTIONS:
            raise BadPayload("wrong parameter action in request")
        chat.actions.append(params["action"])
        return True

    # Changing

    def _edit_message_text(self, params: Params, _files: Files) -> Json:
        chat, message = self._own(params)
        if "text" not in message.body:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        shown = text_of(params, knows=self.world.knows)
        self.quiet += rules.quiet_faults(shown)
        return self._edited(chat, message, params, shown, {"text": shown.text})

    def _edit_message_caption(self, params: Params, _files: Files) -> Json:
        chat, message = self._own(params)
        if "text" in message.body:
            raise Refusal(400, "Bad Request: there is no caption in the message to edit")
        shown = text_of(params, "caption", knows=self.world.knows)
        return self._edited(chat, message, params, shown, {"caption": shown.text})

    def _edit_message_reply_markup(self, params: Params, _files: Files) -> Json:
        chat, message = self._own(params)
        return self._edited(chat, message, params, None, {})

    def _edit_message_media(self, params: Params, files: Files) -> Json:
        chat, message = self._own(params)
        media = json.loads(params["media"])
        kind = media["type"]
        text = {name: media[name] for name in ("caption", "parse_mode") if media.get(name)}
        shown = text_of(text, "caption", knows=self.world.knows)
        name, content = self._uploaded(media.get("media", ""), kind, files)
        rules.check_file("sendPhoto" if kind == "photo" else "sendDocument", name, content)
        before: Json = dict.fromkeys(("text", "entities", "photo", "document"))
        changed = {**before, **self._media(kind, name, content), "caption": shown.text}
        edited = self._edited(chat, message, params, shown, changed)
        message.content = content
        return edited

    def _edited(
        self, chat: Chat, message: Message, params: Params, shown: Formatted | None, changed: Json
    ) -> Json:
        markup = markup_of(params)
        if shown is not None:
            name = "entities" if changed.get("text") else "caption_entities"
            changed[name] = self.world.entities(shown)
        changed["reply_markup"] = markup if markup and markup.get("inline_keyboard") else None
        if all((message.body.get(name) or None) == (changed[name] or None) for name in changed):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply"
                " markup are exactly the same as a current content and reply markup of the message",
            )
        self.world.budget.spend(chat, new=False)
        message.body |= changed | {"edit_date": self.world.clock() // 1_000}
        for name in [name for name in changed if not changed[name]]:
            del message.body[name]
        message.edits += 1
        return public(message.body)

    def _delete_message(self, params: Params, _files: Files) -> bool:
        chat = self._writable(params, writing=False)
        if chat.messages.pop(int(params["message_id"]), None) is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        return True

    def _own(self, params: Params) -> tuple[Chat, Message]:
        chat = self._writable(params, writing=False)
        message = chat.messages.get(int(params["message_id"]))
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if not message.ours or "_asks" in message.body:
            raise Refusal(400, "Bad Request: message can't be edited")
        return chat, message

    # Buttons, files, people

    def _answer_callback_query(self, params: Params, _files: Files) -> bool:
        pressed = self.pressed.get(params.get("callback_query_id", ""))
        late = pressed is None or self.world.clock() - pressed.at > CALLBACK_MS
        if pressed is None or late or pressed.answer is not None:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        text, url = params.get("text", ""), params.get("url")
        if units(cleaned(text)) > rules.ANSWER:
            raise BadPayload("MESSAGE_TOO_LONG")
        if url is not None and not url.startswith(f"https://t.me/{USERNAME}?start="):
            raise BadPayload("URL_INVALID")
        pressed.answer = {
            "text": text,
            "alert": params.get("show_alert") == "true",
            "url": url,
        }
        return True

    def _get_file(self, params: Params, _files: Files) -> Json:
        number = params.get("file_id", "")
        content = self.world.files.get(number)
        if content is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > rules.DOWNLOAD_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return {
            "file_id": number,
            "file_unique_id": f"u{number}",
            "file_size": len(content),
            "file_path": f"documents/{number}",
        }

    def _get_me(self, _params: Params, _files: Files) -> Json:
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _get_chat(self, params: Params, _files: Files) -> Json:
        chat = self._chat(params)
        more = {"accent_color_id": 0, "max_reaction_count": 11}
        kinds = (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        )
        return {**chat.json, **more, "accepted_gift_types": dict.fromkeys(kinds, False)}

    def _get_chat_member(self, params: Params, _files: Files) -> Json:
        chat = self._present(params)
        user = int(params["user_id"])
        if user not in self.world.users or user not in chat.members:
            raise Refusal(400, "Bad Request: member not found")
        return self.member(chat, user)

    def _get_chat_administrators(self, params: Params, _files: Files) -> list[Json]:
        chat = self._present(params)
        if chat.kind == "private":
            raise Refusal(400, "Bad Request: there are no administrators in the private chat")
        wanted = ("creator", "administrator")
        return [self.member(chat, user) for user, how in chat.members.items() if how in wanted]

    def member(self, chat: Chat, user: int, status: str | None = None) -> Json:
        """Return a user's standing in a chat as Telegram describes it."""
        how = status or chat.members[user]
        one: Json = {"user": self.world.users[user], "status": how}
        if how == "creator":
            one["is_anonymous"] = False
        elif how == "administrator":
            rights = (
                "can_be_edited is_anonymous can_manage_chat can_delete_messages"
                " can_manage_video_chats can_restrict_members can_promote_members"
                " can_change_info can_invite_users can_post_stories can_edit_stories"
                " can_delete_stories"
            )
            one |= dict.fromkeys(rights.split(), True)
        elif how == "restricted":
            rights = (
                "can_send_messages can_send_audios can_send_documents can_send_photos"
                " can_send_videos can_send_video_notes can_send_voice_notes can_send_polls"
                " can_send_other_messages can_add_web_page_previews can_edit_tag"
                " can_react_to_messages can_change_info can_invite_users can_pin_messages"
                " can_manage_topics"
            )
            one |= {**dict.fromkeys(rights.split(), False), "is_member": True, "until_date": 0}
        elif how == "kicked":
            one["until_date"] = 0
        return one

    def _leave_chat(self, params: Params, _files: Files) -> bool:
        self._present(params).bot = "left"
        return True

    # Menus and descriptions

    def _set_my_commands(self, params: Params, _files: Files) -> bool:
        key, commands = rules.commands_of(params)
        if not commands:
            raise BadPayload("BOT_COMMANDS_EMPTY")
        self.menus.set[key] = commands
        self.menus.calls.append(key)
        return True

    def _get_my_commands(self, params: Params, _files: Files) -> list[Json]:
        key, _ = rules.commands_of(params)
        return self.menus.set.get(key, [])

    def _delete_my_commands(self, params: Params, _files: Files) -> bool:
        key, _ = rules.commands_of(params)
        self.menus.set.pop(key, None)
        return True

    def _set_my_description(self, params: Params, _files: Files) -> bool:
        return self._describe("setMyDescription", params.get("description", ""), params)

    def _set_my_short_description(self, params: Params, _files: Files) -> bool:
        return self._describe("setMyShortDescription", params.get("short_description", ""), params)

    def _describe(self, method: str, text: str, params: Params) -> bool:
        if units(cleaned(text)) > rules.DESCRIPTIONS[method]:
            raise BadPayload("description is too long")
        self.words[method, params.get("language_code", "")] = text
        return True

    # Chats

    def _chat(self, params: Params) -> Chat:
        given = params.get("chat_id", "")
        number = int(given) if given.lstrip("-").isdigit() else 0
        if number in self.world.users and number != BOT_ID:
            return self.world.private(number)
        chat = self.world.chats.get(number)
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        return chat

    def _present(self, params: Params) -> Chat:
        chat = self._chat(params)
        if chat.bot == "kicked":
            raise Refusal(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        if chat.bot == "left":
            raise Refusal(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return chat

    def _writable(self, params: Params, *, writing: bool = True) -> Chat:
        chat = self._present(params)
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat.kind == "private" and not chat.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        if writing and chat.muted:
            raise Refusal(400, "Bad Request: not enough rights to send text messages to the chat")
        thread = params.get("message_thread_id")
        if writing and thread is not None:
            if int(thread) not in chat.topics:
                raise Refusal(400, "Bad Request: message thread not found")
            if not chat.topics[int(thread)]:
                raise Refusal(400, "Bad Request: TOPIC_CLOSED")
        return chat


def public(body: Json) -> Json:
    """Return a message without what only the stand-in knows of it."""
    return {name: value for name, value in body.items() if not name.startswith("_")}
