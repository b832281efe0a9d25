"""A form as a conversation: what is asked, what the answers make of it, and what is shown.

The main question comes first (the text, where there is one); further ones follow only where they
must be answered. What may be added stands on buttons under the whole, which is shown back before
it is sent. Nothing here touches the database or Telegram.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from adapters.telegram import limits
from adapters.telegram.questions import FormAsked
from plumas_core.commands.reply import (
    Block,
    Button,
    Form,
    FormField,
    Note,
    Reply,
    Text,
    Title,
    Verse,
    fields,
)
from plumas_core.commands.spec import AnyCommand, AttachmentParam, Param, TextParam, Value
from plumas_core.commands.values import FILE_LIMIT
from plumas_core.ids import encode
from plumas_core.lengths import clipped, size
from plumas_core.locales.translate import Translations
from plumas_core.problems import Problem

_T = TypeVar("_T")

OK: Final = "~ok"
SET: Final = "~set"
OPTION: Final = "~opt"
SKIP: Final = "~skip"
DROP: Final = "~drop"
"""What the form's own buttons do; their names are none that an action can have."""

TOGETHER: Final = 3
"""Seconds within which the parts of a text arrive that the sender's client split; Telegram tells
the time in whole seconds."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that its member has confirmed."""

    form: Form
    answers: Mapping[str, str]


def begin(form: Form) -> FormAsked:
    """Return a form's first state."""
    answers = {field.name: field.value for field in form.fields if field.value}
    main = main_field(form)
    if main.name not in answers:
        return FormAsked(form, answers, main.name)
    return FormAsked(form, answers, _next_required(form, answers))


def main_field(form: Form) -> FormField:
    """Return what a form is about: its text, else what it must know, else its first question."""
    texts = [field for field in form.fields if field.paragraph]
    needed = [field for field in form.fields if field.required]
    return (texts or needed or list(form.fields))[0]


def is_text(param: Param) -> bool:
    """Tell whether a parameter is a text as a whole, typed or as a file."""
    return isinstance(param, AttachmentParam) or (isinstance(param, TextParam) and param.paragraph)


def given_text(spec: AnyCommand, values: Mapping[str, Value]) -> str | None:
    """Return the one text that a command was given, ``None`` where there is none, or more."""
    found = [values[one.name] for one in spec.params if is_text(one) and one.name in values]
    return str(found[0]) if len(found) == 1 else None


def filled(form: Form, values: Mapping[str, Value], text: str) -> Form:
    """Return a form with what came with its command: its main answer is ``text``."""
    given = {name: str(value) for name, value in values.items()} | {main_field(form).name: text}
    fields = tuple(replace(one, value=given.get(one.name, one.value)) for one in form.fields)
    return replace(form, fields=fields)


def goes_on(state: FormAsked, at: int) -> bool:
    """Tell whether a message of the time ``at`` (UTC seconds) belongs to the one before it."""
    return state.part_size >= limits.SPLIT and 0 <= at - state.part_at <= TOGETHER


def answered(state: FormAsked, text: str, at: int) -> FormAsked:
    """Return what a message makes of a form; ``at`` is its time in UTC seconds.

    Raises:
        Problem: it is no answer to what is asked.
    """
    main = main_field(state.form)
    if goes_on(state, at):
        before = state.answers.get(main.name, "")
        whole = before + _joint(before, state.part_size) + text
        return _with_part(_answered(state, main, whole), text, at)
    if state.at is None:
        return _with_part(_answered(state, main, text), text, at)
    field = _field(state.form, state.at)
    return _with_part(_answered(state, field, text), text, at)


