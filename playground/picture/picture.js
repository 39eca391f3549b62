/**
 * Pictures, the browser side: what is drawn in the page as one file. Nothing is drawn anew: the SVG of the page is copied,
 * and the styles that it gets from the page's style sheets are written into the copy.
 *
 *   1 Renderer   Streamlit's entry: two buttons
 *   2 Page       the drawing of an element by its key
 *   3 Copy       one SVG that needs nothing but itself: styles, letters, background
 *   4 Files      saving, and painting for a PNG
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

/** @param {{data: string, parentElement: ShadowRoot}} component */
export default function render({ data, parentElement }) {
  const root = parentElement.querySelector(".picture");
  const said = root.querySelector(".said");
  const asked = JSON.parse(data);
  if (root.dataset.of !== asked.of) said.textContent = "";
  root.dataset.of = asked.of;
  const { words } = asked;
  for (const button of root.querySelectorAll("button")) {
    button.title = words[button.dataset.kind];
    button.onclick = async () => {
      said.textContent = "";
      const drawn = drawingOf(asked.of);
      if (!drawn) {
        said.textContent = words.gone;
        return;
      }
      try {
        const file = `${asked.name}.${button.dataset.kind}`;
        const svg = await standAlone(drawn, asked.alt, getComputedStyle(root));
        save(button.dataset.kind === "svg" ? svgFile(svg) : await pngFile(svg), file);
        said.textContent = words.saved.replace("{file}", () => file);
      } catch (error) {
        said.textContent = words.failed.replace("{why}", () => error.message);
      }
    };
  }
}

/* ----------------------------------------------------------------------------------------------------- 2 Page */

/**
 * @typedef {object} Drawn
 * @property {SVGSVGElement[]} layers   from the back to the front
 * @property {number} width
 * @property {number} height
 */

/** What an element of the page has drawn: a figure of Plotly, or a drawing in a component. @returns {Drawn|null} */
function drawingOf(key) {
  const [host] = document.getElementsByClassName(`st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`);
  const plot = host?.querySelector(".js-plotly-plot");
  if (plot) return sized([...plot.querySelectorAll(".main-svg")]);
  const own = host ? [...shadows(host)].flatMap((root) => [...root.querySelectorAll("svg")]) : [];
  const area = (svg) => svg.getBoundingClientRect().width * svg.getBoundingClientRect().height;
  return sized(own.sort((a, b) => area(b) - area(a)).slice(0, 1));
}

function* shadows(host) {
  for (const element of [host, ...host.querySelectorAll("*")]) if (element.shadowRoot) yield element.shadowRoot;
}

function sized(layers) {
  const [first] = layers;
  if (!first) return null;
  const { width, height } = first.getBoundingClientRect();
  if (!width || !height) return null;
  return { layers, width: Math.ceil(width), height: Math.ceil(height) };
}

/* ----------------------------------------------------------------------------------------------------- 3 Copy */

const SVG = "http://www.w3.org/2000/svg";

/** What a drawing may have from style sheets. */
const LOOKS = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "font-style", "font-variant-numeric",
  "letter-spacing", "text-anchor", "dominant-baseline", "paint-order", "shape-rendering", "image-rendering", "visibility",
  "clip-path", "marker-end",
];

/** Shapes and words; groups only hand on what these have computed already. */
const DRAWN = new Set(["path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "image", "use"]);

async function standAlone({ layers, width, height }, alt, look) {
  const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(element("title", {}, alt));
  const style = element("style", {});
  const ground = look.getPropertyValue("--st-background-color").trim() || "#ffffff";
  svg.append(style, element("rect", { width, height, fill: ground }));
  const families = new Set();
  for (const layer of layers) {
    const copy = layer.cloneNode(true);
    dress(layer, copy, families);
    copy.removeAttribute("class");
    copy.removeAttribute("style");
    for (const [name, value] of Object.entries({ x: 0, y: 0, width, height })) copy.setAttribute(name, value);
    svg.append(copy);
  }
  style.textContent = await letters(families);
  return svg;
}

/** Writes the looks of an element and of all in it into their copies; what is not seen is left out. */
function dress(original, copy, families) {
  const children = [...original.children];
  [...copy.children].forEach((child, k) => dress(children[k], child, families));
  const name = copy.localName;
  const look = getComputedStyle(original);
  const helper = copy.classList.contains("draglayer") || copy.classList.contains("hoverlayer");
  if (helper || look.display === "none") {
    if (!inDefinitions(original)) copy.remove();
    return;
  }
  if (DRAWN.has(name)) {
    const written = [];
    for (const property of LOOKS) {
      const value = look.getPropertyValue(property);
      if (value) written.push(`${property}: ${local(value)}`);
    }
    copy.setAttribute("style", written.join("; "));
    if (name === "text" || name === "tspan") families.add(look.fontFamily.split(",")[0].replace(/["']/g, "").trim());
  } else if (name === "g") {
    const clip = look.clipPath;
    const written = [`opacity: ${look.opacity}`, `visibility: ${look.visibility}`];
    if (clip && clip !== "none") written.push(`clip-path: ${local(clip)}`);
    if (look.transform && look.transform !== "none" && !original.hasAttribute("transform")) written.push(`transform: ${look.transform}`);
    copy.setAttribute("style", written.join("; "));
  }
  for (const attribute of ["tabindex", "aria-label", "aria-pressed", "role", "data-unformatted", "data-math"]) copy.removeAttribute(attribute);
}

function inDefinitions(node) {
  return Boolean(node.closest("defs"));
}

/** A reference by the page's address, as one inside the file. */
function local(value) {
  return value.replace(/url\(["']?[^"')#]*#([^"')]+)["']?\)/g, "url(#$1)");
}

/** The page's own fonts, written out: a file has no page to take them from. A font that cannot be read is left out. */
async function letters(families) {
  const found = [];
  for (const sheet of [...document.styleSheets, ...(document.adoptedStyleSheets ?? [])]) {
    let rules = [];
    try {
      rules = [...sheet.cssRules];
    } catch {
      continue; // of another origin
    }
    for (const rule of rules.filter((each) => each instanceof CSSFontFaceRule)) {
      const family = rule.style.getPropertyValue("font-family").replace(/["']/g, "").trim();
      const upright = (rule.style.getPropertyValue("font-style") || "normal") === "normal";
      const [, url] = rule.style.getPropertyValue("src").match(/url\(["']?([^"')]+)["']?\)/) ?? [];
      if (!families.has(family) || !upright || !url) continue;
      const weight = rule.style.getPropertyValue("font-weight") || "normal";
      const bytes = await inlined(new URL(url, sheet.href ?? document.baseURI));
      if (bytes) found.push(`@font-face { font-family: "${family}"; font-weight: ${weight}; src: url("${bytes}"); }`);
    }
  }
  return found.join("\n");
}

async function inlined(url) {
  try {
    const blob = await (await fetch(url)).blob();
    return await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  } catch {
    return "";
  }
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

/* ---------------------------------------------------------------------------------------------------- 4 Files */

const SHARP = 2; // pixels of a PNG for each one of the page

function svgFile(svg) {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
  return new Blob([text], { type: "image/svg+xml" });
}

async function pngFile(svg) {
  const image = new Image();
  const text = new XMLSerializer().serializeToString(svg);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SHARP * Number(svg.getAttribute("width"));
  canvas.height = SHARP * Number(svg.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("it is too large"))), "image/png");
  });
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
