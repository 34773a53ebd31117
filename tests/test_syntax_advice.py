"""Of a text that is not SPARQL it is said where the fault is and what to write, in a few words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from kb_service.store.placement import UpdateProblem
from kb_service.store.syntax_advice import Advice, query_advice
from kb_service.store.update_syntax import UpdateText, operations_of


def told(query: str) -> Advice:
    """What is said of a query that the engine cannot read."""
    with pytest.raises(SyntaxError) as raised:
        Store().query(query)
    return query_advice(raised.value, query)


def told_of_update(update: str) -> tuple[str, str]:
    """The same of an update."""
    with pytest.raises(UpdateProblem) as raised:
        operations_of(UpdateText(update, "http://localhost/"))
    return raised.value.zh, raised.value.en


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        (
            "SELEC * { ?s ?p ?o }",
            "第 1 行第 1 列（“SELEC”处）：查询要以 SELECT、ASK、CONSTRUCT、DESCRIBE 等词开头。",
            "line 1, column 1, at SELEC: A query begins with a word such as SELECT, ASK, CONSTRUCT,"
            " DESCRIBE.",
        ),
        (
            "PREFIX a: <urn:x:>\nINSERT DATA { a:x a:y a:z }",
            "第 2 行第 1 列（“INSERT”处）：这是更新；请作为更新发送（update=…，或"
            " application/sparql-update）。",
            "line 2, column 1, at INSERT: This is an update; send it as one (update=…, or"
            " application/sparql-update).",
        ),
        (
            "SELECT * {\n  ?s rdfs:label ?o\n}",
            "第 2 行第 6 列（“rdfs:label”处）：前缀 rdfs: 没有声明；请在最前面加上 PREFIX rdfs:"
            " <…>。",
            "line 2, column 6, at rdfs:label: The prefix rdfs: is not declared; put PREFIX rdfs:"
            " <…> at the top.",
        ),
        (
            "SELECT * { ?s ?p ?o ； }",
            "第 1 行第 21 列（“；”处）：这里有中文标点“；”；请改为英文的 ; 。",
            "line 1, column 21, at ；: There is a full-width ；; write ; instead.",
        ),
        (
            "SELECT * { { ?s ?p ?o }",
            "第 1 行第 24 列（结尾处）：少了 1 个 } 。",
            "line 1, column 24, at the end: 1 } is missing.",
        ),
        (
            'SELECT * { ?s ?p "好 }',
            "第 1 行第 22 列（结尾处）：一段文字只有开头的引号，没有结尾的引号；请补上。",
            "line 1, column 22, at the end: A text has a quotation mark where it begins and none"
            " where it ends; add it.",
        ),
        (
            "SELECT ?s, ?p { ?s ?p ?o }",
            "第 1 行第 10 列（“,”处）：SELECT 后面的变量之间用空格，不用逗号。",
            "line 1, column 10, at ,: Variables after SELECT are separated by spaces, not by"
            " commas.",
        ),
        (
            "SELECT (COUNT(*)) { ?s ?p ?o }",
            "第 1 行第 8 列（“(”处）：SELECT 里算出来的值要起名字，例如 (COUNT(*) AS ?number)。",
            "line 1, column 8, at (: What is worked out after SELECT has a name, as in (COUNT(*) AS"
            " ?number).",
        ),
        (
            "SELECT * { ?s ?p ?o FILTER ?o > 3 }",
            "第 1 行第 28 列（“?o”处）：FILTER 的条件要放在括号里，例如 FILTER (?x > 3)。",
            "line 1, column 28, at ?o: The condition of a FILTER stands in parentheses, as in FILTER"
            " (?x > 3).",
        ),
        (
            "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }",
            "第 1 行第 41 列（结尾处）：SELECT 里有一个变量没有值；用了 GROUP BY 或 COUNT"
            " 等汇总时，其余变量都要写进 GROUP BY。",
            "line 1, column 41, at the end: A variable after SELECT has no value; beside an"
            " aggregate such as COUNT, every other variable has to stand in GROUP BY.",
        ),
        (
            "",
            "第 1 行第 1 列（结尾处）：没有内容。",
            "line 1, column 1, at the end: There is nothing in it.",
        ),
        (
            "SELECT * { ?s ?p ?o } GROUP BY",
            "第 1 行第 31 列（结尾处）：这里可以写的有： $  (  :  <  ? 。",
            "line 1, column 31, at the end: What may stand here is one of  $  (  :  <  ? .",
        ),
    ],
)
def test_a_query_that_is_not_one_is_told_where_and_what_to_write(
    query: str, zh: str, en: str
) -> None:
    line, column = map(int, re.findall(r"\d+", en)[:2])
    assert told(query) == Advice(zh, en, (line, column))


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "a:b, （c）" ; }  LIMIT x',
        "SELECT (CONCAT(?s, ?p) AS ?x) (ABS(MAX(?o)) AS ?y) { ?s ?p _:b } LIMIT x",
        "# ex:p {\nSELECT * { ?s <http://example.org/a(b> ?o } LIMIT x",
    ],
)
def test_nothing_is_blamed_that_is_in_order(query: str) -> None:
    assert told(query).en.endswith(
        "at x: This is not as SPARQL 1.1 has it; look at what stands just before."
    )


def test_an_update_is_told_of_in_both_languages_at_the_place_in_the_whole_of_it() -> None:
    update = "PREFIX ex: <urn:x:>\nCLEAR ALL ;\nINSERT DATA { ex:a ex:b ?c }"

    zh, en = told_of_update(update)

    assert zh.startswith("这不是 SPARQL 1.1 更新：第 3 行第 29 列（结尾处）：INSERT DATA 和")
    assert en.startswith(
        "This is not a SPARQL 1.1 update: line 3, column 29, at the end: INSERT DATA and DELETE DATA"
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "SELECT",
                "?s",
                "{",
                "}",
                "(",
                '"',
                "'",
                "\n",
                "a:b",
                "FILTER",
                "<",
                ",",
                "，",
                "é",
                "\\",
            ]
        ),
        max_size=30,
    )
)
def test_whatever_the_text_something_short_is_said(words: list[str]) -> None:
    text = " ".join(words)
    try:
        Store().query(text)
    except SyntaxError as error:
        advice = query_advice(error, text)

        assert 10 < len(advice.en) < 300
        assert 5 < len(advice.zh) < 300


def test_only_the_beginning_of_a_long_text_is_searched_for_reasons() -> None:
    early, late = ("SELECT * { ?s ex:p ?o }", "SELECT * { " + " " * 60_000 + "?s ex:p ?o }")

    assert "ex:" in told(early).en
    assert told(late).en.endswith("look at what stands just before.")