def _joint(before: str, part: int) -> str:
    """Return what a client dropped where it split a text, ``part`` being the last one's length.

    It cuts at a line's end where there is one in the second half, else at a word's; where the
    part is as long as it can be, there was neither.
    """
    if part == limits.TEXT:
        return ""
    return "\n" if "\n" in before[-(part // 2) :] else " "


def pressed(state: FormAsked, verb: str, place: str) -> FormAsked | Submitted | None:
    """Return what a button makes of a form, ``None`` where it means nothing now."""
    first, _, second = place.partition(".")
    named = _by_number(state.form.fields, first)
    match verb:
        case "~ok" if state.at is None:
            given = {field.name: state.answers.get(field.name, "") for field in state.form.fields}
            return Submitted(state.form, given)
        case "~set" if named is not None:
            return replace(state, at=named.name, part_size=0, version=state.version + 1)
        case "~skip" if state.at is not None and not _field(state.form, state.at).required:
            answers = {key: text for key, text in state.answers.items() if key != state.at}
            return _moved_on(replace(state, answers=answers))
        case "~opt" if named is not None:
            option = _by_number(named.options, second)
            return _answered(state, named, option.value) if option is not None else None
    return None


def shown(texts: Translations, locale: str, id: int, state: FormAsked) -> Reply:
    """Return what a member is asked now, or the whole for them to confirm."""
    ref = f"{encode(id)}.{state.version}"
    if state.at is None:
        return _review(texts, locale, ref, state)
    field = _field(state.form, state.at)
    blocks: list[Block] = [Title(state.form.title), Text((field.label,))]
    if field.file:
        blocks.append(Note(texts.text(locale, "telegram-form-file")))
    elif field.hint:
        blocks.append(Note(field.hint))
    buttons = list(_options(state.form, field, ref))
    main = main_field(state.form)
    if field is main:
        for other in state.form.fields:
            if other is not main and other.options:
                blocks.append(Text((other.label,)))
                buttons += _options(state.form, other, ref)
    elif not field.required:
        buttons.append(Button(SKIP, ref, texts.text(locale, "telegram-form-skip")))
    buttons.append(_drop(texts, locale, ref))
    return Reply(tuple(blocks), buttons=tuple(buttons), visibility="private")


def retry_buttons(
    texts: Translations, locale: str, id: int, state: FormAsked
) -> tuple[Button, ...]:
    """Return what can be done with a form that was refused."""
    ref = f"{encode(id)}.{state.version}"
    again = Button(
        SET,
        f"{ref}.{_number(state.form, main_field(state.form))}",
        texts.text(locale, "telegram-form-again"),
    )
    return again, _drop(texts, locale, ref)


def _review(texts: Translations, locale: str, ref: str, state: FormAsked) -> Reply:
    form = state.form
    main = main_field(form)
    short = [
        (clipped(field.label, limits.BUTTON_LABEL), _label_of(field, state.answers[field.name]))
        for field in form.fields
        if not field.paragraph and state.answers.get(field.name)
    ]
    blocks: list[Block] = [Title(form.title)]
    if short:
        blocks.append(fields(short))
    blocks += [
        Verse(state.answers[field.name])
        for field in form.fields
        if field.paragraph and state.answers.get(field.name)
    ]
    blocks.append(Note(texts.text(locale, "telegram-form-confirm")))
    buttons = [Button(OK, ref, texts.text(locale, "telegram-form-send"), "primary")]
    for number, field in enumerate(form.fields):
        if field is main or field.options:
            continue
        buttons.append(Button(SET, f"{ref}.{number}", f"✎ {field.label}"))
    again = texts.text(locale, "telegram-form-again")
    buttons.append(Button(SET, f"{ref}.{_number(form, main)}", again))
    buttons.append(_drop(texts, locale, ref))
    return Reply(tuple(blocks), buttons=tuple(buttons), visibility="private")


def _drop(texts: Translations, locale: str, ref: str) -> Button:
    return Button(DROP, ref, texts.text(locale, "telegram-abandon"), "danger")


def _options(form: Form, field: FormField, ref: str) -> Iterator[Button]:
    number = _number(form, field)
    for position, option in enumerate(field.options):
        yield Button(OPTION, f"{ref}.{number}.{position}", option.label)


def _answered(state: FormAsked, field: FormField, text: str) -> FormAsked:
    value = _checked(field, text)
    answers = {**state.answers, field.name: value}
    main, instead = main_field(state.form), state.instead
    if field is main and instead is not None:
        answers.pop(instead, None)
        instead = None
    elif state.at == main.name and field is not main:
        answers.pop(main.name, None)
        instead = field.name
    return _moved_on(replace(state, answers=answers, instead=instead))


def _moved_on(state: FormAsked) -> FormAsked:
    following = _next_required(state.form, state.answers, state.instead)
    return replace(state, at=following, part_size=0, version=state.version + 1)


def _with_part(state: FormAsked, text: str, at: int) -> FormAsked:
    return replace(state, part_at=at, part_size=size(text))


def _next_required(
    form: Form, answers: Mapping[str, str], instead: str | None = None
) -> str | None:
    main = main_field(form)
    for field in form.fields:
        if field.required and not answers.get(field.name):
            if field is main and instead is not None:
                continue
            return field.name
    return None


def _checked(field: FormField, text: str) -> str:
    """Return an answer as the form takes it.

    Raises:
        Problem: it is empty, too long, or none of the answers that are offered.
    """
    if field.required and not text.strip():
        raise Problem("arg-empty", name=field.name)
    limit = FILE_LIMIT if field.file else field.limit
    if len(text) > limit:
        raise Problem("arg-long", name=field.name, limit=limit, length=len(text))
    if not field.options:
        return text
    wanted = text.strip().casefold()
    for option in field.options:
        if wanted in (option.value.casefold(), option.label.casefold()):
            return option.value
    choices = ", ".join(option.label for option in field.options)
    raise Problem("arg-choice", name=field.name, choices=choices)


def _label_of(field: FormField, value: str) -> str:
    return next((one.label for one in field.options if one.value == value), value)


def _field(form: Form, name: str) -> FormField:
    return next(field for field in form.fields if field.name == name)


def _number(form: Form, field: FormField) -> int:
    return form.fields.index(field)


def _by_number(found: tuple[_T, ...], number: str) -> _T | None:
    position = int(number) if number.isdecimal() and len(number) < 4 else -1
    return found[position] if 0 <= position < len(found) else None
