"""Each thing that goes wrong in a position model written as JSON, told with a JSON pointer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kb_service.findings import RefusedInput
from kb_service.position_models import (
    from_triples,
    is_linked_data,
    read_json,
    to_json,
    to_triples,
)
from kb_service.position_models.json_schema import model_schema
from kb_service.position_models.reading import MOST_FINDINGS
from tests.model_forms import SHIPPED, as_json, choices, triples_of

Document = dict[str, Any]


def _analyst() -> Document:
    """A small model in which nothing is wrong."""
    return {
        "id": "data-analyst",
        "framework": "t12",
        "position": {
            "label": {"zh": "数据分析师", "en": "Data analyst"},
            "duties": [{"label": {"zh": "整理数据", "en": "Prepare data"}}],
        },
        "abilities": [
            {"dimension": "attention-to-detail", "tier": "main", "level": 8, "floor": 6},
            {"dimension": "patience", "tier": "secondary"},
        ],
        "motivations": [{"dimension": "growth", "tier": "first"}],
    }


@dataclass(frozen=True)
class Case:
    """What somebody did to a faultless document, and all that should be said of it."""

    name: str
    change: Callable[[Document], object]
    where: str
    en: str


def _set(path: str, value: object) -> Callable[[Document], object]:
    """What puts a value at a pointer into the document."""
    *way, last = path.strip("/").split("/")

    def change(document: Document) -> None:
        at: Any = document
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at[step]
        at[int(last) if isinstance(at, list) else last] = value

    return change


CASES = [
    Case(
        "no id",
        lambda document: document.pop("id"),
        "/id",
        "Model id is missing; give one, such as data-analyst.",
    ),
    Case(
        "a framework that does not exist",
        _set("/framework", "grit"),
        "/framework",
        "There is no framework 'grit'. Did you mean Power-grid customer service (grid)?",
    ),
    Case(
        "a number for a framework",
        _set("/framework", 12),
        "/framework",
        "There is no framework '12'. Did you mean T12 framework (t12)?",
    ),
    Case(
        "a member that does not exist",
        _set("/abilitys", []),
        "/abilitys",
        "There is no field 'abilitys'. Did you mean abilities?",
    ),
    Case(
        "text without its language",
        _set("/position/label", "Data analyst"),
        "/position/label",
        'Write it by language, such as {"zh": "数据分析师", "en": "Data analyst"}.',
    ),
    Case(
        "a language that is not taken",
        _set("/position/label/fr", "Analyste"),
        "/position/label/fr",
        "There is no field 'fr'; the fields are: zh, en.",
    ),
    Case(
        "an object where a list belongs",
        _set("/abilities", {"dimension": "patience"}),
        "/abilities",
        'Give a list here, even for one: [{"dimension": "attention-to-detail", "tier": "main"}].',
    ),
    Case(
        "a list where an object belongs",
        _set("/position", []),
        "/position",
        'Give an object here, such as {"label": {"zh": "数据分析师", "en": "Data analyst"}}.',
    ),
    Case(
        "text where an object belongs",
        _set("/abilities/1", "patience"),
        "/abilities/1",
        'Give an object here, such as {"dimension": "attention-to-detail", "tier": "main"}.',
    ),
    Case(
        "nothing where an object belongs",
        _set("/abilities/1", None),
        "/abilities/1",
        'Give an object here, such as {"dimension": "attention-to-detail", "tier": "main"}.',
    ),
    Case(
        "an ability that does not exist",
        _set("/abilities/1/dimension", "patients"),
        "/abilities/1/dimension",
        "There is no ability 'patients'. Did you mean Patience and persistence (patience)?",
    ),
    Case(
        "an ability twice",
        _set("/abilities/1/dimension", "细致严谨"),
        "/abilities/1/dimension",
        "This repeats /abilities/0/dimension; delete one of the two, or let it say something else.",
    ),
    Case(
        "true for a level",
        _set("/abilities/0/level", True),
        "/abilities/0/level",
        "'true' is not one number; give one, such as 8 or 7.5, or nothing at all.",
    ),
    Case(
        "a level without end",
        _set("/abilities/0/level", float("inf")),
        "/abilities/0/level",
        "'Infinity' is not one number; give one, such as 8 or 7.5, or nothing at all.",
    ),
    Case(
        "a level off the scale",
        _set("/abilities/0/level", 10.5),
        "/abilities/0/level",
        "10.5 is off the scale; for Attention to detail give a number from 1 to 10, such as 6.",
    ),
    Case(
        "a rank that is none",
        _set("/position/duties/0/rank", 1.5),
        "/position/duties/0/rank",
        "Give the rank as a whole number such as 1, 2 or 3, or leave it out to keep this order.",
    ),
    Case(
        "control characters",
        _set("/position/label/en", "Data\u0000analyst"),
        "/position/label/en",
        "There are invisible control characters in this text; type it again without them.",
    ),
    Case(
        "a text without end",
        _set("/position/label/en", "x" * 40_000),
        "/position/label/en",
        "This text has 40000 characters; shorten it to 32767 at most.",
    ),
    Case(
        "a licence that is no address",
        _set("/license", "Apache 2"),
        "/license",
        "Write a whole address without spaces, such as https://www.apache.org/licenses/LICENSE-2.0.",
    ),
    Case(
        "a source that is not known",
        _set("/source", "t12-position-modle"),
        "/source",
        "There is no source 't12-position-modle'. Did you mean An in-depth look at the T12 "
        "competency model of the position 客服专员 (t12-position-model)?",
    ),
    Case(
        "a further statement that is none",
        _set("/further", ["model:x a y"]),
        "/further/0",
        "This is no statement in N-Triples; write subject, property and value with a full stop, "
        'such as <https://example.org/a> <https://example.org/b> "c"@en .',
    ),
    Case(
        "triples about triples",
        _set("/further", ["<<( <a:a> <a:b> <a:c> )>> <a:d> <a:e> ."]),
        "/further/0",
        "This is no statement in N-Triples; write subject, property and value with a full stop, "
        'such as <https://example.org/a> <https://example.org/b> "c"@en .',
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_told_once_with_its_pointer(case: Case) -> None:
    document = _analyst()
    case.change(document)

    read = read_json(json.dumps(document).encode(), choices())

    told = [(each.severity, each.where, each.message["en"]) for each in read.findings]
    assert told == [("violation", case.where, case.en)]
    assert set(read.findings[0].message) == {"zh", "en"}


def test_a_small_document_is_a_model_with_usual_ids_version_and_status() -> None:
    read = read_json(json.dumps(_analyst()).encode(), choices())

    assert read.findings == ()
    assert read.model is not None
    said = {
        str(triple.subject).rsplit("/", 2)[-2:][0]
        + "/"
        + str(triple.subject).rstrip(">").rsplit("/", 1)[-1]
        for triple in to_triples(read.model)
    }
    assert said == {
        "models/data-analyst",
        "position-model/data-analyst",
        "position/data-analyst",
        "duty/data-analyst.prepare-data",
        "requirement/data-analyst.attention-to-detail",
        "requirement/data-analyst.patience",
        "requirement/data-analyst.growth",
    }


@pytest.mark.parametrize(
    ("text", "status", "english"),
    [
        (
            b'{"id": "x",}',
            400,
            "From line 1, column 12 this is no JSON; delete the comma after the last of its items.",
        ),
        (b'{"id": "\xff"}', 400, "Line 1 is not UTF-8; save the document as UTF-8."),
        (
            b'{"id": "a", "id": "b"}',
            400,
            "The field 'id' is there twice; keep one of the two.",
        ),
        (
            b"[" * 100_000,
            400,
            "This is nested more than 20 levels deep; write it as the example that rengang template "
            "model example.json gives.",
        ),
        (
            b'{"a":' * 50 + b"1" + b"}" * 50,
            400,
            "This is nested more than 20 levels deep; write it as the example that rengang template "
            "model example.json gives.",
        ),
        (
            b" " * 20_000_001,
            413,
            "This is larger than 20 MB, far more than a model needs.",
        ),
    ],
    ids=["comma", "encoding", "twice", "deep", "deep and whole", "huge"],
)
def test_what_cannot_be_read_at_all_is_refused(text: bytes, status: int, english: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        read_json(text, choices())

    assert [each.message["en"] for each in refused.value.findings] == [english]
    assert refused.value.status == status


def test_a_document_full_of_faults_tells_the_first_and_that_there_are_more() -> None:
    document = _analyst() | {"abilities": [{"dimension": f"nothing-{n}"} for n in range(1_000)]}

    findings = read_json(json.dumps(document).encode(), choices()).findings

    assert len(findings) == MOST_FINDINGS
    assert findings[-1].message["en"] == (
        "There are too many faults to list; correct these, then hand it in again."
    )


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["zh", "id", "dimension", "label", "level", "further", "duties", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(model_schema()["properties"])), _VALUES)
def test_whatever_stands_anywhere_is_read_or_told_and_never_raises(
    name: str, value: object
) -> None:
    document = _analyst() | {name: value}

    read = read_json(json.dumps(document).encode(), choices())

    if read.model is not None:
        assert from_triples(to_triples(read.model)).id == read.model.id
    else:
        assert read.findings


@given(_VALUES)
def test_whatever_the_whole_is_it_is_read_or_told(value: object) -> None:
    read = read_json(json.dumps(value).encode(), choices())

    assert read.model is not None or read.findings


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_schema_describes_the_documents_that_are_exported(path: Any) -> None:
    document = to_json(from_triples(triples_of(path)), choices())

    Draft202012Validator.check_schema(model_schema())
    assert list(Draft202012Validator(model_schema()).iter_errors(document)) == []


def test_the_schema_knows_no_other_members() -> None:
    document = _analyst() | {"abilitys": []}

    assert not Draft202012Validator(model_schema()).is_valid(document)


def test_linked_data_is_told_from_a_model() -> None:
    model = as_json(from_triples(triples_of(SHIPPED[0])))

    assert not is_linked_data(model)
    assert not is_linked_data(b"no JSON")
    assert is_linked_data(b'{"@context": {}, "@id": "https://example.org/"}')
    assert is_linked_data(b'[{"@id": "https://example.org/"}]')


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('{"id": True}', "write true, false or null, or leave the field out."),
        ("{'id': 1}", 'write straight double quotes: ".'),
        ('{"id": “x”}', 'write straight double quotes: ".'),
        ('{"id"：1}', "write a plain colon: :"),
        ('{"id": 1，"label": 2}', "write a plain comma: ,"),
        ('{id: "x"}', "put the name of the field into double quotes."),
        (
            '{"id": 1 // mine\n}',
            "JSON has no comments: delete this one, and say it in the field note.",
        ),
        ('{"id": "x" "label": 1}', "look for a missing comma, quote or bracket there and before."),
    ],
)
def test_what_is_no_json_is_told_with_what_to_change(text: str, advice: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        read_json(text.encode(), choices())

    [told] = [finding.message["en"] for finding in refused.value.findings]
    assert told.partition("this is no JSON; ")[2] == advice


@pytest.mark.parametrize(
    ("written", "member"),
    [
        ("/ID", "id"),
        ("/abilities/0/ability", "dimension"),
        ("/abilities/0/requiredLevel", "level"),
        ("/position/label/zh-CN", "zh"),
    ],
)
def test_a_member_whose_meaning_is_clear_is_told_once_and_read(written: str, member: str) -> None:
    document = _analyst()
    holder, _, name = written.rpartition("/")
    record: Any = document
    for step in holder.split("/")[1:]:
        record = record[int(step) if step.isdecimal() else step]
    record[name] = record.pop(member, 7)

    read = read_json(json.dumps(document).encode(), choices())

    told = [(each.where, each.message["en"]) for each in read.findings]
    assert told == [(written, f"There is no field '{name}'. Did you mean {member}?")]
    sound = read_json(json.dumps(_analyst()).encode(), choices()).model
    assert read.model is not None
    assert sound is not None
    assert [(asked.dimension, asked.tier) for asked in read.model.requirements] == [
        (asked.dimension, asked.tier) for asked in sound.requirements
    ]
