// The page of the basket: draws what is kept, keeps what is changed, copies it and makes files of it.
import { announce } from "./announce.js";
import { cite, drawn } from "./basket_item.js";
import { htmlAndText } from "./basket_copying.js";
import { brokenText, change, forgetBroken, isSame, itemsOf, keepWords, lookedUp, MOST, onChange, read, today, Trouble } from "./basket_store.js";

const STYLE = "despatch-citation-style";
const whole = document.getElementById("basket");
const list = document.getElementById("basket-items");
const form = document.getElementById("basket-export");
const style = document.getElementById("basket-style");
const undo = document.getElementById("basket-undo");
let found = new Map();
let latest = 0;
let before = null;
let isTyping = false;

const idOf = (item) => `${item.key} ${item.passage}`;
const counted = (number) => (number === 1 ? "1 passage" : `${number} passages`);

// Runs what may find the basket unreadable or full, and says so.
function trying(act) {
  try {
    const result = act();
    tellTrouble("");
    return result;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    tellTrouble(error.message);
    return null;
  }
}

function tellTrouble(words) {
  const box = document.getElementById("basket-trouble");
  const broken = words ? null : brokenText();
  const told = broken === null ? words : "The basket in this browser could not be read. What was there is put aside: save it, so that it is not lost.";
  // The same words again would be told again.
  if (box.firstElementChild.textContent !== told) box.firstElementChild.textContent = told;
  box.querySelector("button").hidden = broken === null;
  box.hidden = !told;
}

function places() {
  const items = trying(read) ?? [];
  document.getElementById("basket-none").hidden = items.length > 0;
  document.getElementById("basket-some").hidden = !items.length;
  document.getElementById("basket-save").hidden = !items.length;
  return items;
}

function draw() {
  const items = places();
  list.replaceChildren(...items.map((item, place) => drawn(item, found.get(idOf(item)) ?? null, place + 1, style.value)));
  for (const [name, edge] of [["up", list.firstElementChild], ["down", list.lastElementChild]]) {
    // Not `disabled`: that would take the focus from under the user's fingers.
    edge?.querySelector(`[data-do="${name}"]`).setAttribute("aria-disabled", "true");
  }
  for (const area of list.querySelectorAll("textarea")) tellLeft(area);
  tell(items);
}

function tell(items) {
  const looked = items.map((item) => found.get(idOf(item))).filter(Boolean);
  const changed = looked.filter((one) => one.remarks.length).length;
  const gone = looked.filter((one) => one.now === null).length;
  const parts = [`${counted(items.length)}.`];
  if (items.length && !looked.length) parts.push("The index can’t be asked now: the words and citations are as they were kept.");
  if (changed) parts.push(`There is something to know about ${changed === items.length && changed > 1 ? "all of them" : `${changed} of them`}: see beside ${changed === 1 ? "it" : "each"}.`);
  if (gone) parts.push(`${counted(gone)} can’t go into files for Zotero, LaTeX or Pandoc, as the ${gone === 1 ? "answer is" : "answers are"} not in the index any more.`);
  document.getElementById("basket-told").textContent = parts.join(" ");
}

async function lookUp() {
  const mine = ++latest;
  const items = places();
  const items_now = items.length ? await lookedUp(items) : [];
  // The basket has been looked up again meanwhile: what is older must not be drawn over it.
  if (mine !== latest) return;
  if (items_now) {
    found = new Map(items_now.map((one) => [idOf(one.kept), one]));
    // The key of an answer changes when more becomes known of it.
    for (const one of items_now) if (one.now) found.set(idOf({ key: one.now.key, passage: one.kept.passage }), one);
    trying(() => keepWords(items_now));
  }
  draw();
}

const itemAt = (element) => element.closest("li[data-key]").dataset;

function tellLeft(area) {
  const left = area.maxLength - area.value.length;
  area.closest("li").querySelector("[data-left]").textContent = left < 500 ? `(${left} characters left)` : "";
}

function move(button, by) {
  const one = { ...itemAt(button) };
  let number = 0;
  const items = trying(() => change((kept) => {
    const from = kept.findIndex((item) => isSame(item, one));
    const to = from + by;
    if (from < 0 || to < 0 || to >= kept.length) return kept;
    number = to + 1;
    return kept.toSpliced(from, 1).toSpliced(to, 0, kept[from]);
  }));
  if (!items || !number) return;
  focusOn(number, by < 0 ? "up" : "down");
  announce(`Moved to place ${number} of ${items.length}`);
}

