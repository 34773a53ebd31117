"""What a field of a position model's form is, and those that several records have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Takes(Enum):
    """What may be written in a field."""

    TEXT = "text in Chinese and English"
    VERSION = "a version number"
    ID = "an id"
    IRI = "an address"
    RANK = "a whole number from 1"
    LEVEL = "a level on the scale"
    WEIGHT = "a number above 0"
    CHOICE = "one of several things"
    DIMENSION = "a dimension"
    TIER = "a tier"
    FLAG = "yes or no"


@dataclass(frozen=True)
class Field:
    """One field; `name` is its name in JSON, `attribute` the one in our records.

    `choices` names what it chooses from in ModelChoices. A field that is not `usual` can be left
    alone by whoever writes a model from nothing.
    """

    name: str
    takes: Takes
    zh: str
    en: str
    about_zh: str
    about_en: str
    example: str | tuple[str, str]
    choices: str = ""
    attribute: str = ""
    required: bool = False
    usual: bool = True
    path: str = ""
    """The property that it becomes, as prefix and name: `core:tier`."""

    @property
    def stored_as(self) -> str:
        """The attribute that holds it."""
        return self.attribute or self.name

    @property
    def examples(self) -> tuple[str, str]:
        """The example in Chinese and in English; twice the same when it is no text."""
        return (self.example, self.example) if isinstance(self.example, str) else self.example


EVIDENCE = Field(
    "evidence",
    Takes.CHOICE,
    "依据",
    "Evidence",
    "这一行依据什么：来源写明、他处可证，还是暂定。留空时与模型相同。",
    "What this rests on: stated by a source, corroborated elsewhere, or assumed. When empty, what "
    "the model rests on.",
    "assumed",
    choices="evidence",
    path="core:evidence",
)
SOURCE = Field(
    "source",
    Takes.CHOICE,
    "出处",
    "Source",
    "写明它的来源；依据为“来源写明”时填写。",
    "The source that says so, where the evidence is a source.",
    "t12-position-model",
    choices="sources",
    usual=False,
    path="dcterms:source",
)
DEFINITION_EVIDENCE = Field(
    "definitionEvidence",
    Takes.CHOICE,
    "说明的依据",
    "Evidence of the definition",
    "说明的依据比名称弱时填写。",
    "What the definition rests on, where that is less than what the name rests on.",
    "assumed",
    choices="evidence",
    attribute="definition_evidence",
    usual=False,
    path="core:definitionEvidence",
)
