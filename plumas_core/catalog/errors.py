"""What can be wrong with the catalog, in one line for the operator."""

from __future__ import annotations


class CatalogError(Exception):
    """A catalog file that cannot be used.

    Its text is one line: the file, the model and the field where they are known, what is wrong
    there and what to do about it. The parts can be read apart.
    """

    def __init__(self, file: str, problem: str, *, model: str = "", field: str = "") -> None:
        where = [_one_line(file)]
        if model:
            where.append(f"model {_one_line(model)}")
        if field:
            where.append(_one_line(field))
        super().__init__(f"{', '.join(where)}: {_one_line(problem)}")
        self.file = file
        self.model = model
        self.field = field
        self.problem = problem


class MissingPrice(Exception):
    """The catalog has no price for what was, or would be, used; it is never guessed.

    The text is for the operator: the model, what has no price, and where to add it.
    """

    def __init__(self, model_id: str, what: str) -> None:
        super().__init__(f"model {model_id}: {what}; add the price to the catalog file")
        self.model_id = model_id
        self.what = what


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
