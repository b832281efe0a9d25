"""Base prompts: what every agent of a kind is told, whatever its personality.

A base prompt is a Markdown file, one for each version and language, in sections that begin with
a line ``<!-- name -->``. ``${name}`` marks a place to fill; what is put in is never read as a
template. A published version never changes: a better prompt is a new version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from plumas_core.agents.fence import fence
from plumas_core.data_files import DataFileError, read_text_file
from plumas_core.locales.translate import closest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SECTION = re.compile(r"^<!-- ([a-z-]+) -->\n", re.MULTILINE)
_VERSION = re.compile(r"v[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class BasePrompt:
    """One version of a kind's base prompt in one language."""

    file: str
    version: str
    language: str
    sections: Mapping[str, Template]

    def fill(self, section: str, **values: str) -> str:
        """Return the section with its places filled.

        Raises:
            DataFileError: there is no such section, or it has a place without a value.
        """
        if section not in self.sections:
            raise DataFileError(self.file, section, "there is no such section")
        try:
            return self.sections[section].substitute(values)
        except (KeyError, ValueError) as reason:
            raise DataFileError(self.file, section, f"cannot be filled: {reason}") from None


@dataclass(frozen=True, slots=True)
class Question:
    """What an agent is asked: ``system``, the same for all of a seat's calls, and ``prompt``."""

    system: str
    prompt: str


def load_base_prompt(folder: Traversable, kind: str, version: str, locale: str) -> BasePrompt:
    """Read ``{kind}-{version}.{language}.md``, in the language nearest to ``locale``.

    Raises:
        DataFileError: there is no such version, or the file is damaged.
    """
    language = closest(locale)
    if not _VERSION.fullmatch(version):
        raise DataFileError(kind, "version", "a version is v1, v2 and so on")
    file = folder / f"{kind}-{version}.{language}.md"
    before, *parts = _SECTION.split(read_text_file(file))
    names, bodies = parts[::2], parts[1::2]
    if before.strip() or not names:
        raise DataFileError(file.name, "", "does not begin with a section")
    if len(set(names)) != len(names):
        raise DataFileError(file.name, "", "has a section twice")
    sections = {name: Template(body.strip()) for name, body in zip(names, bodies, strict=True)}
    return BasePrompt(file.name, version, language, sections)


def fenced_personality(personality: str) -> str:
    """Return the personality in a fence that is the same each time, so that it can be cached.

    The name of the fence is a digest of what stands in it: nobody can write a text that holds
    its own digest.
    """
    digest = hashlib.blake2b(personality.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return fence("personality", personality, digest)
