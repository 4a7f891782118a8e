"""Profiles: a hop with figures under a name, standing for a product or a service as documented.

A profile is a file in ``proxies/profiles/``, named after what it stands for::

    title: Squid 5.7 as Debian 12 ships it
    why: What a company's network does where Squid is its way out.
    source: ["measured with Squid 5.7 on Debian 12"]
    hop:
      proxy: forward
      behaviours:
        - connect_policy: {ports: [443]}

A scenario names it where a hop may stand, alone, or with other parameters for its behaviours::

    network: [squid]
    network: [squid: {connect_policy: {ports: [443, 8443]}}]
    network: [{profile: squid, name: office, tls: intercept}]
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Optional, Union

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, WrapValidator, create_model, field_validator

from lab.errors import UsageError
from lab.scenario.base import Model, Reading, validate_plain
from lab.scenario.limits import Limits
from lab.scenario.network import BehaviourUse, Hop, divided
from lab.scenario.nodes import plain
from lab.scenario.problems import Problem, ScenarioErrors
from lab.scenario.translate import problems_of
from lab.scenario.wrong import wrong
from lab.scenario.yaml_text import content_of, read


class Profile(Model):
    """What a profile's file holds."""

    title: str = Field(min_length=1, description="One line that says what it stands for, with the version.")
    why: str = Field("", description="Prose: who meets it, and what it does to them.")
    source: list[str] = Field(min_length=1, description="Where each figure comes from: URLs, or what was measured.")
    hop: Hop = Field(description="The hop, as it would stand in a scenario.")

    @field_validator("hop")
    @classmethod
    def _no_profile_of_a_profile(cls, hop: Hop) -> Hop:
        if hop.profile is not None:
            raise wrong("a profile of a profile", "behaviours with their figures")
        return hop

    def uses_with(self, overriding: Any) -> list[BehaviourUse]:
        """The behaviours with other parameters; what does not fit them is left to the profile's model to refuse."""
        given: Mapping[str, Any] = overriding if isinstance(overriding, dict) else {}
        return [_merged(use, given.get(use.name)) for use in self.hop.uses]


def _merged(use: BehaviourUse, written: Any) -> BehaviourUse:
    parameters, limits = _together(use, written)
    try:
        held = Limits.model_validate(limits)
    except ValidationError:
        held = use.limits
    return use.model_copy(update={"parameters": parameters, "limits": held})


def _together(use: BehaviourUse, written: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters and the limits, as written, with what is written here in place of the profile's own."""
    new = divided(written)
    own = {
        key: f"{value}ms" if isinstance(value, float) else value
        for key, value in use.limits.model_dump(exclude_unset=True, by_alias=True).items()
    }
    parameters = new["parameters"] if isinstance(new["parameters"], dict) else {}
    return {**use.parameters, **parameters}, {**own, **new.get("limits", {})}


class _Overriding(Model):
    """What may stand below a profile's name: other parameters for its behaviours."""

    lab_kind: ClassVar[Literal["profile"]] = "profile"
    profile: ClassVar[Profile]


def model_of(profile: Profile, behaviours: Mapping[str, type[BaseModel]]) -> type[BaseModel]:
    """The model of what may stand below the profile's name; it has the profile as its ``profile``.

    Its fields are the names of the profile's behaviours. What is written there is held against the behaviour's own
    model together with the profile's figures, so that a parameter which the profile gives need not be repeated.
    """
    fields: dict[str, Any] = {}
    for use in profile.hop.uses:
        model: Any = behaviours[use.name]
        kind = Optional[Union[model, Limits]]  # noqa: UP007, UP045 # made of a value: mypy cannot read the other form
        fields[use.name] = (Annotated[kind, WrapValidator(_against(use, model))], None)
    made = create_model("Overriding", __base__=_Overriding, __doc__=profile.title, **fields)
    made.profile = profile
    return made


def _against(use: BehaviourUse, model: type[BaseModel]) -> Any:
    def check(written: Any, _: Any, info: ValidationInfo) -> Any:
        if written is not None and not isinstance(written, dict):
            raise wrong("not parameters", "keys and values")
        parameters, limits = _together(use, written)
        reading = info.context if isinstance(info.context, Reading) else Reading()
        validate_plain(model, parameters, reading)
        validate_plain(Limits, limits, reading)
        return written

    return check


def load_profile(path: Path, behaviours: Mapping[str, type[BaseModel]]) -> Profile:
    """The profile in the file at ``path``.

    Args:
        path: The file; errors name it as it is given here.
        behaviours: The parameter model of each behaviour that it may use, by name.

    Raises:
        ScenarioErrors: Something is wrong with what the file says, or it cannot be read; it carries all there is to
            say.
    """
    source, root, problems = read(content_of(path), path.as_posix())
    profile: Profile | None = None
    reading = Reading(behaviours)
    try:
        profile = validate_plain(Profile, plain(root), reading)
    except ValidationError as error:
        problems = problems or problems_of(error, source, root, reading, of=Profile)
    if profile is None or problems:
        raise ScenarioErrors(problems)
    return profile


@functools.cache
def _model_in(path: Path, changed_ns: int, behaviours: frozenset[tuple[str, type[BaseModel]]]) -> type[BaseModel]:
    """The model of the profile in a file, read once for each time that it, or what it is made of, was changed."""
    known = dict(sorted(behaviours, key=lambda item: item[0]))
    return model_of(load_profile(path, known), known)


def models_of(paths: Sequence[Path], behaviours: Mapping[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """The models of the profiles in these files, by name.

    Raises:
        ScenarioErrors: Some of them are wrong: the problems of all the files at once.
        UsageError: A file is called like a behaviour.
    """
    models: dict[str, type[BaseModel]] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.stem in behaviours:
            raise UsageError(
                f"{path.as_posix()}: there is a behaviour called {path.stem}",
                remedy="Give the profile another name: a scenario knows both by their names alone.",
            )
        try:
            models[path.stem] = _model_in(path, path.stat().st_mtime_ns, frozenset(behaviours.items()))
        except ScenarioErrors as errors:
            problems += errors.problems
    if problems:
        raise ScenarioErrors(problems)
    return models
