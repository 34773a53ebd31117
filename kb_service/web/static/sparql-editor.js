// The SPARQL text field in colour, with the numbers of its lines and the place of a fault.
//
// The field stays the field: a copy of its text lies behind it, in colour, and follows it. Without
// this script it is a text field like any other.

const LONGEST = 60_000; // characters; a longer text stays as it is, so that typing stays quick

const KEYWORDS = /^(?:BASE|PREFIX|SELECT|DISTINCT|REDUCED|CONSTRUCT|DESCRIBE|ASK|FROM|NAMED|WHERE|ORDER|BY|ASC|DESC|LIMIT|OFFSET|GROUP|HAVING|VALUES|UNDEF|OPTIONAL|GRAPH|SERVICE|SILENT|BIND|AS|MINUS|UNION|FILTER|EXISTS|NOT|IN|SEPARATOR|TRUE|FALSE|A)$/i;

const TOKENS = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    "(?<string>\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:[^\"\\\\\\n]|\\\\.)*\"?|'(?:[^'\\\\\\n]|\\\\.)*'?)",
    "(?<iri><[^<>\"{}|^`\\\\\\s]*>)",
    "(?<variable>[?$][\\p{L}\\p{N}_]+)",
    "(?<name>[\\p{L}][\\p{L}\\p{N}_.-]*:[\\p{L}\\p{N}_:.%-]*|:[\\p{L}\\p{N}_][\\p{L}\\p{N}_:.%-]*)",
    "(?<number>[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_-]*)",
  ].join("|"),
  "gu",
);

function kindOf(token, following) {
  const [kind] = Object.entries(token.groups).find(([, text]) => text !== undefined);
  if (kind !== "word") return kind;
  if (KEYWORDS.test(token[0])) return "keyword";
  return /^\s*\(/.test(following) ? "function" : "";
}

function coloured(text, copy) {
  const pieces = [];
  let end = 0;
  for (const token of text.matchAll(TOKENS)) {
    pieces.push(text.slice(end, token.index));
    end = token.index + token[0].length;
    const piece = document.createElement("span");
    piece.className = kindOf(token, text.slice(end, end + 20));
    piece.textContent = token[0];
    pieces.push(piece);
  }
  // A line break at the end shows only when something follows it.
  pieces.push(`${text.slice(end)}\n`);
  copy.replaceChildren(...pieces);
}

function part(name) {
  const made = document.createElement("div");
  made.className = name;
  made.setAttribute("aria-hidden", "true");
  return made;
}

function numbered(lines, count, fault) {
  const numbers = Array.from({ length: count }, (_, line) => `${line + 1}`);
  if (!fault || fault > count) {
    lines.textContent = numbers.join("\n");
    return;
  }
  const marked = document.createElement("span");
  marked.className = "at-fault";
  marked.textContent = `${fault}`;
  const before = numbers.slice(0, fault - 1).map((number) => `${number}\n`).join("");
  const after = numbers.slice(fault).map((number) => `\n${number}`).join("");
  lines.replaceChildren(before, marked, after);
}

function enhance(editor) {
  const field = editor.querySelector("textarea");
  const copy = part("copy");
  const lines = part("lines");
  editor.prepend(lines, copy);

  function follow() {
    copy.scrollTop = lines.scrollTop = field.scrollTop;
    copy.scrollLeft = field.scrollLeft;
  }

  function show(fault = 0) {
    const text = field.value;
    const isShort = text.length <= LONGEST;
    editor.classList.toggle("coloured", isShort);
    copy.hidden = lines.hidden = !isShort;
    if (!isShort) return;
    coloured(text, copy);
    numbered(lines, text.split("\n").length, fault);
    follow();
  }

  function showFault() {
    const problem = document.querySelector("#problem[data-line]");
    if (!problem) return show();
    const line = Number(problem.dataset.line);
    const begins = field.value.split("\n").slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const at = Math.min(field.value.length, begins + Number(problem.dataset.column) - 1);
    field.focus();
    field.setSelectionRange(at, at);
    show(line);
  }

  field.addEventListener("input", () => show());
  field.addEventListener("scroll", follow);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
  document.addEventListener("answered", showFault);
  new ResizeObserver(follow).observe(field);
  document.fonts?.ready.then(() => show());
  showFault();
}

document.querySelectorAll("[data-editor]").forEach(enhance);
document.querySelectorAll("[data-with-script]").forEach((each) => { each.hidden = false; });
