// Proposes what may follow under the caret: our terms by their names in either language, prefixes,
// variables and the words of SPARQL. A prefix that is not declared yet is declared with the term.
//
// Control and space ask for proposals; the arrow keys choose, Enter takes what is chosen, Tab the
// first, Escape closes. While nothing is chosen, Enter begins a line as ever.

const MOST = 60;
const WORDS = "SELECT DISTINCT CONSTRUCT DESCRIBE ASK FROM NAMED WHERE PREFIX OPTIONAL UNION MINUS GRAPH FILTER BIND VALUES GROUP BY HAVING ORDER LIMIT OFFSET ASC DESC EXISTS NOT COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI ABS CEIL FLOOR ROUND CONCAT STRLEN SUBSTR UCASE LCASE CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER REPLACE REGEX YEAR MONTH DAY NOW COALESCE IF IN UNDEF".split(" ");
const SAFE_LOCAL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u;
const BEFORE_CARET = /(?:[?$][\p{L}\p{N}_]*|[\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}\p{N}_.-]*)?|:[\p{L}\p{N}_.-]*)$/u;
const PASSED_OVER = /#[^\n]*|"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|<[^<>"{}|^`\\\s]*>?/g;
const CHINESE = /\p{Script=Han}/u;

let terms = null; // asked for once, when somebody begins to write

async function known(address) {
  terms ??= fetch(address, { headers: { Accept: "application/json" } }).then((answer) => answer.json());
  try {
    return await terms;
  } catch {
    terms = null;
    return { prefixes: {}, terms: [] };
  }
}

function isInsideText(text) {
  for (const found of text.matchAll(PASSED_OVER)) {
    const ended = /^(?:"""[\s\S]+"""|'''[\s\S]+'''|"[^]*[^\\]"|'[^]*[^\\]'|""|''|<[^]*>)$/.test(found[0]);
    if (found.index + found[0].length === text.length && !ended) return true;
  }
  return false;
}

function wordAt(field) {
  const caret = field.selectionStart;
  const before = field.value.slice(0, caret);
  if (caret !== field.selectionEnd || isInsideText(before)) return null;
  const word = before.match(BEFORE_CARET)?.[0] ?? "";
  return { word, begins: caret - word.length, ends: caret };
}

function declared(text) {
  return new Map([...text.matchAll(/\bPREFIX\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/giu)].map((each) => [each[2], each[1]]));
}

function ofTerm(term, prefixes, spaces) {
  const [prefix, local] = [term.name.split(":", 1)[0], term.name.slice(term.name.indexOf(":") + 1)];
  const space = prefixes[prefix];
  const label = [term.label?.zh, term.label?.en].filter((each, at, all) => each && all.indexOf(each) === at).join(" · ");
  if (!space || !SAFE_LOCAL.test(local)) return { text: `<${term.iri}>`, shown: term.name, label };
  const called = spaces.get(space) ?? prefix;
  return { text: `${called}:${local}`, shown: `${called}:${local}`, label, needs: spaces.has(space) ? null : [prefix, space] };
}

// 0 for the best, none for what has nothing of the word.
function rank(word, proposal) {
  const sought = word.toLowerCase();
  const text = proposal.text.toLowerCase();
  const local = text.slice(text.indexOf(":") + 1);
  const label = (proposal.label ?? "").toLowerCase();
  if (text.startsWith(sought)) return 0;
  if (local.startsWith(sought) || label.startsWith(sought)) return 1;
  if (label.includes(` ${sought}`)) return 2;
  return text.includes(sought) || label.includes(sought) ? 3 : null;
}

function proposals({ word, begins }, text, { prefixes, terms: every }) {
  if (/^[?$]/.test(word)) {
    const rest = text.slice(0, begins) + text.slice(begins + word.length);
    const variables = [...new Set(rest.match(/[?$][\p{L}\p{N}_]+/gu) ?? [])];
    return variables.filter((each) => each.startsWith(word) && each !== word).map((each) => ({ text: each, shown: each }));
  }
  const spaces = declared(text);
  const found = [
    ...WORDS.map((each) => ({ text: each, shown: each })),
    ...Object.entries(prefixes).map(([prefix, space]) => ({ text: `${prefix}:`, shown: `${prefix}:`, label: space, needs: spaces.has(space) ? null : [prefix, space] })),
    ...every.map((each) => ofTerm(each, prefixes, spaces)),
  ];
  return found
    .map((each) => ({ ...each, rank: rank(word, each) }))
    .filter((each) => each.rank !== null)
    .sort((one, other) => one.rank - other.rank || one.shown.length - other.shown.length)
    .slice(0, MOST);
}