function focusOn(number, name) {
  const target = list.children[number - 1]?.querySelector(name ? `[data-do="${name}"]` : "h2");
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function remove(button) {
  const one = { ...itemAt(button) };
  const number = [...list.children].indexOf(button.closest("li")) + 1;
  offerUndo(`Passage ${number} removed.`, () => change((kept) => kept.filter((item) => !isSame(item, one))));
}

function offerUndo(words, act) {
  const kept = trying(read);
  if (!kept || !trying(act)) return;
  before = kept;
  undo.querySelector("[data-words]").textContent = words;
  undo.hidden = false;
  undo.querySelector("button").focus();
  announce(words);
}

function undoIt() {
  const kept = before;
  if (!kept) return;
  const done = trying(() => change((now) => {
    // What was written or added since, here or in another tab, stays.
    const back = kept.map((item) => now.find((one) => isSame(one, item)) ?? item);
    return [...back, ...now.filter((item) => !kept.some((one) => isSame(one, item)))];
  }));
  if (!done) return;
  before = null;
  undo.hidden = true;
  document.querySelector("h1").tabIndex = -1;
  document.querySelector("h1").focus();
  announce("Put back");
}

function clear() {
  const dialog = document.getElementById("basket-clear");
  const number = list.children.length;
  dialog.querySelector("[data-words]").textContent = `${counted(number)} and your notes on ${number === 1 ? "it" : "them"} will be removed from this browser.`;
  dialog.returnValue = "";
  dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue === "clear") offerUndo(`${counted(number)} removed.`, () => change(() => []));
  };
}

async function copy(button, items) {
  const done = await htmlAndText(items, style.value);
  const words = button.firstChild;
  const label = button.dataset.label ?? words.textContent;
  button.dataset.label = label;
  words.textContent = done ? "Copied" : "Not copied";
  announce(done ? `Copied ${counted(items.length)} with citations` : "It could not be copied: save it as a file instead");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { words.textContent = label; }, 2500);
}

function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function save() {
  const items = trying(read);
  if (items) download(`despatch-box-basket-${today()}.json`, JSON.stringify({ version: 1, saved: today(), items }, null, 1));
}

function saveBroken() {
  download("despatch-box-basket-unreadable.txt", brokenText());
  forgetBroken();
  tellTrouble("");
}

async function addFrom(file) {
  let data = null;
  try {
    // Far more than any basket has.
    data = file.size > 8000000 ? null : JSON.parse(await file.text());
  } catch { /* said below */ }
  const items = itemsOf(data);
  if (!items) {
    tellTrouble(`“${file.name}” is no basket: choose a file that was saved here with “Save a copy”. Nothing has been changed.`);
    return;
  }
  let added = 0;
  const kept = trying(() => change((now) => {
    const news = items.filter((item) => !now.some((one) => isSame(one, item)));
    added = news.length;
    if (now.length + added > MOST) throw new Trouble(`The basket holds at most ${MOST} passages, and with this file it would have ${now.length + added}: remove some first. Nothing has been changed.`);
    return [...now, ...news];
  }));
  if (!kept) return;
  await lookUp();
  const rest = items.length - added;
  const told = `${counted(added)} added from the file${rest ? `, ${rest} ${rest === 1 ? "was" : "were"} here already` : ""}.`;
  announce(told);
  document.getElementById("basket-told").prepend(`${told} `);
}

const DEEDS = {
  up: (button) => move(button, -1),
  down: (button) => move(button, 1),
  copy: (button) => copy(button, (trying(read) ?? []).filter((item) => isSame(item, itemAt(button)))),
  remove,
  undo: undoIt,
  clear,
  save,
  "save-broken": saveBroken,
  "copy-all": (button) => copy(button, trying(read) ?? []),
};

whole.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button) DEEDS[button.dataset.do](button);
});

list.addEventListener("input", (event) => {
  const area = event.target.closest("textarea");
  const one = itemAt(area);
  tellLeft(area);
  isTyping = true;
  trying(() => change((kept) => kept.map((item) => (isSame(item, one) ? { ...item, note: area.value } : item))));
  isTyping = false;
});
style.addEventListener("change", () => {
  try {
    localStorage.setItem(STYLE, style.value);
  } catch { /* it is chosen again next time */ }
  const items = trying(read) ?? [];
  for (const [place, item] of items.entries()) cite(list.children[place], item, found.get(idOf(item)) ?? null, style.value);
});

form.addEventListener("submit", () => {
  form.elements.items.value = JSON.stringify(trying(read) ?? []);
});

document.getElementById("basket-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) await addFrom(file);
  event.target.value = "";
});

onChange(() => {
  if (isTyping) return;
  const items = trying(read) ?? [];
  const areas = [...list.querySelectorAll("textarea")];
  const isInPlace = items.length === areas.length && items.every((item, place) => isSame(item, itemAt(areas[place])));
  if (isInPlace) {
    // Only notes have changed, in another tab: what is being typed here is not taken away.
    for (const [place, area] of areas.entries()) if (area !== document.activeElement) area.value = items[place].note;
  } else if (items.every((item) => found.has(idOf(item)))) {
    draw();
  } else {
    lookUp();
  }
});

try {
  const kept = localStorage.getItem(STYLE);
  if ([...style.options].some((option) => option.value === kept)) style.value = kept;
} catch { /* said below */ }
whole.hidden = false;
lookUp();
