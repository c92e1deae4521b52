// Copies passages with citations and notes so that Word takes headings and quotations over, and text editors get text.
async function made(items, style, format) {
  const response = await fetch("/v1/collection/export", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ items, style, format }),
  });
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}

const asBlob = (text, type) => text.then((content) => new Blob([content], { type }));

// Tells whether it was copied. Browsers allow it while the click is fresh, so the clipboard is given promises.
export async function htmlAndText(items, style) {
  try {
    await navigator.clipboard.write([new ClipboardItem({
      "text/html": asBlob(made(items, style, "html"), "text/html"),
      "text/plain": asBlob(made(items, style, "text"), "text/plain"),
    })]);
    return true;
  } catch {
    return false;
  }
}
