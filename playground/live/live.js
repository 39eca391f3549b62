/**
 * Live curves, the browser side: it draws. Every number comes from the payload; the only arithmetic here is where to put
 * a pixel, and which point is the last one before the cursor.
 *
 *   1 Renderer   Streamlit's entry: one instance for each place in the page, called again at each change
 *   2 Live       what is shown: data, cursor, pointer; one frame for all drawing
 *   3 Readout    a table of the numbers at the cursor
 *   4 Chart      one canvas: axes, levels, lines, labels, cursor
 *   5 Numbers    base64, ticks, words
 *
 * No text is ever read as HTML.
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

const instances = new WeakMap();
let figures = "1,234.5%"; // how the visitor's language writes a number

/** @param {{data: object, parentElement: ShadowRoot, setTriggerValue: (name: string, value: unknown) => void}} component */
export default function render({ data, parentElement, setTriggerValue }) {
  let live = instances.get(parentElement);
  if (!live?.root.isConnected) {
    live?.destroy();
    live = createLive(parentElement.querySelector(".live"));
    instances.set(parentElement, live);
  }
  live.update(data, (x) => setTriggerValue("pick", x));
  return () => {
    live.destroy();
    instances.delete(parentElement);
  };
}

/* ------------------------------------------------------------------------------------------------------ 2 Live */

const STEP = 0.15; // seconds between two changes of the picture where points appear one after another

function createLive(root) {
  const readout = createReadout(root.querySelector(".readout"));
  const holder = root.querySelector(".charts");
  const observer = new ResizeObserver(() => later());
  let digest = "";
  let drawn = "";
  let data = null;
  let charts = [];
  let hover = null;
  let frame = 0;
  let pick = () => {};
  let reveal = { from: Infinity, to: Infinity, begun: 0, lasts: 0 };
  let timer = 0;
  root.dataset.updates = "0";
  observer.observe(holder);

  function update(next, onPick) {
    pick = onPick;
    if (next.digest !== digest) {
      digest = next.digest;
      const shown = data ? limit() : Infinity;
      data = decode(JSON.parse(next.content));
      grow(shown, next.pace ?? 0);
      root.setAttribute("aria-label", data.texts.charts);
      figures = data.texts.number;
      if (charts.length !== data.charts.length) {
        charts = data.charts.map(() => createChart({ onHover, onPick: (x) => pick(x) }));
        holder.replaceChildren(...charts.map((chart) => chart.figure));
      }
    }
    later(); // the theme may have changed
  }

  /** Where new points come seldom, they appear one after another until the next ones are due, and not all at once. */
  function grow(shown, pace) {
    const to = newest(data);
    const isCalm = pace <= 2 * STEP || shown >= to || matchMedia("(prefers-reduced-motion: reduce)").matches;
    reveal = { from: isCalm ? to : Math.min(shown, to), to, begun: performance.now() / 1000, lasts: isCalm ? 0 : pace };
  }

  /** Up to which update the points are shown now. */
  function limit() {
    const passed = performance.now() / 1000 - reveal.begun;
    if (passed >= reveal.lasts) return Math.max(reveal.to, reveal.from);
    return reveal.from + ((reveal.to - reveal.from) * passed) / reveal.lasts;
  }

  function onHover(x) {
    hover = x;
    later();
  }

  /** One drawing a frame, however many things have changed. */
  function later() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (!data || !root.isConnected) return;
    const look = readLook(root);
    const at = hover ?? data.cursor;
    const end = limit();
    const isWhole = end >= reveal.to;
    const seen = isWhole ? data : { ...data, charts: data.charts.map((chart) => until(chart, end)) };
    seen.charts.forEach((chart, k) => charts[k].draw(chart, seen, { look, at, hovering: hover !== null }));
    readout.draw(seen, at, look);
    const state = isWhole ? digest : `${digest} ${seen.charts.map(({ curves }) => curves.map(({ x }) => x.length)).join()}`;
    if (drawn !== state) {
      drawn = state;
      root.dataset.updates = String(Number(root.dataset.updates) + 1);
    }
    clearTimeout(timer);
    if (!isWhole) timer = setTimeout(later, 1000 * STEP);
  }

  return {
    root,
    update,
    destroy() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      for (const chart of charts) chart.destroy();
    },
  };
}

