
/* --------------------------------------------------------------------------------------------- Going somewhere */

// What belongs to the visitor and not to a page goes along: the language, and how the playground is embedded elsewhere.
const CARRIED = ["lang", "embed", "embed_options"];

/** A link of the playground, seen from here. */
function wholeAddress(href) {
  const url = new URL(href, location.href);
  const here = new URLSearchParams(location.search);
  for (const name of CARRIED) {
    if (!url.searchParams.has(name)) for (const value of here.getAll(name)) url.searchParams.append(name, value);
  }
  return url;
}

/** Follows a link of the playground within the page: Streamlit takes every widget from the new address. */
function go(href) {
  history.pushState(null, "", wholeAddress(href));
  dispatchEvent(new PopStateEvent("popstate", { state: null }));
}

/** A link that is followed within the page; with a modifier key it does what links do. */
function lead(anchor, href, before = () => {}) {
  anchor.href = wholeAddress(href);
  anchor.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    before();
    go(href);
  };
}
