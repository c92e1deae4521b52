// A link to a passage has its text's hash, which the server finds wherever it has moved; the place in the link may be old.
const linked = [...document.querySelectorAll("[data-linked]")];
const asked = location.hash.slice(1);
if (linked.length && (!asked || /^p\d+$/.test(asked)) && !linked.some((one) => one.id === asked)) {
  history.replaceState(null, "", `#${linked[0].id}`);
  linked[0].scrollIntoView();
}