/** The last update of which there is a point. */
function newest({ charts }) {
  return Math.max(0, ...charts.flatMap(({ curves }) => curves.map(({ x }) => x[x.length - 1] ?? 0)));
}

/** A chart without the points after an update. Its axis stays that of all of them: it does not move as they appear. */
function until(chart, end) {
  const cut = (curve) => {
    let count = curve.x.length;
    while (count && curve.x[count - 1] > end) count--;
    return { ...curve, x: curve.x.subarray(0, count), y: curve.y.subarray(0, count) };
  };
  return { ...chart, range: chart.range ?? rangeOf(chart), curves: chart.curves.map(cut) };
}

/** The colours of the page as it is now. */
function readLook(root) {
  const style = getComputedStyle(root);
  const [r, g, b] = style.backgroundColor.match(/[\d.]+/g).map(Number);
  const isDark = 0.3 * r + 0.6 * g + 0.1 * b < 100;
  const text = style.color;
  const mix = (share) => `color-mix(in srgb, ${text} ${share}%, ${style.backgroundColor})`;
  return {
    dark: isDark, text, background: style.backgroundColor, muted: mix(68), grid: mix(12), faint: mix(45),
    font: style.fontFamily, size: Math.min(Math.max(parseFloat(style.fontSize) - 1.5, 11.5), 14),
    accent: style.getPropertyValue("--accent"),
  };
}

/* --------------------------------------------------------------------------------------------------- 3 Readout */

function createReadout(table) {
  const [head, body] = [table.tHead, table.tBodies[0]];
  let shape = "";

  /** Rows and columns are made once; afterwards only texts change. */
  function build(data) {
    const wanted = JSON.stringify([data.lines, data.charts.map(({ name }) => name)]);
    if (wanted === shape) return;
    shape = wanted;
    const titles = ["", ...data.charts.map(({ name }) => name)].map((text) => cell("th", text, "col"));
    head.replaceChildren(row(titles));
    body.replaceChildren(
      ...data.lines.map((line) => {
        const name = cell("th", "", "row");
        name.append(sample(line), document.createTextNode(line.name));
        return row([name, ...data.charts.map(() => cell("td", ""))]);
      }),
    );
  }

  return {
    draw(data, at, look) {
      build(data);
      const { texts } = data;
      const now = at === null ? texts.newest : texts.at.replace("{update}", inFigures(Math.round(at).toLocaleString("en")));
      write(head.rows[0].cells[0], now);
      data.lines.forEach((line, k) => {
        body.rows[k].style.setProperty("--line", look.dark ? line.dark : line.light);
        data.charts.forEach((chart, column) => {
          const curve = chart.curves.find((one) => one.line === line.name && !one.pale);
          write(body.rows[k].cells[column + 1], curve ? spoken(valueAt(curve, at), chart.percent, texts.none) : "");
        });
      });
    },
  };
}

function row(cells) {
  const made = document.createElement("tr");
  made.append(...cells);
  return made;
}

function cell(tag, text, scope) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (scope) made.scope = scope;
  return made;
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function sample({ dash }) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "line");
  svg.setAttribute("class", "sample");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, value] of Object.entries({ x1: 0, x2: "100%", y1: "50%", y2: "50%" })) line.setAttribute(name, value);
  line.setAttribute("stroke-dasharray", DASHES[dash].join(" "));
  svg.append(line);
  return svg;
}

/** The last number at or before an update; the newest one without an update. */
function valueAt({ x, y }, at) {
  if (!x.length) return null;
  if (at === null) return y[y.length - 1];
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at + 1e-6) low = middle + 1;
    else high = middle;
  }
  return low ? y[low - 1] : null;
}

/* ----------------------------------------------------------------------------------------------------- 4 Chart */

const DASHES = [[], [9, 4], [2, 4], [10, 4, 2, 4]];
const MARGIN = { left: 54, right: 14, top: 16, bottom: 38 };
const WIDE = 430; // pixels from which on labels fit beside the ends of lines
const WIDEST_LABEL = 170;