// Through the editing command, so that it can be undone like anything typed.
function replace(field, begins, ends, text) {
  field.setSelectionRange(begins, ends);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, begins, ends, "end");
    field.dispatchEvent(new Event("input"));
  }
}

function declare(field, [prefix, space]) {
  const line = `PREFIX ${prefix}: <${space}>\n`;
  const last = [...field.value.matchAll(/^[ \t]*(?:PREFIX|BASE)\b.*(?:\n|$)/gim)].at(-1);
  const header = field.value.match(/^(?:[ \t]*(?:#.*)?\n)*/)[0].length;
  const at = last ? last.index + last[0].length : header;
  const caret = field.selectionStart;
  replace(field, at, at, last && !last[0].endsWith("\n") ? `\n${line}` : line);
  field.setSelectionRange(caret + line.length, caret + line.length);
}

function enhance(field) {
  const editor = field.closest("[data-editor]");
  const list = document.createElement("ul");
  const told = document.createElement("span");
  let shown = [];
  let chosen = -1;
  let place = null;
  let isTaking = false;

  list.className = "completions";
  list.id = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.list);
  list.hidden = true;
  told.className = "unseen";
  told.setAttribute("role", "status");
  editor.append(list, told);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);

  function close() {
    list.hidden = true;
    shown = [];
    chosen = -1;
    told.textContent = "";
    field.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    chosen = (number + shown.length) % shown.length;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(number) {
    const { text, needs } = shown[number];
    const { begins, ends } = place;
    close();
    isTaking = true;
    field.focus();
    replace(field, begins, ends, text);
    if (needs) declare(field, needs);
    isTaking = false;
  }

  function item(proposal, at) {
    const made = document.createElement("li");
    made.id = `completion-${at}`;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const code = document.createElement("code");
    code.textContent = proposal.shown;
    const label = document.createElement("span");
    label.textContent = proposal.label ?? "";
    made.append(code, label);
    made.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the caret stays where it is
      take(at);
    });
    return made;
  }

  // Under the line in which the word begins, as the field scrolls now.
  function put() {
    const style = getComputedStyle(field);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const line = field.value.slice(0, place.begins).split("\n");
    const x = field.offsetLeft + parseFloat(style.paddingLeft) + pen.measureText(line.at(-1)).width - field.scrollLeft;
    const y = field.offsetTop + parseFloat(style.paddingTop) + line.length * parseFloat(style.lineHeight) - field.scrollTop;
    list.style.left = `${Math.max(0, Math.min(x, editor.clientWidth - list.offsetWidth))}px`;
    list.style.top = `${y + 2}px`;
  }

  async function propose(isAsked) {
    const before = wordAt(field);
    const isEnough = before && (isAsked || before.word.length > 1 || CHINESE.test(before.word));
    if (!isEnough) return close();
    const book = await known(field.dataset.terms);
    place = wordAt(field);
    if (!place || place.word !== before.word || document.activeElement !== field) return close();
    shown = proposals(place, field.value, book);
    if (!shown.length || (!isAsked && shown[0].text === place.word)) return close();
    list.replaceChildren(...shown.map(item));
    list.hidden = false;
    list.scrollTop = 0;
    chosen = -1;
    told.textContent = `${shown.length} ${field.dataset.found}`;
    put();
    if (isAsked) choose(0);
  }

  field.addEventListener("input", (event) => {
    if (event.isComposing || isTaking || !event.inputType) return; // a Chinese word is not there yet; or a script wrote
    propose(false);
  });
  field.addEventListener("compositionend", () => propose(false));
  field.addEventListener("blur", close);
  field.addEventListener("click", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      propose(true);
      return;
    }
    if (list.hidden) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) choose(chosen < 0 && event.key === "ArrowUp" ? -1 : chosen + steps[event.key]);
    else if (event.key === "Tab") take(Math.max(chosen, 0));
    else if (event.key === "Enter" && chosen >= 0 && !event.ctrlKey && !event.metaKey) take(chosen);
    else if (event.key === "Escape") close();
    else {
      if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key) || (event.key === "Enter")) close();
      return;
    }
    event.preventDefault();
  });
}

document.querySelectorAll("textarea[data-terms]").forEach(enhance);
