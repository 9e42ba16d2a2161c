"""Models of pydantic that refuse bad values as every other call does: with InputError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic.fields import FieldInfo
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
        """Makes a model that is called refuse what it cannot be with InputError.

        ``model_validate`` still raises pydantic's own error, for readers of files that add rows to
        it, and takes yes and no for 1 and 0, as files always could.
        """

        def __call__(cls, **given: Any) -> Any:
            make = super().__call__
            return checked_model(cls, cls.__name__, given, lambda values: make(**values))

    class CheckedModel(BaseModel, metaclass=_Checked):
        """A model whose constructor raises InputError."""


Model = TypeVar("Model", bound=BaseModel)


def checked_model(
    model: type[Model],
    call: str,
    given: Mapping[str, Any],
    make: Callable[[Mapping[str, Any]], Model],
) -> Model:
    """A model of the values given, which ``make`` makes of them.

    Raises
    ------
    InputError
        With all that it cannot be, as arguments of ``call``.
    """
    check = Arguments(call)
    for name, value in given.items():
        field = model.model_fields.get(name)
        if isinstance(value, bool) and field is not None and not _may_be_true(field.annotation):
            check.add(name, "is true or false where something else is meant", _remedy(field), value)
    check.refuse()
    try:
        return make(given)
    except ValidationError as error:
        raise model_error(call, model, error) from None


def _may_be_true(annotation: Any) -> bool:
    return annotation is bool or bool in get_args(annotation)


def _remedy(field: FieldInfo | None) -> str:
    meaning = (field.description if field else None) or "what is allowed there"
    return f"correct it; it means: {meaning}".rstrip(".")


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
            remedy = _remedy(model.model_fields.get(str(place[0])))
            problem = f"is not possible here ({told[0].lower()}{told[1:]})"
            check.add(name, told if entry["type"] == "truth_value" else problem, remedy, value)
    return InputError(check.findings)