function createChart({ onHover, onPick }) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  figure.className = "chart";
  canvas.setAttribute("role", "img");
  figure.append(caption, canvas);
  const observer = new ResizeObserver(() => resize());
  observer.observe(canvas);
  let box = null;
  let last = null;

  function resize() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (!width || (canvas.width === width && canvas.height === height)) return;
    [canvas.width, canvas.height] = [width, height];
    if (last) draw(...last);
  }

  const updateAt = (event) => {
    if (!box) return null;
    const x = ((event.offsetX - box.left) / (box.right - box.left)) * box.reach;
    return Math.min(Math.max(x, 0), box.reach);
  };
  canvas.onpointermove = (event) => onHover(updateAt(event));
  canvas.onpointerleave = () => onHover(null);
  canvas.onclick = (event) => onPick(Math.round(updateAt(event)));

  function draw(chart, data, { look, at, hovering }) {
    last = [chart, data, { look, at, hovering }];
    write(caption, chart.title);
    if (canvas.getAttribute("aria-label") !== chart.alt) canvas.setAttribute("aria-label", chart.alt);
    resize();
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.width / ratio, canvas.height / ratio];
    if (width < 40) return; // not on the screen
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `${look.size}px ${look.font}`;
    const isWide = width >= WIDE;
    const names = Math.max(...data.lines.map(({ name }) => context.measureText(name).width));
    const right = isWide ? width - Math.min(names, WIDEST_LABEL) - 18 : width - MARGIN.right;
    box = { left: MARGIN.left, right, top: MARGIN.top, bottom: height - MARGIN.bottom, reach: data.reach };
    const range = rangeOf(chart);
    const place = {
      x: (x) => box.left + (x / data.reach) * (box.right - box.left),
      y: (y) => box.bottom - ((chart.log ? Math.log10(y) : y) - range[0]) / (range[1] - range[0]) * (box.bottom - box.top),
      shown: (y) => Number.isFinite(y) && (!chart.log || y > 0),
    };
    drawAxes(context, chart, data, range, place, box, look);
    context.save();
    context.beginPath();
    context.rect(box.left - 2, box.top - 3, box.right - box.left + 5, box.bottom - box.top + 6);
    context.clip();
    for (const mark of data.marks) drawMark(context, mark, place, box, look);
    for (const pale of [true, false]) {
      for (const curve of chart.curves.filter((one) => one.pale === pale)) {
        drawCurve(context, curve, data.lines.find(({ name }) => name === curve.line), place, look);
      }
    }
    context.restore();
    drawLevels(context, chart.levels, place, box, look);
    writeMarks(context, data.marks, chart.levels, place, box, look);
    if (isWide) drawLabels(context, chart, data, place, box, look);
    if (at !== null) drawCursor(context, place.x(at), box, look, hovering);
  }

  return {
    figure,
    draw,
    destroy() {
      observer.disconnect();
    },
  };
}

/** The axis holds every finite point. Its ends are round, so that it stays still while the curves grow. */
function rangeOf(chart) {
  if (chart.range) return chart.range;
  if (chart.span) return chart.span;
  let [low, high] = [Infinity, -Infinity];
  const see = (y) => {
    if (!Number.isFinite(y) || (chart.log && y <= 0)) return;
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const curve of chart.curves) curve.y.forEach(see);
  for (const level of chart.levels) see(level.y);
  if (low > high) [low, high] = chart.log ? [0.1, 1] : [0, 1];
  if (chart.log) {
    const bottom = Math.floor(Math.log10(low) * 4 - 0.2) / 4;
    return [bottom, Math.max(Math.ceil(Math.log10(high) * 4 + 0.2) / 4, bottom + 0.5)];
  }
  const step = niceStep((high - low || Math.abs(high) || 1) / 4);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step || step];
}

