"""A person at the keyboard: a prompt that completes, questions one by one, messages in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

from adapters.console.adapter import ConsoleAdapter
from adapters.console.passing import Passing, while_idle
from adapters.console.safe import shown
from adapters.console.script import may_continue, read_step
from plumas_core.commands.line import find_command, unclosed
from plumas_core.commands.reply import Form
from plumas_core.commands.spec import AnyCommand, ChoiceParam, FlagParam
from plumas_core.locales.translate import Translations

_SPEAKER_STYLE = "bold ansicyan"


class CommandCompleter(Completer):
    """Offers commands, the names of their parameters, and the choices of a parameter."""

    def __init__(self, commands: Sequence[AnyCommand], texts: Translations, locale: str) -> None:
        self._commands = commands
        self._texts = texts
        self._locale = locale

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Return what may stand at the cursor."""
        line = document.text_before_cursor
        start = line.find("/")
        before = line[:start].strip()
        if start == -1 or (before and not before.endswith(">")):
            return
        typed = line[start:]
        found = find_command(typed, self._commands)
        if found is None or not found[1]:
            yield from self._paths(typed)
        else:
            yield from self._params(found[0], found[1])

    def _paths(self, typed: str) -> Iterable[Completion]:
        for command in self._commands:
            path = "/" + " ".join(command.path)
            if path.startswith(typed.lower()) and path != typed:
                yield Completion(
                    path, start_position=-len(typed), display_meta=self._meaning(command.key)
                )

    def _params(self, command: AnyCommand, rest: str) -> Iterable[Completion]:
        if unclosed(f"/{rest}"):
            return
        word = "" if rest[-1].isspace() else rest.split()[-1]
        name, colon, value = word.partition(":")
        for param in command.params:
            if colon and param.name == name:
                for choice in _choices(param):
                    if choice.startswith(value.lower()):
                        yield Completion(choice, start_position=-len(value))
            elif not colon and f"{param.name}:" not in rest and param.name.startswith(word):
                yield Completion(
                    f"{param.name}:",
                    start_position=-len(word),
                    display_meta=self._meaning(f"{command.key}.{param.name}"),
                )

    def _meaning(self, key: str) -> str:
        return self._texts.text(self._locale, key) if self._texts.has(self._locale, key) else ""


def _choices(param: object) -> tuple[str, ...]:
    if isinstance(param, ChoiceParam):
        return param.choices
    return ("yes", "no") if isinstance(param, FlagParam) else ()


class Keyboard:
    """Reads lines and answers from a person; ``history`` is a file that keeps the lines."""

    def __init__(
        self,
        commands: Sequence[AnyCommand],
        texts: Translations,
        locale: str,
        history: Path | None = None,
    ) -> None:
        self._texts = texts
        self._locale = locale
        self._session: PromptSession[str] = PromptSession(
            completer=CommandCompleter(commands, texts, locale),
            complete_while_typing=True,
            history=FileHistory(str(history)) if history else None,
        )
        self._questions: PromptSession[str] = PromptSession()

    async def converse(self, adapter: ConsoleAdapter, passing: Passing) -> None:
        """Read lines and run them until Ctrl-D; Ctrl-C drops the line that is being typed."""
        number = 0
        with patch_stdout(raw=True):
            while True:
                try:
                    line = await while_idle(passing, self._line(adapter.speaker))
                except KeyboardInterrupt:
                    continue
                except EOFError:
                    return
                number += 1
                step = read_step(line, number)
                if step is not None:
                    await adapter.take(step)

    async def ask(self, form: Form) -> Mapping[str, str] | None:
        """Ask a form's questions; Ctrl-D or Ctrl-C gives up."""
        answers: dict[str, str] = {}
        print(shown(form.title))
        try:
            for field in form.fields:
                for option in field.options:
                    print(f"{option.value}: {shown(option.label)}")
                answers[field.name] = await self._question(
                    shown(field.label), shown(field.hint), field.value, field.paragraph
                )
        except (EOFError, KeyboardInterrupt):
            return None
        return answers

    async def _line(self, speaker: str) -> str:
        buffer = self._session.default_buffer
        goes_on = Condition(lambda: may_continue(buffer.text) and unclosed(buffer.text))
        return await self._session.prompt_async(
            FormattedText([(_SPEAKER_STYLE, f"{shown(speaker)}> ")]),
            multiline=goes_on,
            key_bindings=_plain_line_breaks(goes_on),
            prompt_continuation="",
        )

    async def _question(self, label: str, hint: str, value: str, paragraph: bool) -> str:
        if hint:
            print(hint)
        help_line = self._texts.text(self._locale, "console-paragraph") if paragraph else None
        return await self._questions.prompt_async(
            FormattedText([(_SPEAKER_STYLE, f"{label}: "), ("", "\n" if paragraph else "")]),
            default=value,
            multiline=paragraph,
            key_bindings=_sending_with_control_d() if paragraph else None,
            bottom_toolbar=help_line,
            prompt_continuation="",
        )


def _plain_line_breaks(goes_on: Condition) -> KeyBindings:
    """Return keys with which a new line of a text begins at the margin, and not as the last."""
    keys = KeyBindings()

    @keys.add("enter", filter=goes_on)
    def break_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    return keys


def _sending_with_control_d() -> KeyBindings:
    """Return keys that end a text of several lines; with nothing typed they give up."""
    keys = _plain_line_breaks(Condition(lambda: True))

    @keys.add("c-d")
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.text:
            buffer.validate_and_handle()
        else:
            event.app.exit(exception=EOFError)

    return keys
