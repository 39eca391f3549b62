/**
 * Pictures, the browser side: what is drawn in the page as one file. Nothing is drawn anew: the SVG of the page is copied,
 * and the styles that it gets from the page's style sheets are written into the copy.
 *
 *   1 Renderer   Streamlit's entry: a button for each kind of file
 *   2 Page       the drawing of an element by its key, or one of several in it by its name
 *   3 Copy       one SVG that needs nothing but itself: styles, letters, background
 *   4 Sheets     a drawing of SVG, canvas and HTML, one upon the other, as SVG
 *   5 Files      saving, painting for a PNG, a page for HTML
 *
 * A drawing that is not one SVG bears its name as `data-picture`. It may have `caption()`, a line of words that are written
 * over it, and its canvases `drawAgain(brush)`: then they are drawn with a brush that leaves shapes, and not copied pixel by
 * pixel.
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
    button.hidden = !asked.kinds.includes(button.dataset.kind);
    button.title = words[button.dataset.kind];
    button.onclick = async () => {
      said.textContent = "";
      const drawn = drawingOf(asked.of, asked.part);
      if (!drawn) {
        said.textContent = words.gone;
        return;
      }
      try {
        const file = `${asked.name}.${button.dataset.kind}`;
        const svg = await standAlone(drawn, asked.alt, getComputedStyle(root));
        save(await FILES[button.dataset.kind](svg), file);
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
 * @property {HTMLElement} [place]      or what holds a drawing of several sheets
 * @property {number} width
 * @property {number} height
 */

/** What an element of the page has drawn: a figure of Plotly, or a drawing in a component. @returns {Drawn|null} */
function drawingOf(key, part) {
  const [host] = document.getElementsByClassName(`st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`);
  if (part) {
    const place = host && [...shadows(host)].map((root) => root.querySelector(`[data-picture="${CSS.escape(part)}"]`)).find(Boolean);
    const { width, height } = place?.getBoundingClientRect() ?? { width: 0, height: 0 };
    return width && height ? { layers: [], place, width: Math.ceil(width), height: Math.ceil(height) } : null;
  }
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

async function standAlone({ layers, place, width, height: high }, alt, look) {
  const caption = place?.caption?.() ?? "";
  const above = caption ? CAPTION : 0;
  const height = high + above;
  const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(element("title", {}, caption ? `${alt}: ${caption}` : alt));
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
  if (place) {
    for (const motion of place.getAnimations({ subtree: true })) motion.finish(); // what fades in is saved as it will be
    const sheets = element("g", { transform: `translate(0 ${above})` });
    copySheets(place, sheets, place.getBoundingClientRect(), families);
    svg.append(sheets);
  }
  if (caption) svg.append(captionOf(caption, place, width, families));
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
    if (name === "text" || name === "tspan") families.add(firstFamily(look.fontFamily));
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

/* --------------------------------------------------------------------------------------------------- 4 Sheets */

const CAPTION = 32; // pixels over a drawing for its caption

function captionOf(text, place, width, families) {
  const { color, fontFamily } = getComputedStyle(place);
  families.add(firstFamily(fontFamily));
  const look = `fill: ${color}; font-family: ${fontFamily}; font-size: 15px; font-weight: 600; text-anchor: middle`;
  return element("text", { x: width / 2, y: 21, style: look }, text);
}

/**
 * What lies in an element, from the back to the front: SVG as it is, canvases drawn again, boxes and words of HTML. The
 * halos of all words of a piece lie under all of its words, as those of one word would cut the letter before it.
 */
function copySheets(original, parent, origin, families, halos = null) {
  for (const node of original.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) copyWords(node, parent, halos ?? parent, origin, families);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const look = getComputedStyle(node);
    if (look.display === "none" || look.visibility === "hidden") continue;
    const group = element("g", Number(look.opacity) < 1 ? { opacity: look.opacity } : {});
    const box = boxOf(node, origin);
    if (node.localName === "svg") {
      const copy = node.cloneNode(true);
      dress(node, copy, families);
      copy.removeAttribute("class");
      copy.setAttribute("style", "overflow: visible");
      for (const side of ["x", "y", "width", "height"]) copy.setAttribute(side, box[side]);
      group.append(copy);
    } else if (node.localName === "canvas") {
      const { x, y, width, height } = box;
      if (node.drawAgain) node.drawAgain(brushOf(group, x, y));
      else group.append(element("image", { x, y, width, height, href: node.toDataURL() }));
    } else {
      const under = halos ?? element("g", {});
      group.append(...frameOf(box, look), ...(halos ? [] : [under]));
      copySheets(node, group, origin, families, under);
      if (!under.hasChildNodes()) under.remove();
    }
    if (group.hasChildNodes()) parent.append(group);
  }
}

function boxOf(range, origin) {
  const { left, top, width, height } = range.getBoundingClientRect();
  return { x: left - origin.left, y: top - origin.top, width, height };
}

/** A canvas's brush that leaves rectangles in a group. @returns {Partial<CanvasRenderingContext2D>} */
function brushOf(group, left, top) {
  const rectangle = (x, y, width, height, looks) => group.append(element("rect", { x: left + x, y: top + y, width, height, ...looks }));
  return {
    fillStyle: "#000",
    strokeStyle: "#000",
    lineWidth: 1,
    clearRect() {},
    fillRect(x, y, width, height) {
      rectangle(x, y, width, height, painted("fill", this.fillStyle));
    },
    strokeRect(x, y, width, height) {
      rectangle(x, y, width, height, { fill: "none", "stroke-width": this.lineWidth, ...painted("stroke", this.strokeStyle) });
    },
  };
}

/** Ground, border and ring of a box of HTML; nothing where it has none. */
function frameOf({ x, y, width, height }, look) {
  const found = [];
  const border = parseFloat(look.borderTopWidth) || 0;
  const given = look.borderTopLeftRadius;
  const radius = Math.min(parseFloat(given) * (given.endsWith("%") ? Math.min(width, height) / 100 : 1) || 0, width / 2, height / 2);
  const rectangle = (by, looks) => {
    const sides = { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by, rx: Math.max(radius + by, 0) };
    found.push(element("rect", { ...sides, ...looks }));
  };
  const [, colour, spread] = /^(.+\)) 0px 0px 0px ([\d.]+)px$/.exec(look.boxShadow) ?? [];
  if (spread) rectangle(Number(spread), painted("fill", colour));
  if (opacityOf(look.backgroundColor)) rectangle(0, painted("fill", look.backgroundColor));
  if (border) rectangle(-border / 2, { fill: "none", "stroke-width": border, ...painted("stroke", look.borderTopColor) });
  return found;
}

