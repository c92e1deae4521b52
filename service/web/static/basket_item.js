// Draws one passage of the basket from what is kept of it and from what the index says of it now.
const template = document.getElementById("basket-item");
const NO_WORDS = "The words of this passage are not known here.";

export const dayInWords = (day) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));

// The passage is found by its hash, after a rebuild too; the place on the page is where it is now.
function pageOf(key, hash, ordinal) {
  return `/answers/${encodeURIComponent(key)}${hash ? `?passage=${hash}#p${ordinal}` : ""}`;
}

const place = (root, name) => root.querySelector(`[data-${name}]`);

// found: the item of the response, or null where the index can't be asked.
export function drawn(item, found, number, style) {
  const root = template.content.firstElementChild.cloneNode(true);
  const now = found?.now ?? null;
  root.dataset.key = item.key;
  root.dataset.passage = item.passage;
  heading(root, item, found, number);
  remarks(root, item, found);
  place(root, "serious").hidden = !now?.serious.length;
  place(root, "serious").append(...(now?.serious ?? []).map((words) => line(words, "badge")));
  optional(place(root, "question"), now?.question, (box, words) => { box.querySelector("p").textContent = words; });
  optional(place(root, "context"), now?.context, (box, words) => { box.textContent = `Under: ${words}`; });
  fill(place(root, "passage-text"), now?.text ?? item.text ?? NO_WORDS);
  changes(root, item, found);
  cite(root, item, found, style);
  note(root, item, number);
  return root;
}

function optional(box, value, fill) {
  box.hidden = !value;
  if (value) fill(box, value);
}

function heading(root, item, found, number) {
  const now = found?.now ?? null;
  const title = root.querySelector("h2");
  const words = now?.heading ?? now?.citation.question_opening ?? (found ? `No longer in the index: ${item.key}` : item.key);
  title.id = `passage-${item.passage}-${number}`;
  root.querySelector("article").setAttribute("aria-labelledby", title.id);
  title.append(`${number}. `);
  if (now) {
    const link = document.createElement("a");
    link.href = pageOf(now.key, now.hash, now.ordinal);
    link.textContent = words;
    title.append(link);
  } else {
    title.append(words);
  }
}

function remarks(root, item, found) {
  const box = place(root, "remarks");
  const isBad = found !== null && found.state !== "as_added";
  for (const [order, words] of (found?.remarks ?? []).entries()) {
    const told = document.createElement("p");
    told.className = `notice small ${isBad && order === 0 ? "bad" : "warn"}`;
    told.textContent = words;
    box.append(told);
  }
  const later = found?.now?.later;
  if (later) {
    const link = document.createElement("a");
    link.href = pageOf(later.key, later.hash, later.ordinal);
    link.textContent = `Read the answer of ${dayInWords(later.answered)}`;
    box.lastElementChild.append(" ", link);
  }
}

// The row of a table as cells, any other text as it is.
function fill(box, text) {
  if (!text.includes("\t")) {
    box.textContent = text;
    return;
  }
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  // What can be scrolled must be reached with the keyboard.
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", "Row of a table");
  const table = document.createElement("table");
  for (const line of text.split("\n")) {
    const row = table.insertRow();
    for (const cell of line.split("\t")) row.insertCell().textContent = cell;
  }
  scroll.append(table);
  box.append(scroll);
}

function changes(root, item, found) {
  const box = place(root, "changes");
  box.hidden = !found?.changes.length;
  if (box.hidden) return;
  fill(place(root, "before"), found.kept.text);
  for (const { kind, text } of found.changes) {
    const part = { same: "span", removed: "del", added: "ins" }[kind];
    const element = document.createElement(part);
    element.textContent = text;
    place(root, "diff").append(element);
  }
}

export function cite(root, item, found, style) {
  const now = found?.now ?? null;
  const box = place(root, "citation");
  box.textContent = now ? now.written[style] : item.citation ?? "No citation is known here.";
  const url = now?.citation.url;
  if (url) {
    const link = document.createElement("a");
    link.href = url;
    link.rel = "noreferrer";
    link.textContent = "Official page";
    box.append(" ", link);
  }
  const about = place(root, "about");
  const notes = now?.notes[style] ?? [];
  about.hidden = !notes.length;
  about.querySelector("ul").replaceChildren(...notes.map((words) => line(words)));
}

function line(words, name = "") {
  const element = document.createElement("li");
  element.className = name;
  element.textContent = words.charAt(0).toUpperCase() + words.slice(1);
  return element;
}

function note(root, item, number) {
  const area = root.querySelector("textarea");
  area.id = `note-${item.passage}-${number}`;
  root.querySelector("label").htmlFor = area.id;
  area.value = item.note;
  const name = root.querySelector("h2").textContent;
  for (const button of root.querySelectorAll("button[data-do]")) {
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = ` ${name}`;
    button.append(unseen);
  }
}