function drawAxes(context, chart, data, range, place, box, look) {
  context.lineWidth = 1;
  context.setLineDash([]);
  context.fillStyle = look.muted;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const [y, text] of ticksUp(chart, range)) {
    const at = Math.round(place.y(y)) + 0.5;
    stroke(context, [[box.left, at], [box.right, at]], look.grid);
    context.fillText(text, box.left - 7, at);
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  const step = Math.max(niceStep(data.reach / Math.max(2, (box.right - box.left) / 95)), 1);
  for (let x = 0; x <= data.reach * 1.0001; x += step) {
    const at = Math.round(place.x(x)) + 0.5;
    stroke(context, [[at, box.bottom], [at, box.bottom + 4]], look.faint);
    context.fillText(inFigures(x.toLocaleString("en")), at, box.bottom + 6);
  }
  stroke(context, [[box.left, box.bottom + 0.5], [box.right, box.bottom + 0.5]], look.faint);
  context.fillText(data.xTitle, (box.left + box.right) / 2, box.bottom + 6 + look.size * 1.25);
}

/** Lines across with their words above them, or below where there is no room; words side by side where lines are close. */
function drawLevels(context, levels, place, box, look) {
  const written = [];
  for (const { text, y } of levels) {
    if (!place.shown(y)) continue;
    const at = place.y(y);
    if (at < box.top - 1 || at > box.bottom + 1) continue;
    context.lineWidth = 1.2;
    context.setLineDash([4, 4]);
    stroke(context, [[box.left, at], [box.right, at]], look.text);
    context.setLineDash([]);
    const isHigh = at < box.top + look.size + 4;
    const line = at + (isHigh ? 4 + look.size : -2); // where the words end downwards
    const beside = written.filter((other) => Math.abs(other.line - line) < look.size + 2);
    const left = Math.max(box.left + 6, ...beside.map((other) => other.right + 14));
    context.textAlign = "left";
    context.textBaseline = "bottom";
    halo(context, text, left, line, look, look.text);
    written.push({ line, right: left + context.measureText(text).width });
  }
}

function drawMark(context, { x }, place, box, look) {
  const at = place.x(x);
  context.lineWidth = 1.4;
  context.setLineDash([3, 3]);
  stroke(context, [[at, box.top], [at, box.bottom]], look.accent);
  context.setLineDash([]);
}

/**
 * Words beside the marks, from the top down, below a level that is there: each in the first row where it has room, and of
 * equal ones that would meet, one.
 */
function writeMarks(context, marks, levels, place, box, look) {
  const written = [];
  const isTaken = levels.some(({ y }) => place.shown(y) && Math.abs(place.y(y) - box.top) < look.size + 4);
  const top = box.top + (isTaken ? 2 : 1) * (look.size + 6);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  context.textBaseline = "bottom";
  for (const { x, text } of [...marks].reverse()) {
    const at = place.x(x);
    const isRight = at > (box.left + box.right) / 2;
    const [from, width] = [at + (isRight ? -5 : 5), context.measureText(text).width];
    const [left, right] = isRight ? [from - width, from] : [from, from + width];
    const met = written.filter((other) => left < other.right + 6 && right > other.left - 6);
    if (met.some((other) => other.text === text)) continue;
    let row = 0;
    while (met.some((other) => other.row === row)) row += 1;
    context.textAlign = isRight ? "right" : "left";
    halo(context, text, from, top + row * (look.size + 4), look, look.accent);
    written.push({ text, left, right, row });
  }
  context.restore();
}