/** A piece of text where it stands. Its middle holds it, so that another font or direction does not move it away. */
function copyWords(node, parent, halos, origin, families) {
  const text = node.data.replace(/\s+/g, " ");
  if (!text.trim()) return;
  const range = document.createRange();
  range.selectNodeContents(node);
  const { x, y, width } = boxOf(range, origin);
  const look = getComputedStyle(node.parentElement);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${look.fontStyle} ${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
  const { fontBoundingBoxAscent: ascent } = pen.measureText(text);
  families.add(firstFamily(look.fontFamily));
  const written = ["font-family", "font-size", "font-weight", "font-style", "font-variant-numeric", "letter-spacing", "direction"];
  const style = written.map((name) => `${name}: ${look.getPropertyValue(name)}`);
  const place = { x: x + width / 2, y: y + ascent, "text-anchor": "middle", style: style.join("; ") };
  const [halo] = /^(rgb|color)[^)]*\)/.exec(look.textShadow) ?? [];
  if (halo) {
    const looks = { fill: "none", "stroke-width": 3, "stroke-linejoin": "round", ...painted("stroke", halo) };
    halos.append(element("text", { ...place, ...looks, "aria-hidden": "true" }, text.trim()));
  }
  parent.append(element("text", { ...place, ...painted("fill", look.color) }, text.trim()));
}

function firstFamily(families) {
  return families.split(",")[0].replace(/["']/g, "").trim();
}

/** A colour as every program reads it: browsers say rgb(…), rgba(…) or color(srgb …), others know the first alone. */
function painted(name, colour) {
  const numbers = colour.match(/-?[\d.]+(e-?\d+)?/g)?.map(Number) ?? [];
  if (!/^(rgb|color\(srgb )/.test(colour) || numbers.length < 3) return { [name]: colour };
  const bytes = numbers.slice(0, 3).map((each) => Math.round(colour.startsWith("color") ? 255 * each : each));
  return { [name]: `rgb(${bytes.join(", ")})`, ...(numbers.length > 3 ? { [`${name}-opacity`]: numbers[3] } : {}) };
}

function opacityOf(colour) {
  return colour === "transparent" ? 0 : Number(painted("fill", colour)["fill-opacity"] ?? 1);
}

/* ---------------------------------------------------------------------------------------------------- 5 Files */

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

/** A page with nothing but the picture in it, as wide as its window at most. */
function htmlFile(svg) {
  const ground = svg.querySelector("rect").getAttribute("fill");
  const look = `body{background:${ground};margin:1rem;text-align:center}svg{height:auto;max-width:100%}`;
  const title = element("title", {}, svg.querySelector("title").textContent);
  const head = `<meta charset="utf-8" /><meta name="viewport" content="width=device-width" />${title.outerHTML}<style>${look}</style>`;
  return new Blob([`<!doctype html>\n<html><head>${head}</head><body>${svg.outerHTML}</body></html>\n`], { type: "text/html" });
}

const FILES = { svg: svgFile, png: pngFile, html: htmlFile };

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
