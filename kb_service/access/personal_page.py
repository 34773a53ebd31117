"""A personal export as one page that any browser shows, in Chinese and English side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Document = Mapping[str, Any]

_STYLE = """
body { font: 15px/1.6 system-ui, "Microsoft YaHei", sans-serif; max-width: 60em; margin: 2em auto;
  padding: 0 1em; color: #1f2933; }
table { border-collapse: collapse; width: 100%; margin: .5em 0 1.5em; }
th, td { border: 1px solid #d5dbe3; padding: .3em .6em; text-align: left; vertical-align: top; }
details { margin: .2em 0 .2em 1em; } summary { cursor: pointer; }
.contested { background: #fff3cd; padding: 0 .4em; border-radius: .3em; }
.quiet { color: #5f6b77; }
"""
_INTRODUCTION = """<p>以下是这里保存的关于您的全部内容，以及由规则得出的全部判断和理由。判断供作决定的人参考，不能代替人的判断；
您可以对它提出异议，也可以要求更正或删除。</p>
<p>This is all that is held about you here, and all that rules concluded from it, with the reasons.
Judgements advise the people who decide and do not decide for them; you may object to them, and ask
for anything to be put right or erased.</p>"""


def page_of(document: Document) -> bytes:
    """The document as HTML; nothing in it is loaded from elsewhere, and no text is taken as markup."""
    person = document["person"]
    title = escape(f"{person['name'] or person['id']} · {document['exportedAt']}")
    parts = [
        f"<h1>{title}</h1>{_INTRODUCTION}",
        _section("人员 Person", _table((), _person(document))),
        _section("判断 Judgements", _judgements(document)),
        _section("考核 Appraisals", _appraisals(document)),
        _section("理由 Reasons", "".join(map(_reason, document["explanations"]))),
        _section("事实 Facts", "".join(map(_thing, document["facts"]))),
        _section("异议 Objections", _objections(document["objections"])),
        _section("更改 Changes", _changes(document["changes"])),
        _section("访问 Accesses", _accesses(document["accesses"])),
    ]
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    ).encode()


def _section(title: str, body: str) -> str:
    return f"<h2>{title}</h2>{body or '<p class=quiet>无 None</p>'}"


def _table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table of cells that are markup already; nothing where there is no row."""
    head = "".join(f"<th>{header}</th>" for header in headers)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>" if body else ""


def _text(value: object) -> str:
    return "–" if value is None else escape(str(value))


def _both(label: Mapping[str, object] | None, otherwise: object = "") -> str:
    """A label in both languages, once where they are the same."""
    texts = dict.fromkeys(str(text) for text in (label or {}).values() if text)
    return " / ".join(map(escape, texts)) or _text(otherwise)


def _person(document: Document) -> list[tuple[str, str]]:
    person = document["person"]
    return [
        ("编号 Id", _text(person["id"])),
        ("化名 Pseudonym", _text(person["pseudonym"])),
        ("姓名 Name", _text(person["name"])),
        *((_text(name), _text(value)) for name, value in person["contact"].items()),
        ("班组 Team", _text(person["team"])),
        ("岗位 Post", _text(person["post"])),
        ("应聘 Candidate for", _text(", ".join(map(str, person["candidateFor"])))),
        ("导出者 Exported by", _text(document["exportedBy"])),
    ]


def _judgements(document: Document) -> str:
    return _table(
        ("岗位 Position", "结论 Verdict", "匹配度 Fit", ""),
        (
            (
                _both(each["modelLabel"]),
                _both(each["verdictLabel"]),
                _text(each["fit"]),
                _contested(each["contestedSince"]),
            )
            for each in document["judgements"]
        ),
    )


def _appraisals(document: Document) -> str:
    return _table(
        ("周期 Period", "起止 From, to", "总分 Total", "等级 Grade", ""),
        (
            (
                _text(each["period"]),
                f"{_text(each['start'])} – {_text(each['end'])}",
                _text(each["total"]),
                _text(each["grade"]),
                _contested(each["contestedSince"]),
            )
            for each in document["appraisals"]
        ),
    )


def _contested(day: object) -> str:
    return f"<span class=contested>有异议 contested · {_text(day)}</span>" if day else ""


def _reason(tree: Document) -> str:
    """A conclusion, the rule that made it and the facts it read, and the same for those below."""
    about = _both(tree["about"])
    heading = _both(tree["kind"], tree["conclusion"]) + (f" · {about}" if about else "")
    if tree["seenBefore"]:
        return f"<p class=quiet>{heading} (见前文 told above)</p>"
    said = "".join(f"<li>{_stated(each)}</li>" for each in tree["statements"])
    facts = "".join(f"<li>{_fact(each)}</li>" for each in tree["facts"])
    below = "".join(map(_reason, tree["conclusions"]))
    return (
        f"<details><summary>{heading}</summary><p>{_both(tree['rule']['says'])}</p>"
        f"<ul>{said}</ul>{f'<ul class=quiet>{facts}</ul>' if facts else ''}{below}</details>"
    )


def _stated(each: Document) -> str:
    value = _both(each["valueLabel"], each["value"])
    return f"{_both(each['predicateLabel'], each['predicate'])}: {value}"


def _fact(each: Document) -> str:
    rest = [_text(each[name]) for name in ("evidence", "date") if each[name]]
    told = f" ({', '.join(rest)})" if rest else ""
    return f"{_both(each['subjectLabel'], each['subject'])} · {_stated(each)}{told}"


def _thing(thing: Document) -> str:
    rows = (
        (
            _both(each["propertyLabel"], each["property"]),
            _both(each["valueLabel"], each["value"]),
        )
        for each in thing["statements"]
    )
    return f"<h3>{_both(thing['subjectLabel'], thing['subject'])}</h3>{_table((), rows)}"


def _objections(objections: Iterable[Document]) -> str:
    def settled(each: Document) -> str:
        end = each["settlement"]
        if end is None:
            return "未了结 stands"
        return " · ".join(_text(end[name]) for name in ("outcome", "on", "by", "words"))

    return _table(
        ("编号 Id", "提出 Raised", "登记者 By", "针对 About", "理由 Grounds", "结果 Outcome"),
        (
            (
                _text(each["id"]),
                _text(each["raisedOn"]),
                _text(each["raisedBy"]),
                _text(", ".join([*each["models"], *each["periods"]]) or "全部 all"),
                _text(each["grounds"]),
                settled(each),
            )
            for each in objections
        ),
    )


def _changes(changes: Iterable[Document]) -> str:
    def lines(statements: Iterable[Document]) -> str:
        return "<br>".join(
            f"{_both(one['subjectLabel'], one['subject'])} · "
            f"{_both(one['propertyLabel'], one['property'])}: "
            f"{_both(one['valueLabel'], one['value'])}"
            for one in statements
        )

    return _table(
        ("时间 When", "何人 Who", "缘由 Why", "改前 Before", "改后 After"),
        (
            (
                _text(each["at"]),
                _text(each["by"]),
                _text(each["reason"]),
                lines(each["before"]),
                lines(each["after"]),
            )
            for each in changes
        ),
    )


def _accesses(entries: Iterable[Document]) -> str:
    fields = ("time", "who", "role", "action", "outcome")
    return _table(
        ("时间 When", "何人 Who", "角色 Role", "何事 What", "结果 Outcome"),
        ([_text(each.get(name)) for name in fields] for each in entries),
    )