function drawCurve(context, curve, line, place, look) {
  context.strokeStyle = context.fillStyle = look.dark ? line.dark : line.light;
  context.globalAlpha = curve.pale ? 0.3 : 1;
  context.lineWidth = curve.pale ? 1 : 2.2;
  context.lineJoin = "round";
  context.setLineDash(curve.pale ? [] : DASHES[line.dash]);
  context.beginPath();
  let isDown = false;
  for (let k = 0; k < curve.x.length; k++) {
    const y = curve.y[k];
    if (!place.shown(y)) {
      isDown = false;
      continue;
    }
    if (isDown) context.lineTo(place.x(curve.x[k]), place.y(y));
    else context.moveTo(place.x(curve.x[k]), place.y(y));
    isDown = true;
  }
  context.stroke();
  context.setLineDash([]);
  const isSparse = curve.dots && curve.x.length <= 60;
  for (let k = 0; k < curve.x.length; k++) {
    const isLast = !curve.pale && k === curve.x.length - 1;
    if (!(isSparse || isLast) || !place.shown(curve.y[k])) continue;
    context.beginPath();
    context.arc(place.x(curve.x[k]), place.y(curve.y[k]), isLast ? 3.4 : 2, 0, 7);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** The name of each line beside its end; names that would touch are moved apart. */
function drawLabels(context, chart, data, place, box, look) {
  const ends = [];
  for (const line of data.lines) {
    const curve = chart.curves.find((one) => one.line === line.name && !one.pale);
    for (let k = (curve?.x.length ?? 0) - 1; k >= 0; k--) {
      if (!place.shown(curve.y[k])) continue;
      ends.push({ line, y: place.y(curve.y[k]) });
      break;
    }
  }
  ends.sort((a, b) => a.y - b.y);
  const gap = look.size * 1.2;
  ends.forEach((end, k) => { end.y = Math.max(end.y, k ? ends[k - 1].y + gap : box.top); });
  for (let k = ends.length - 1, limit = box.bottom; k >= 0; k--, limit = ends[k + 1].y - gap) {
    ends[k].y = Math.min(ends[k].y, limit);
  }
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { line, y } of ends) {
    context.fillStyle = look.dark ? line.dark : line.light;
    context.fillText(line.name, box.right + 9, y, WIDEST_LABEL);
  }
}

function drawCursor(context, x, box, look, hovering) {
  context.lineWidth = hovering ? 1 : 1.8;
  stroke(context, [[x, box.top - 6], [x, box.bottom]], hovering ? look.faint : look.text);
  if (hovering) return;
  context.fillStyle = look.text;
  context.beginPath();
  context.moveTo(x - 5, box.top - 12);
  context.lineTo(x + 5, box.top - 12);
  context.lineTo(x, box.top - 4);
  context.fill();
}

function stroke(context, points, colour) {
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(...points[0]);
  for (const point of points.slice(1)) context.lineTo(...point);
  context.stroke();
}

/** Words that can be read on top of lines. */
function halo(context, text, x, y, look, colour) {
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = look.background;
  context.strokeText(text, x, y);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

/* --------------------------------------------------------------------------------------------------- 5 Numbers */

function decode(data) {
  for (const chart of data.charts) {
    for (const curve of chart.curves) [curve.x, curve.y] = [floats(curve.x), floats(curve.y)];
  }
  return data;
}

/** @returns {Float32Array} */
function floats(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new Float32Array(bytes.buffer);
}

/** 1, 2 or 5 times a power of ten, not below a step. */
function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((k) => k * power).find((nice) => nice >= step * 0.999);
}

/** A number as JavaScript has written it, "1,234.5", with the signs of the visitor's language. */
function inFigures(text) {
  return text.replace(/[.,]/g, (sign) => (sign === "." ? figures[5] : figures[1]));
}

/** The places of an axis and their words. */
function ticksUp(chart, [low, high]) {
  if (!chart.log) {
    const step = niceStep((high - low) / 5);
    const ticks = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9; k++) {
      ticks.push([k * step, chart.percent ? `${Math.round(100 * k * step)} %` : tidy(k * step)]);
    }
    return ticks;
  }
  const every = Math.ceil((high - low) / 6);
  const within = high - low <= 1.6 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let k = Math.floor(low); k <= high; k++) {
    if (k % every) continue;
    for (const times of within) {
      const y = times * 10 ** k;
      if (Math.log10(y) >= low - 1e-9 && Math.log10(y) <= high + 1e-9) ticks.push([y, power(times, k)]);
    }
  }
  return ticks;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function power(times, k) {
  if (k >= -3 && k <= 3) return tidy(times * 10 ** k);
  const raised = [...String(Math.abs(k))].map((digit) => RAISED[digit]).join("");
  return `${times === 1 ? "" : `${times}·`}10${k < 0 ? "⁻" : ""}${raised}`;
}

function tidy(y) {
  return inFigures(Number(y.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 })).replace("-", "−");
}

function spoken(y, percent, none) {
  if (y === null || y === undefined) return "–";
  if (!Number.isFinite(y)) return none;
  if (percent) return `${inFigures((100 * y).toFixed(1))} %`;
  if (y !== 0 && (Math.abs(y) < 1e-3 || Math.abs(y) >= 1e5)) return inFigures(y.toExponential(2)).replace("-", "−");
  return inFigures(Number(y.toPrecision(4)).toString()).replace("-", "−");
}
