/**
 * The link to this view, the browser side.
 *
 *   1 Renderer   Streamlit's entry, called again at each change
 *   2 Panel      "Copy link", the way back to a lesson, the maker of lesson links
 *   3 Copying    the clipboard, or a field to copy from where a browser keeps it shut
 *   4 Controls   what there is on the page, by key, with its words
 *
 * Joined to it: go.js, which follows links, and language.js, which says words in the visitor's language. No text is ever
 * read as HTML.
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

const panels = new WeakMap();

/** @param {{data: {content: string}, parentElement: ShadowRoot}} component */
export default function render({ data, parentElement }) {
  let panel = panels.get(parentElement);
  if (!panel?.root.isConnected) {
    panel?.destroy();
    panel = createPanel(parentElement.querySelector(".share"));
    panels.set(parentElement, panel);
  }
  panel.update(JSON.parse(data.content));
  return () => {
    panel.destroy();
    panels.delete(parentElement);
  };
}

/* ---------------------------------------------------------------------------------------------------- 2 Panel */

const LESSON = /^(lesson|lesson_step|say|hide)(=|$)/;
const WORD_MS = 2500;
const LOOK_MS = 700;
// What stands below the navigation stays in sight however long that is.
const PLACE = `[data-testid=stSidebarUserContent] {
  background: var(--share-background, inherit); bottom: 0; padding-bottom: 1rem; position: sticky; z-index: 1;
}`;

function createPanel(root) {
  const part = (selector) => root.querySelector(selector);
  const maker = part(".maker");
  const text = part("textarea");
  const speak = speaker(root);
  const ticked = new Set();
  const [place, preview] = [document.createElement("style"), document.createElement("style")];
  let listed = "";
  let watching = 0;
  let path = location.pathname;
  place.textContent = PLACE;
  document.head.append(place, preview);

  part(".copy").onclick = () => copy(".copy", () => say("Copy link"), location.href);
  part(".copy-lesson").onclick = () => copy(".copy-lesson", () => say("Copy lesson link"), lessonLink());
  maker.ontoggle = () => {
    clearInterval(watching);
    if (maker.open) watching = setInterval(list, LOOK_MS); // the page changes meanwhile
    list();
  };

  function update({ back, texts }) {
    speak(texts);
    const sidebar = root.getRootNode().host?.closest("[data-testid=stSidebar]");
    if (sidebar) document.documentElement.style.setProperty("--share-background", getComputedStyle(sidebar).backgroundColor);
    const resume = part(".resume");
    resume.hidden = !back;
    if (back) {
      resume.textContent = back.text;
      lead(resume, back.href);
    }
    for (const field of root.querySelectorAll("input")) field.hidden = true; // an old link
    list();
  }

  /** This view, with a text and without what is ticked; what another lesson said is left out. */
  function lessonLink() {
    const pairs = location.search.slice(1).split("&").filter((pair) => pair && !LESSON.test(pair));
    if (text.value.trim()) pairs.push(`say=${encodeURIComponent(text.value.trim())}`);
    if (ticked.size) pairs.push(`hide=${[...ticked].join(",")}`);
    return `${location.origin}${location.pathname}${pairs.length ? `?${pairs.join("&")}` : ""}`;
  }

  /** Lists what can be hidden; what is ticked is dimmed on the page. */
  function list() {
    if (path !== location.pathname) {
      path = location.pathname;
      ticked.clear();
    }
    const found = maker.open ? findControls() : [];
    for (const key of ticked) if (!found.some((control) => control.key === key)) ticked.delete(key);
    const now = JSON.stringify(found);
    if (now !== listed) {
      listed = now;
      part(".controls").replaceChildren(...found.map(drawControl));
      part(".none").hidden = found.length > 0;
    }
    dim();
  }

  function drawControl({ key, words }) {
    const [item, label, box] = ["li", "label", "input"].map((tag) => document.createElement(tag));
    box.type = "checkbox";
    box.checked = ticked.has(key);
    box.onchange = () => {
      if (box.checked) ticked.add(key);
      else ticked.delete(key);
      dim();
    };
    label.title = key;
    label.append(box, ` ${words}`);
    item.append(label);
    return item;
  }

  function dim() {
    const keys = [...ticked].map((key) => `[data-testid=stMain] .st-key-${key}`);
    const rule = maker.open && keys.length ? `${keys.join()} { opacity: 0.2; outline: 2px dashed; }` : "";
    if (preview.textContent !== rule) preview.textContent = rule;
  }

  function tell(words) {
    part(".spoken").textContent = words;
  }

  /** Copies a link; meanwhile the button says so. */
  async function copy(name, usual, link) {
    const [button, field] = [part(name), part(name.replace("copy", "fallback"))];
    const word = button.querySelector(".word");
    field.value = link;
    const done = await write(link);
    field.hidden = done;
    if (!done) {
      field.focus();
      field.select();
    }
    word.textContent = done ? say("Copied") : say("Press Ctrl+C");
    tell(done ? say("The link is copied.") : say("The link is selected: press Ctrl+C."));
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => (word.textContent = usual()), WORD_MS);
  }

  return {
    root,
    update,
    destroy() {
      clearInterval(watching);
      place.remove();
      preview.remove();
    },
  };
}

/* -------------------------------------------------------------------------------------------------- 3 Copying */

/** Browsers open the clipboard on secure addresses only; a class on a local network has none. */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/* ------------------------------------------------------------------------------------------------- 4 Controls */

const KEY = /^st-key-([A-Za-z0-9_]{1,64})$/;
const KINDS = {
  stSlider: () => say("slider"),
  stNumberInput: () => say("number"),
  stTextInput: () => say("text"),
  stTextArea: () => say("text"),
  stSelectbox: () => say("menu"),
  stButtonGroup: () => say("choice"),
  stCheckbox: () => say("switch"),
  stMultiSelect: () => say("menu"),
  stRadio: () => say("choice"),
  stTabs: () => say("tabs"),
  stButton: () => say("button"),
  stDownloadButton: () => say("button"),
  stExpander: () => say("fold"),
  stFileUploader: () => say("upload"),
  stPlotlyChart: () => say("chart"),
  stBidiComponent: () => say("player or drawing"),
};

/** What bears a key on the page and is seen: controls, charts, players. */
function findControls() {
  const found = new Map();
  for (const element of document.querySelectorAll('[data-testid=stMain] [class*="st-key-"]')) {
    const key = [...element.classList].map((name) => KEY.exec(name)?.[1]).find(Boolean);
    const inner = Object.keys(KINDS).find((kind) => isOnly(element, kind));
    if (!key || !inner || found.has(key) || element.closest(".st-key-lesson_bar")) continue;
    found.set(key, { key, words: `${wordsOf(element, inner, key)} (${KINDS[inner]()})` });
  }
  return [...found.values()];
}

/** Does an element hold one thing of a kind, and nothing else that has a key? */
function isOnly(element, kind) {
  const holds = element.matches(`[data-testid=${kind}]`) || element.querySelector(`[data-testid=${kind}]`);
  return holds && (kind === "stExpander" || kind === "stTabs" || !element.querySelector('[class*="st-key-"]'));
}

function wordsOf(element, kind, key) {
  const names = kind === "stTabs" ? [...element.querySelectorAll("[role=tab]")].map((tab) => tab.textContent) : [];
  const label = element.querySelector("[data-testid=stWidgetLabel], button, summary");
  const words = (names.join(", ") || (label?.textContent ?? "")).trim().replace(/\s+/g, " ");
  return words && words.length <= 40 ? words : words ? `${words.slice(0, 38)}…` : key.replaceAll("_", " ");
}
