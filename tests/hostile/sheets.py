"""Workbooks and CSV files that swell, fetch or go on for ever."""

from __future__ import annotations

import io
import zipfile

from tests.hostile.attack import Attack, Canary, attack

CSV = "text/csv"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = f"<worksheet {_MAIN}><sheetData>%s</sheetData></worksheet>"


def sheets() -> list[Attack]:
    """Every attack that is a spreadsheet."""
    return [*_comma_separated(), *_workbooks(), *_reaching_workbooks()]


def _comma_separated() -> list[Attack]:
    header = "工号,姓名,日期,来源,耐心坚持\n"
    row = "h001,某人,2026-05-04,测验,"
    return [
        attack("csv without end of quote", header + '"' + "x," * 100_000, CSV),
        attack("csv of quotes", '"' * 200_001, CSV),
        attack("csv columns", "工号," * 20_000 + "\n", CSV),
        attack("csv nul", header + row + "7\x00\n", CSV),
        attack("csv number", header + row + "9" * 50_000 + "\n", CSV),
        attack("csv exponent", header + row + "1e999999999\n", CSV),
        attack("csv not a number", header + row + "NaN\n" + row + "Infinity\n", CSV),
        attack("csv formula", header + row + '"=WEBSERVICE(""http://127.0.0.1/"")"\n', CSV),
        attack("csv path as id", header + "../../etc/passwd,某人,2026-05-04,测验,7\n", CSV),
        attack(
            "csv iri as id", header + "x> . <urn:s> <urn:p> <urn:o,某人,2026-05-04,测验,7\n", CSV
        ),
        attack("csv date beyond days", header + "h001,某人,999999999-13-45,测验,7\n", CSV),
        attack("csv not text", bytes(range(256)) * 400, CSV),
        attack("csv in utf-16", (header + row + "11\n").encode("utf-16"), CSV),
        attack("csv of blanks", (" " * 50 + "\n") * 5000, CSV),
        attack("csv other signs", header + "h001,\u202e\u2066\ufeff,2026-05-04,测验,7\n" * 2, CSV),
    ]


def _archive(**members: str | bytes) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return found.getvalue()


def _workbook(sheet: str | bytes, *, strings: str = "", relations: str = "") -> bytes:
    """The least that readers take for a workbook, with one sheet."""
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{EXCEL.rpartition(".")[0]}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    named = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="T12" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        f"{relations}</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or f"<sst {_MAIN}/>",
    }
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in named.items():
            archive.writestr(name, text)
    return found.getvalue()


def _workbooks() -> list[Attack]:
    def lazily(name: str, make: object) -> Attack:
        assert callable(make)
        return Attack(name, lambda _: make(), EXCEL)

    million = 1024 * 1024
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return [
        lazily("zip bomb", lambda: _workbook(_SHEET % (" " * (300 * million)))),
        lazily("many rows", lambda: _workbook(_SHEET % (rows * 400_000))),
        lazily("far cell", lambda: _workbook(_SHEET % far)),
        lazily(
            "far dimension",
            lambda: _workbook(
                f'<worksheet {_MAIN}><dimension ref="A1:XFD1048576"/><sheetData>{far}</sheetData></worksheet>'
            ),
        ),
        lazily(
            "shared strings",
            lambda: _workbook(
                _SHEET % rows, strings=f"<sst {_MAIN}>{'<si><t>x</t></si>' * 2_000_000}</sst>"
            ),
        ),
        lazily(
            "long string",
            lambda: _workbook(
                _SHEET % rows, strings=f"<sst {_MAIN}><si><t>{'x' * (100 * million)}</t></si></sst>"
            ),
        ),
        lazily(
            "index beyond strings",
            lambda: _workbook(_SHEET % '<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>'),
        ),
        lazily("nested xml", lambda: _workbook("<a>" * 100_000 + "</a>" * 100_000)),
        lazily(
            "entity bomb",
            lambda: _workbook(
                "<!DOCTYPE a ["
                + '<!ENTITY b0 "x">'
                + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 12))
                + f"]><worksheet {_MAIN}>&b11;</worksheet>"
            ),
        ),
        lazily("no workbook", lambda: _archive(a="b")),
        lazily("path in the archive", lambda: _archive(**{"../../../../tmp/x": "y"})),
        lazily("many members", lambda: _archive(**{f"m{n}": "" for n in range(20_000)})),
        lazily("half an archive", lambda: _workbook(_SHEET % rows)[:300]),
        attack("old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096, EXCEL),
        attack("not an archive", b"PK\x03\x04" + b"\xff" * 5000, EXCEL),
    ]


def _reaching_workbooks() -> list[Attack]:
    def external(canary: Canary) -> bytes:
        link = (
            f'<Relationship Id="r9" Type="{_RELATIONS}/externalLink" TargetMode="External" '
            f'Target="{canary.address}"/>'
        )
        return _workbook(_SHEET % "", relations=link)

    def entity(of: str) -> Attack:
        def make(canary: Canary) -> bytes:
            target = canary.address if of == "address" else canary.file_iri
            return _workbook(
                f'<!DOCTYPE a [<!ENTITY b SYSTEM "{target}">]><worksheet {_MAIN}><sheetData>'
                '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
                "</sheetData></worksheet>"
            )

        return Attack(f"workbook entity of {of}", make, EXCEL)

    return [Attack("external link", external, EXCEL), entity("address"), entity("file")]
