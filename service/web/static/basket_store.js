// The basket as the browser keeps it: one list under one key, checked whenever it is read, the same in every tab.
const KEY = "despatch-box.basket.v1";
const BROKEN = `${KEY}.broken`;
const CHANGED = "basketchange";
export const MOST = 200;
const LONGEST = { key: 200, note: 5000, text: 4000, citation: 4000 };

// What is told to the user where the basket can't be read or kept.
export class Trouble extends Error {}

const REFUSED = "Your browser does not let this page keep anything, so there is no basket. Allow site data for this address, then load the page again.";
const FULL = "The browser has no room left for the basket, so this was not kept. Remove something, or save a copy and clear the basket.";
const NEWER = "The basket in this browser was made by a newer version of Despatch Box. It is left as it is: load the page again later.";

const isText = (value, most) => typeof value === "string" && value.length <= most;

function checked(item) {
  const whole = item !== null && typeof item === "object" && isText(item.key, LONGEST.key) && item.key
    && typeof item.passage === "string" && /^[0-9a-f]{16}$/.test(item.passage);
  if (!whole) return null;
  return {
    key: item.key,
    passage: item.passage,
    ordinal: Number.isSafeInteger(item.ordinal) && item.ordinal > 0 && item.ordinal <= 1000000 ? item.ordinal : null,
    note: isText(item.note, LONGEST.note) ? item.note : String(item.note ?? "").slice(0, LONGEST.note),
    added: isDay(item.added) ? item.added : null,
    text: isText(item.text, LONGEST.text) ? item.text : null,
    citation: isText(item.citation, LONGEST.citation) ? item.citation : null,
  };
}

function isDay(value) {
  return /^[12]\d{3}-\d\d-\d\d$/.test(value) && new Date(`${value}T00:00Z`).toJSON()?.startsWith(value) === true;
}

export const isSame = (one, other) => one.key === other.key && one.passage === other.passage;

// The items of what was stored or saved; null where it is no basket of this version.
export function itemsOf(data) {
  if (data === null || typeof data !== "object" || data.version !== 1 || !Array.isArray(data.items)) return null;
  const items = data.items.map(checked);
  if (items.includes(null)) return null;
  return items.filter((item, place) => items.findIndex((other) => isSame(item, other)) === place);
}

export function read() {
  const stored = get(KEY);
  if (stored === null) return [];
  let data = null;
  try {
    data = JSON.parse(stored);
  } catch { /* no basket, as any other value that is none */ }
  if (Number.isInteger(data?.version) && data.version > 1) throw new Trouble(NEWER);
  const items = itemsOf(data);
  if (items) return items;
  // What can't be read is put aside, so that nothing that is kept from now on takes its place.
  set(BROKEN, stored);
  set(KEY, JSON.stringify({ version: 1, items: [] }));
  return [];
}

// Changes the list that is kept at this moment, whichever tab kept it last; nothing is kept if it can't be.
export function change(alter) {
  const items = alter(read());
  if (items.length > MOST) throw new Trouble(`The basket holds at most ${MOST} passages: remove some, or save a copy and clear it.`);
  set(KEY, JSON.stringify({ version: 1, items }));
  dispatchEvent(new Event(CHANGED));
  return items;
}

// Calls back after each change, in this tab or in another.
export function onChange(told) {
  addEventListener(CHANGED, () => told());
  addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) told(); });
  addEventListener("pageshow", (event) => { if (event.persisted) told(); });
}

export function brokenText() {
  return get(BROKEN);
}

export function forgetBroken() {
  localStorage.removeItem(BROKEN);
}

export function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function get(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    throw new Trouble(REFUSED);
  }
}

function set(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch (error) {
    throw new Trouble(error?.name === "QuotaExceededError" ? FULL : REFUSED);
  }
}

// Passages as they stand in the index now; null where it can't be asked.
export async function lookedUp(items) {
  try {
    const response = await fetch("/v1/collection", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      // Notes are nothing to look up by.
      body: JSON.stringify({ items: items.map((item) => ({ ...item, note: "" })) }),
    });
    return response.ok ? (await response.json()).items : null;
  } catch {
    return null;
  }
}

// Keeps the words and the citation of passages that have none yet, and the keys of now.
export function keepWords(found) {
  const isNew = ({ kept, now, state }) => state === "as_added" && (!kept.text || !kept.citation || kept.key !== now.key);
  const news = found.filter(isNew);
  if (!news.length) return;
  change((items) => {
    const filled = items.map((item) => {
      const one = news.find(({ kept }) => isSame(kept, item));
      return one ? { ...item, key: one.now.key, text: item.text ?? one.now.text, citation: item.citation ?? one.now.written.house } : item;
    });
    return filled.filter((item, place) => filled.findIndex((other) => isSame(item, other)) === place);
  });
}
