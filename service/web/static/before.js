// Runs before the page is drawn, so that nothing moves once it is: buttons that need a script are shown at once, and
// citations in the form last chosen.
(() => {
  const page = document.documentElement;
  page.dataset.scripted = "";
  try {
    const style = localStorage.getItem("despatch-citation-style");
    if (["member", "oscola"].includes(style)) page.dataset.cite = style;
  } catch { /* A browser that keeps nothing shows the first form. */ }
})();
