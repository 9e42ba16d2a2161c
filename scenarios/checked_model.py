"""Models of pydantic that refuse bad values as every other call does: with InputError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from scenarios.arguments import Arguments
from scenarios.errors import InputError, did_you_mean


def no_truth_value(value: object) -> object:
    """Refuse true and false, which Python counts as 1 and 0, where a number is meant."""
    if isinstance(value, bool):
        raise PydanticCustomError("truth_value", "is true or false where a number is meant")
    return value


Real = Annotated[float, BeforeValidator(no_truth_value)]
Whole = Annotated[int, BeforeValidator(no_truth_value)]

if TYPE_CHECKING:

    class CheckedModel(BaseModel):
        """A model whose constructor raises InputError; checkers see its own signature."""

else:

    class _Checked(type(BaseModel)):
        """Makes of pydantic's error, where a model is called, one with InputError's findings.

        ``model_validate`` still raises pydantic's own, for readers of files that add rows to it.
        """

        def __call__(cls, *args: Any, **given: Any) -> Any:
            try:
                return super().__call__(*args, **given)
            except ValidationError as error:
                raise model_error(cls.__name__, cls, error) from None

    class CheckedModel(BaseModel, metaclass=_Checked):
        """A model whose constructor raises InputError."""


def model_error(call: str, model: type[BaseModel], error: ValidationError) -> InputError:
    """What pydantic found in the arguments of a call, told as that of any other."""
    check = Arguments(call)
    for entry in error.errors(include_url=False):
        place, value = entry["loc"], entry["input"]
        name = ".".join(str(part) for part in place)
        if entry["type"] == "extra_forbidden":
            known = model.model_fields if len(place) == 1 else ()
            hint = did_you_mean(str(place[-1]), known)
            check.add(name, "is not known", f"leave it out, or rename it{hint}", value)
        elif entry["type"] == "missing":
            check.add(name, "is missing", "give it")
        elif entry["type"] == "value_error":
            name = name or ", ".join(value)
            check.add(name, str(entry["ctx"]["error"]), "keep one of them")
        else:
            told = entry["msg"].removeprefix("Input ")
            field = model.model_fields.get(str(place[0]))
            meaning = (field.description if field else None) or "what is allowed there"
            remedy = f"correct it; it means: {meaning}".rstrip(".")
            problem = f"is not possible here ({told[0].lower()}{told[1:]})"
            check.add(name, told if entry["type"] == "truth_value" else problem, remedy, value)
    return InputError(check.findings)
