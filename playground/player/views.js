/* ---------------------------------------------------------------------------------------------------- 5 Views */

/**
 * A view has `draw(state, before)`; `before` is null when all must be drawn. `measure()` reads sizes before that, and
 * only reads: the browser lays the page out once.
 */
function buildViews(player) {
  const place = player.root.querySelector(".tracks");
  place.replaceChildren();
  place.dataset.count = player.tracks.length;
  const views = [createStrip(player), createTransport(player)];
  for (const track of player.tracks) {
    const part = player.template.content.cloneNode(true).querySelector(".track");
    part.querySelector(".title").textContent = track.title;
    part.setAttribute("aria-label", track.title);
    place.append(part);
    views.push(createValues(player, track, part), createCell(player, track, part), createStages(player, track, part));
    views.push(createInspector(player, track, part), createSays(player, track, part));
    if (player.compact) part.querySelectorAll(".maps, .lines").forEach((section) => section.remove());
    else views.push(createMaps(player, track, part), createLines(player, track, part));
  }
  return views;
}

/** Did any of these parts of the state change? */
function differ(state, before, ...names) {
  return !before || names.some((name) => state[name] !== before[name]);
}

function element(tag, className = "", attributes = {}) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Writes text only where it differs, so that an unchanged number costs no layout. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Visitors' text for the screen: blanks made visible, and not longer than anyone can read. */
function short(text, most = LONGEST_TEXT) {
  const blanks = { "": "∅", " ": "␣", "\n": "⏎", "\t": "⇥" };
  if (text in blanks) return blanks[text];
  const letters = Array.from(text.slice(0, 4 * most));
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
}

function percent(share) {
  if (share > 0 && share < 0.0005) return `< ${inFigures("0.1")} %`;
  return `${inFigures((100 * share).toFixed(1))} %`;
}

/** Sizes a canvas for the screen's pixels; returns a context that counts in CSS pixels. */
function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** A readout beside the pointer. */
function createTip(tip) {
  return {
    show(x, y, text) {
      const box = tip.parentElement.getBoundingClientRect();
      tip.hidden = false;
      write(tip, text);
      const left = Math.min(Math.max(x - box.left - tip.offsetWidth / 2, 0), box.width - tip.offsetWidth);
      tip.style.transform = `translate(${left}px, ${y - box.top - tip.offsetHeight - 14}px)`;
    },
    hide() {
      tip.hidden = true;
    },
  };
}

/** Keeps the middle of a scrolled strip in view; called with sizes read beforehand, before anything is written. */
function follow(scroller, left, width, view, content) {
  if (content <= view + 1) return;
  const from = scroller.scrollLeft;
  const margin = Math.min(view / 4, 120);
  if (left >= from + margin && left + width <= from + view - margin) return;
  scroller.scrollLeft = Math.min(Math.max(left + width / 2 - view / 2, 0), content - view);
}

function createStrip(player) {
  const strip = player.root.querySelector(".strip");
  const value = player.root.querySelector(".shading-value");
  const unitText = player.root.querySelector(".shading-unit");
  const shading = player.root.querySelector(".shading-text");
  const bar = createBar(player.root.querySelector(".shading .bar"));
  const tokens = player.tokens.map(createToken);
  let boxes = [];
  let sizes = { view: 0, content: 0 };
  compose(shading, say("Tokens are shaded by {value} of unit {unit}"), { value, unit: unitText });
  strip.replaceChildren(...tokens);
  strip.classList.toggle("noted", player.tokens.some((token) => token.note));
  strip.onclick = (event) => {
    const token = event.target.closest(".token");
    if (token) player.go(tokens.indexOf(token));
  };

  function createToken({ text, note }, k) {
    const token = element("div", "token", { role: "option", id: `token-${k}`, "aria-selected": "false" });
    const word = element("bdi", "word");
    word.textContent = short(text);
    token.append(word);
    if (note) {
      const remark = element("span", "note");
      remark.textContent = note;
      token.append(remark);
    }
    token.title = `${k + 1}: ${short(text)}${note ? ` (${note})` : ""}`;
    return token;
  }

  function shade({ track: index, name, unit }) {
    const track = player.tracks[index];
    const spec = track.spec(name);
    const scale = player.scales[spec.role];
    tokens.forEach((token, step) => {
      const k = shadeOf(spec, track.at(name, step, track.clip(unit)));
      token.style.setProperty("--shade", scale.css[k] ?? NO_NUMBER);
      token.style.setProperty("--ink", scale.ink[k] ?? "#ffffff");
    });
    value.innerHTML = `${track.facts[name].title} ${track.symbols[name]}`;
    write(unitText, String(track.clip(unit) + 1));
    bar(spec);
  }

  /** Only the tokens between the old and the new place change. */
  function mark(step, before) {
    const from = before === null ? 0 : Math.min(step, before);
    const to = before === null ? tokens.length - 1 : Math.max(step, before);
    for (let k = from; k <= to; k++) {
      tokens[k].classList.toggle("ahead", k > step);
      if (k !== step && k !== before && before !== null) continue;
      tokens[k].classList.toggle("current", k === step);
      tokens[k].setAttribute("aria-selected", String(k === step));
    }
    strip.setAttribute("aria-activedescendant", `token-${step}`);
  }

  return {
    measure() {
      boxes = tokens.map((token) => [token.offsetLeft, token.offsetWidth]);
      sizes = { view: strip.clientWidth, content: strip.scrollWidth };
    },
    draw(state, before) {
      if (differ(state, before, "track", "name", "unit")) shade(state);
      if (!differ(state, before, "step")) return;
      follow(strip, ...boxes[state.step], sizes.view, sizes.content);
      mark(state.step, before ? before.step : null);
    },
  };
}

/** A colour bar with its numbers. */
function createBar(bar) {
  const [low, ramp, high] = bar.children;
  return (spec) => {
    write(low, tick(spec.low));
    write(high, tick(spec.high));
    ramp.style.background = `var(--${spec.role}-ramp)`;
  };
}

function createTransport(player) {
  const bar = player.root.querySelector(".transport");
  const play = bar.querySelector(".play");
  const counter = bar.querySelector(".counter");
  const speed = bar.querySelector("input");
  const speedValue = bar.querySelector(".speed-value");
  const unit = bar.querySelector("select");
  const strip = player.root.querySelector(".strip");
  let current = null;
  unit.replaceChildren(...Array.from({ length: player.units }, (_, k) => new Option(unitOf(k), k)));

  function unitOf(k) {
    return say("{unit} of {units}", { unit: k + 1, units: player.units });
  }

  const go = {
    first: () => player.go(0),
    back: () => player.go(current.step - 1),
    play: player.togglePlay,
    forward: () => player.go(current.step + 1),
    last: () => player.go(player.steps - 1),
  };
  bar.onclick = (event) => {
    const button = event.target.closest("[data-go]");
    if (button) go[button.dataset.go]();
  };
  bar.onpointerup = (event) => {
    // A click leaves the focus on the tokens, so that Space plays and does not press the same button again.
    if (event.target.closest("[data-go]")) strip.focus({ preventScroll: true });
  };
  speed.oninput = () => player.set({ speed: Number(speed.value) });
  unit.onchange = () => player.set({ unit: Number(unit.value) });

  return {
    draw(state, before) {
      current = state;
      if (differ(state, before, "step")) {
        write(counter, say("token {step} of {steps}", { step: state.step + 1, steps: player.steps }));
      }
      if (differ(state, before, "unit")) unit.value = String(state.unit);
      if (differ(state, before, "speed")) {
        speed.value = String(state.speed);
        speed.setAttribute("aria-valuetext", say("{speed} tokens a second", { speed: state.speed }));
        write(speedValue, `${state.speed} / s`);
      }
      if (differ(state, before, "playing")) {
        play.classList.toggle("playing", state.playing);
        play.setAttribute("aria-label", state.playing ? say("Pause") : say("Play"));
      }
    },
  };
}

/** The letters of a cell's values: a legend of colours, and the choice of what is studied. */
function createValues(player, track, part) {
  const place = part.querySelector(".values");
  const chips = track.names.map((name) => {
    const chip = element("button", "chip", { type: "button" });
    chip.style.setProperty("--role", `var(--${track.values[name].role})`);
    chip.innerHTML = `<i></i><b>${track.symbols[name]}</b> <span>${track.facts[name].title}</span>`;
    chip.onclick = () => player.choose(track.index, name);
    return chip;
  });
  place.replaceChildren(...chips);
  return {
    draw(state, before) {
      if (!differ(state, before, "track", "name")) return;
      chips.forEach((chip, k) => {
        chip.setAttribute("aria-pressed", String(state.track === track.index && state.name === track.names[k]));
      });
    },
  };
}

/** The sub-steps of the cell as a row of buttons. */
function createStages(player, track, part) {
  const list = part.querySelector(".stages ol");
  const text = part.querySelector(".stage-text");
  let current = null;
  const buttons = track.stages.map((stage, k) => {
    const button = element("button", "stage", { type: "button" });
    button.append(element("span"));
    button.firstChild.textContent = stage.title;
    button.setAttribute("aria-label", `${k + 1} ${stage.title}`);
    button.onclick = () => player.setStage(current === k ? null : k);
    const item = element("li");
    item.append(button);
    list.append(item);
    return button;
  });
  return {
    draw(state, before) {
      if (!differ(state, before, "stage")) return;
      current = state.stage === null ? null : track.clipStage(state.stage);
      buttons.forEach((button, k) => {
        button.setAttribute("aria-pressed", String(k === current));
        button.classList.toggle("todo", current !== null && k > current);
      });
      const stage = track.stages[current];
      write(text, stage ? `${stage.title}: ${lowered(stage.text)}` : say("The whole step. Walk through it with [ and ]."));
    },
  };
}

function lowered(sentence) {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/* The cell: wires in SVG, vectors on one canvas over it, nodes and labels as HTML on top. */

const SVG = "http://www.w3.org/2000/svg";

function createCell(player, track, part) {
  const place = part.querySelector(".cell");
  const canvas = place.querySelector("canvas");
  const drawing = DRAWINGS[track.kind](track.variant);
  const svg = place.querySelector("svg");
  let context = null;
  let width = 0;
  let squares = [];
  const wires = drawing.wires.map((wire) => createWire(wire, track, svg));
  const nodes = drawing.nodes.map((node) => createNode(node, drawing, player, track));
  const labels = drawing.vectors.flatMap((vector) => createLabels(vector, drawing, track));
  const input = createInput(drawing, track);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${drawing.height}`);
  svg.prepend(createBox(drawing.box));
  place.style.aspectRatio = `${WIDTH} / ${drawing.height}`;
  place.append(...labels.map((label) => label.node), input, ...nodes.map((node) => node.node));

  // What picture.js asks for where somebody saves this cell: by which name, under which words, and the squares once more.
  place.dataset.picture = `cell-${track.index + 1}`;
  place.caption = () => {
    const at = { unit: track.clip(current.unit) + 1, step: current.step + 1 };
    return `${track.title} · ${say("unit {unit} at token {step}", at)}`;
  };
  canvas.drawAgain = (brush) => drawVectors(current, brush);

  canvas.onpointermove = (event) => {
    const hit = unitAt(event);
    canvas.style.cursor = hit ? "pointer" : "";
    if (!hit) return player.tip.hide();
    const value = exact(track.at(hit.name, current.step, hit.unit));
    player.tip.show(event.clientX, event.clientY, say("unit {unit}: {value}", { unit: hit.unit + 1, value }));
  };
  canvas.onpointerleave = player.tip.hide;
  canvas.onclick = (event) => {
    const hit = unitAt(event);
    if (hit) player.set({ unit: hit.unit });
  };
  let current = null;

  function unitAt(event) {
    for (const { name, left, top, wide, high, columns, rows } of squares) {
      const column = Math.floor((event.offsetX - left) / wide);
      const row = Math.floor((event.offsetY - top) / high);
      const unit = row * columns + column;
      const inside = column >= 0 && column < columns && row >= 0 && row < rows;
      if (inside && unit < track.hidden) return { name, unit };
    }
    return null;
  }

  function drawVectors(state, brush) {
    brush.clearRect(0, 0, canvas.width, canvas.height);
    const unit = track.clip(state.unit);
    for (const vector of squares) drawVector(vector, state.step, unit, track.isKnown(vector.owner, state.stage), brush);
  }

  function drawVector({ name, top, wide, high, columns, rows, edges }, step, chosen, known, brush) {
    const spec = track.spec(name);
    const { css } = player.scales[spec.role];
    const gap = wide >= 3.5 ? 1 : 0;
    const whole = [edges[0], top, edges[columns] - edges[0] - gap, rows * high - gap];
    const square = (unit) => {
      const column = unit % columns;
      const side = edges[column + 1] - edges[column] - gap;
      return [edges[column], top + Math.floor(unit / columns) * high, side, high - gap];
    };
    brush.fillStyle = known ? player.look.frame : player.look.grid;
    brush.fillRect(...grown(whole));
    brush.fillStyle = player.look.background;
    if (!known) brush.fillRect(...whole);
    for (let unit = 0; known && unit < track.hidden; unit++) {
      brush.fillStyle = css[shadeOf(spec, track.at(name, step, unit))] ?? NO_NUMBER;
      brush.fillRect(...square(unit));
    }
    brush.strokeStyle = known ? player.look.text : player.look.frame;
    brush.lineWidth = 2;
    brush.strokeRect(...grown(square(chosen)));
  }

  return {
    measure() {
      width = place.clientWidth;
    },
    draw(state, before) {
      current = state;
      if (!before) {
        const scale = width / WIDTH;
        context = prepare(canvas, width, scale * drawing.height);
        squares = drawing.vectors.map((vector) => layOut(vector, track.hidden, scale));
      }
      if (differ(state, before, "step", "unit", "stage")) {
        drawVectors(state, context);
        for (const label of labels) label.draw(state);
        write(input.lastChild, short(player.tokens[state.step].text, 16));
      }
      if (!differ(state, before, "stage", "name", "track")) return;
      const own = track.counterpart(player.tracks[state.track], state.name);
      for (const { node, owner, name } of [...wires, ...nodes, ...labels]) {
        node.classList.toggle("todo", !track.isKnown(owner, state.stage));
        node.classList.toggle("lit", track.isLit(owner, state.stage));
        node.classList.toggle("chosen", name === own);
      }
    },
  };
}

/** Where the squares of a vector lie, in CSS pixels: one row, or several where there are many units. */
function layOut({ name, owner, x, y, width = VECTOR }, hidden, scale) {
  const ratio = window.devicePixelRatio || 1;
  const snap = (value) => Math.round(value * ratio) / ratio;
  const rows = Math.ceil(hidden / 20);
  const columns = Math.ceil(hidden / rows);
  const wide = Math.min(width / columns, 14) * scale;
  const high = Math.max(2, snap((rows > 1 ? 17 / rows : 14) * scale));
  const left = snap(x * scale - (columns * wide) / 2);
  const top = snap(y * scale - (rows * high) / 2);
  const edges = Array.from({ length: columns + 1 }, (_, column) => snap(left + column * wide));
  return { name, owner, columns, rows, wide, high, left, top, edges };
}

/** A rectangle one pixel larger on every side. */
function grown([x, y, width, height]) {
  return [x - 1, y - 1, width + 2, height + 2];
}

function createBox([x, y, width, height]) {
  const box = document.createElementNS(SVG, "rect");
  const attributes = { x, y, width, height, rx: 16, class: "box" };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  return box;
}

function createWire({ name, owner, points, arrow, over }, track, svg) {
  const node = document.createElementNS(SVG, "g");
  const path = roundedPath(points);
  const lines = (over ? ["halo", "wire"] : ["wire"]).map((className) => {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    line.setAttribute("class", className);
    return line;
  });
  node.append(...lines);
  if (arrow) node.append(createArrow(points.at(-2), points.at(-1)));
  if (name) node.style.setProperty("--role", `var(--${track.spec(name).role})`);
  svg.append(node);
  return { node, owner, name };
}

/** A path through points with rounded corners. */
function roundedPath(points, radius = 12) {
  const parts = [`M${points[0].join()}`];
  for (let k = 1; k < points.length - 1; k++) {
    const corner = points[k];
    parts.push(`L${towards(corner, points[k - 1], radius).join()}`);
    parts.push(`Q${corner.join()} ${towards(corner, points[k + 1], radius).join()}`);
  }
  parts.push(`L${points.at(-1).join()}`);
  return parts.join("");
}

function towards([x, y], [toX, toY], distance) {
  const length = Math.hypot(toX - x, toY - y);
  const along = Math.min(distance, length / 2) / length;
  return [x + (toX - x) * along, y + (toY - y) * along];
}

function createArrow(from, [x, y]) {
  const angle = (Math.atan2(y - from[1], x - from[0]) * 180) / Math.PI;
  const arrow = document.createElementNS(SVG, "path");
  arrow.setAttribute("d", "M1,0L-9,-5L-9,5Z");
  arrow.setAttribute("transform", `translate(${x} ${y}) rotate(${angle})`);
  arrow.setAttribute("class", "arrow");
  return arrow;
}

/** Puts HTML at a place of the drawing. */
function position(node, x, y, height) {
  node.style.left = `${(100 * x) / WIDTH}%`;
  node.style.top = `${(100 * y) / height}%`;
}

function createNode({ name, owner, x, y, text, kind }, { height }, player, track) {
  const fact = track.facts[name];
  const node = element("button", `node ${kind}`, { type: "button", "data-value": name });
  node.textContent = text;
  node.setAttribute("aria-label", `${fact.title} (${text})`);
  node.style.setProperty("--role", `var(--${fact.role})`);
  position(node, x, y, height);
  const look = () => player.peek({ track: track.index, name });
  const leave = () => player.peek(null);
  Object.assign(node, { onpointerenter: look, onfocus: look, onpointerleave: leave, onblur: leave });
  node.onclick = () => player.choose(track.index, name);
  return { node, owner, name };
}

/** The symbol of a vector and the number of the chosen unit, on either side of its wire or above it. */
function createLabels(vector, { height }, track) {
  const { name, owner, x, y, along } = vector;
  const symbol = element("span", "symbol");
  const number = element("span", "number");
  symbol.innerHTML = vector.symbol ?? track.symbols[name];
  symbol.classList.toggle("minor", Boolean(vector.minor));
  if (along === "across") {
    const both = element("span", "label above");
    both.append(symbol, number);
    position(both, x, y, height);
    return [labelOf(both)];
  }
  symbol.classList.add("label", "before");
  number.classList.add("label", "after");
  for (const part of [symbol, number]) position(part, x, y, height);
  return [labelOf(symbol), labelOf(number)];

  function labelOf(node) {
    return {
      node,
      owner,
      draw({ step, unit, stage }) {
        if (node === symbol) return;
        write(number, track.isKnown(owner, stage) ? shown(track.at(name, step, track.clip(unit))) : "");
      },
    };
  }
}

/** The token that enters the cell from below. */
function createInput({ input: [x, y], height }, { symbols }) {
  const label = element("span", "label input");
  label.append(element("span", "symbol"), element("bdi", "token-here"));
  label.firstChild.innerHTML = symbols.x;
  position(label, x, y, height);
  return label;
}

/** What the inspector looks at: what the pointer is on, or else the studied value. */
function createInspector(player, track, part) {
  const place = part.querySelector(".inspector");
  const what = place.querySelector(".what");
  const of = place.querySelector("h4 small");
  const formula = place.querySelector(".formula");
  const most = Math.max(...Object.values(track.facts).map((fact) => fact.rows.length));
  const rows = Array.from({ length: most }, createRow);
  place.querySelector("tbody").replaceChildren(...rows.map((row) => row.node));
  let shownName = "";
  let largest = 1;

  function open(name) {
    shownName = name;
    const fact = track.facts[name];
    place.style.setProperty("--role", `var(--${fact.role})`);
    write(what, fact.title);
    formula.innerHTML = fact.formula;
    rows.forEach((row, k) => row.open(fact.rows[k], k === fact.rows.length - 1));
  }

  /** The bars of one unit share one scale, which stays the same from token to token. */
  function largestOf(unit) {
    let largest = 0;
    for (const { value } of track.facts[shownName].rows) {
      for (let step = 0; step < track.steps; step++) {
        largest = Math.max(largest, Math.abs(track.at(value, step, unit)) || 0);
      }
    }
    return largest || 1;
  }

  function createRow() {
    const node = element("tr");
    const cells = ["said", "label-cell", "bar-cell", "number-cell"].map((name) => element("td", name));
    const [said, label, bar, number] = cells;
    const fill = element("i");
    bar.append(fill);
    node.append(...cells);
    let row = null;
    return {
      node,
      open(next, isResult) {
        row = next;
        node.classList.toggle("empty", !row);
        node.classList.toggle("result", isResult);
        write(said, row?.what ?? "");
        label.innerHTML = row?.label ?? "";
        fill.style.background = row ? `var(--${track.spec(row.value).role})` : "";
        write(number, "");
      },
      draw(step, unit, largest) {
        if (!row) return;
        const value = track.at(row.value, step, unit);
        const isHeld = track.isHeld(row.value, step, unit);
        write(said, isHeld ? say("set by you") : row.what);
        write(number, shown(value));
        const factors = row.factors.map((factor) => shown(track.at(factor, step, unit)));
        if (factors.length) write(label, isHeld ? "" : factors.join(" × "));
        const share = Number.isFinite(value) ? Math.min(Math.abs(value) / largest, 1) / 2 : 0;
        fill.style.transform = `translateX(${value < 0 ? -100 * share : 0}%) scaleX(${share})`;
      },
    };
  }

  return {
    draw(state, before) {
      const peeked = state.peek?.track === track.index ? state.peek.name : null;
      const name = peeked ?? track.counterpart(player.tracks[state.track], state.name);
      const unit = track.clip(state.unit);
      const isNew = name !== shownName || !before;
      if (!isNew && !differ(state, before, "step", "unit", "stage")) return;
      if (isNew) open(name);
      if (isNew || differ(state, before, "unit")) largest = largestOf(unit);
      const known = track.isKnown(track.ownerOf[name], state.stage);
      place.classList.toggle("todo", !known);
      const at = { unit: unit + 1, step: state.step + 1 };
      write(of, known ? say("unit {unit} at token {step}", at) : say("unit {unit} at token {step}, not computed yet", at));
      for (const row of rows) row.draw(state.step, unit, largest);
    },
  };
}

function createSays(player, track, part) {
  const place = part.querySelector(".says");
  const { says } = track;
  place.hidden = !says;
  if (!says) return { draw() {} };
  place.querySelector("h4").textContent = says.title;
  const here = place.querySelector(".said-here");
  return says.words ? createWords(player, says, here) : createNumber(says, here);
}

/** The most probable words as bars; the one that really follows in the text is marked. */
function createWords(player, says, place) {
  const list = element("ol", "words");
  const k = says.words[0].length;
  const rows = Array.from({ length: k }, () => {
    const node = element("li");
    const [word, bar, share] = [element("bdi", "word"), element("span", "bar"), element("span", "share")];
    bar.append(element("i"));
    node.append(word, bar, share);
    list.append(node);
    return { node, word, fill: bar.firstChild, share };
  });
  place.append(list);
  return {
    draw(state, before) {
      if (!differ(state, before, "step")) return;
      const next = says.continues ? player.tokens[state.step + 1]?.text : undefined;
      rows.forEach(({ node, word, fill, share }, rank) => {
        const text = says.words[state.step][rank];
        const probability = says.probabilities[state.step * k + rank];
        write(word, short(text, 24));
        write(share, percent(probability));
        fill.style.transform = `scaleX(${probability})`;
        node.classList.toggle("follows", text === next);
      });
    },
  };
}

function createNumber(says, place) {
  const number = element("output", "big-number");
  place.append(number);
  return {
    draw(state, before) {
      if (differ(state, before, "step")) write(number, shown(says.values[state.step]));
    },
  };
}

/* Heatmaps: the bitmap is drawn once; a step only moves what lies over it. */

const AXIS = 30;
const NARROWEST_CELL = 2;

function createMaps(player, track, part) {
  const grid = part.querySelector(".maps .grid");
  const panels = track.names.map((name) => createPanel(player, track, name));
  grid.replaceChildren(...panels.map((panel) => panel.node));
  let columns = 1;
  return {
    measure() {
      const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
      columns = columnsFor(grid.clientWidth, track, player.look.small);
      const width = Math.floor((grid.clientWidth - gap * (columns - 1)) / columns);
      for (const panel of panels) panel.fit(width);
    },
    draw(state, before) {
      if (!before) grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      for (const panel of panels) panel.draw(state, before);
    },
  };
}

/** As many maps in a row as leave each cell wide enough to see; fewer where that lets it hold its number. */
function columnsFor(width, track, font) {
  const cellOf = (columns) => (width / columns - AXIS - 30) / track.steps;
  const holdsNumbers = (columns) => cellOf(columns) >= 2.5 * font && lineHeight(track.hidden) >= 1.25 * font;
  const fits = [4, 3, 2, 1].filter(
    (columns) => track.names.length % columns === 0 && width / columns >= 290 && cellOf(columns) >= 5,
  );
  return fits.find((columns) => columns > 1 && holdsNumbers(columns)) ?? fits[0] ?? 1;
}

function lineHeight(hidden) {
  return Math.min(Math.max(272 / hidden, 4), 22);
}

function createPanel(player, track, name) {
  const spec = track.spec(name);
  const node = element("figure", "map");
  node.innerHTML = `
    <figcaption><b>${track.symbols[name]}</b> <span class="map-title">${track.facts[name].title}</span>
      <output class="reading"></output></figcaption>
    <div class="scroll"><div class="sheet"><canvas role="img"></canvas>
      <i class="veil"></i><i class="column"></i><i class="row"></i></div></div>
    <p class="bar"><span class="low"></span><i class="ramp"></i><span class="high"></span><span class="scaled"></span></p>`;
  node.style.setProperty("--role", `var(--${spec.role})`);
  const [canvas, veil, column, row] = node.querySelector(".sheet").children;
  const scroller = node.querySelector(".scroll");
  const reading = node.querySelector(".reading");
  createBar(node.querySelector(".bar"))(spec);
  node.querySelector(".scaled").textContent = rangeInWords(spec);
  canvas.setAttribute(
    "aria-label",
    say("{title}: heatmap of {units} units at {steps} tokens, values from {low} to {high}", {
      title: track.facts[name].title,
      units: track.hidden,
      steps: track.steps,
      low: tick(spec.low),
      high: tick(spec.high),
    }),
  );
  let size = null;

  canvas.onpointermove = (event) => {
    const cell = cellAt(event);
    if (!cell) return player.tip.hide();
    const token = short(player.tokens[cell.step].text, 24);
    const value = exact(track.at(name, cell.step, cell.unit));
    const at = { step: cell.step + 1, token, unit: cell.unit + 1, value };
    player.tip.show(event.clientX, event.clientY, say("token {step} {token} · unit {unit} · {value}", at));
  };
  canvas.onpointerleave = player.tip.hide;
  canvas.onclick = (event) => {
    const cell = cellAt(event);
    if (cell) player.set({ ...cell, track: track.index, name, stage: null, playing: false });
  };

  function cellAt({ offsetX, offsetY }) {
    const step = Math.floor((offsetX - AXIS) / size.cell);
    const unit = Math.floor(offsetY / size.line);
    return step >= 0 && step < track.steps && unit >= 0 && unit < track.hidden ? { step, unit } : null;
  }

  function paint() {
    const { cell, line, plot } = size;
    Object.assign(row.style, { width: `${plot.width}px`, height: `${line}px` });
    Object.assign(column.style, { width: `${Math.max(cell, 3)}px`, height: `${plot.height}px` });
    Object.assign(veil.style, { width: `${plot.width}px`, height: `${plot.height}px` });
    const context = prepare(canvas, size.width, size.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(bitmap(track, name, player.scales[spec.role]), AXIS, 0, plot.width, plot.height);
    context.font = `${size.font}px ${player.look.family}`;
    if (cell >= 2.5 * size.font && line >= 1.25 * size.font) writeNumbers(context);
    writeAxes(context);
  }

  function writeNumbers(context) {
    const { ink } = player.scales[spec.role];
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let step = 0; step < track.steps; step++) {
      for (let unit = 0; unit < track.hidden; unit++) {
        const value = track.at(name, step, unit);
        context.fillStyle = ink[shadeOf(spec, value)] ?? "#ffffff";
        context.fillText(brief(value), AXIS + (step + 0.5) * size.cell, (unit + 0.5) * size.line);
      }
    }
  }

  function writeAxes(context) {
    context.fillStyle = player.look.muted;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const every = Math.ceil((1.3 * size.font) / size.line);
    for (let unit = 0; unit < track.hidden; unit += every === 1 ? 1 : Math.max(every, 4)) {
      context.fillText(unit + 1, AXIS - 6, Math.max((unit + 0.5) * size.line, size.font / 2));
    }
    writeTokens(context, player, track.steps, { ...size, left: AXIS, top: size.line * track.hidden + 4 });
  }

  return {
    node,
    fit(width) {
      const cell = Math.min(Math.max((width - AXIS) / track.steps, NARROWEST_CELL), 72);
      const line = lineHeight(track.hidden);
      const font = player.look.small;
      const axis = tokenAxis(player, cell, font);
      const plot = { width: cell * track.steps, height: line * track.hidden };
      size = { cell, line, font, axis, plot, width: AXIS + plot.width, height: plot.height + axis.height, view: width };
    },
    draw(state, before) {
      if (!before) paint();
      if (!differ(state, before, "step", "unit", "stage")) return;
      const unit = track.clip(state.unit);
      const known = track.isKnown(name, state.stage);
      const ahead = state.step + (known ? 1 : 0);
      column.style.transform = `translateX(${state.step * size.cell}px)`;
      row.style.transform = `translateY(${unit * size.line}px)`;
      veil.style.transform = veilOver(track, ahead, state.step + (known ? 0 : 1));
      write(reading, known ? shown(track.at(name, state.step, unit)) : "–");
      follow(scroller, AXIS + state.step * size.cell, size.cell, size.view, size.width);
    },
  };
}

/** What lies ahead is veiled: to the right, or to the left where the layer reads from the end. */
function veilOver(track, ahead, behind) {
  if (track.reverse) return `scaleX(${behind / track.steps})`;
  const share = ahead / track.steps;
  return `translateX(${100 * share}%) scaleX(${1 - share})`;
}

/** All values of one name as a picture of one pixel a number. */
function bitmap(track, name, scale) {
  const picture = element("canvas");
  picture.width = track.steps;
  picture.height = track.hidden;
  const context = picture.getContext("2d");
  const image = context.createImageData(track.steps, track.hidden);
  const spec = track.spec(name);
  for (let unit = 0; unit < track.hidden; unit++) {
    for (let step = 0; step < track.steps; step++) {
      const at = 4 * (unit * track.steps + step);
      const k = shadeOf(spec, track.at(name, step, unit));
      for (let c = 0; c < 3; c++) image.data[at + c] = k < 0 ? 138 : scale.rgb[3 * k + c];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return picture;
}

function rangeInWords({ role, low, high }) {
  if (role === "memory") return say("no bound: scaled to its own largest value");
  if (low < -1) return say("scaled to its own largest value");
  return low < 0 ? say("between {low} and {high}", { low: tick(low), high: tick(high) }) : say("0 shut, 1 open");
}

/** How the tokens stand under a picture: side by side, tilted, or as numbers; and how much height that takes. */
function tokenAxis(player, cell, font) {
  if (cell < 1.25 * font) return { style: "numbers", height: 1.6 * font + 4 };
  const context = element("canvas").getContext("2d");
  context.font = `${font}px ${player.look.family}`;
  const widest = Math.max(...player.tokens.map(({ text }) => context.measureText(short(text, 10)).width));
  if (widest < cell - 6) return { style: "level", height: 1.6 * font + 4 };
  return { style: "tilted", height: Math.sin(TILT) * widest + font + 4 };
}

const TILT = Math.PI / 3;

function writeTokens(context, player, steps, { axis, left, top, cell, font }) {
  context.fillStyle = player.look.muted;
  if (axis.style === "numbers") return writeTokenNumbers(context, steps, { left, top, cell, font });
  context.textAlign = axis.style === "level" ? "center" : "right";
  context.textBaseline = axis.style === "level" ? "top" : "middle";
  for (let step = 0; step < steps; step++) {
    context.save();
    context.translate(left + (step + 0.5) * cell, top + 2);
    if (axis.style === "tilted") context.rotate(-TILT);
    context.fillText(short(player.tokens[step].text, 10), 0, 0);
    context.restore();
  }
}

function writeTokenNumbers(context, steps, { left, top, cell, font }) {
  context.textAlign = "center";
  context.textBaseline = "top";
  const every = [1, 2, 5, 10, 20, 50, 100].find((n) => n * cell >= 3 * font) ?? 200;
  for (let step = every - 1; step < steps; step += every) {
    const widest = left + steps * cell - context.measureText(step + 1).width / 2;
    context.fillText(step + 1, Math.min(left + (step + 0.5) * cell, widest), top);
  }
}

/* One unit: its values as lines under one another, over the same tokens. */

const LINE_HEIGHT = 54;
const LINE_PADDING = 9;

function createLines(player, track, part) {
  const place = part.querySelector(".lines");
  const unitNumber = place.querySelector(".unit-number");
  compose(place.querySelector(".unit-over"), say("Unit {unit} over the text"), { unit: unitNumber });
  const canvas = place.querySelector("canvas");
  const scroller = place.querySelector(".scroll");
  const cursor = place.querySelector(".cursor");
  const readings = track.names.map(createReading);
  const dots = track.names.map((name) => {
    const dot = element("i", "dot");
    dot.style.setProperty("--role", `var(--${track.spec(name).role})`);
    return dot;
  });
  place.querySelector(".readings").replaceChildren(...readings.map((reading) => reading.node));
  scroller.append(...dots);
  canvas.setAttribute("role", "img");
  canvas.onclick = (event) => player.go(Math.floor((event.offsetX - AXIS) / size.cell));
  let size = null;

  function createReading(name) {
    const node = element("li");
    node.style.setProperty("--role", `var(--${track.spec(name).role})`);
    node.innerHTML = `<b>${track.symbols[name]}</b> <span class="map-title">${track.facts[name].title}</span> <output></output>`;
    return { node, number: node.lastChild };
  }

  function heightOf(name, row, value) {
    const { low, high } = track.spec(name);
    const inside = LINE_HEIGHT - 2 * LINE_PADDING;
    return row * LINE_HEIGHT + LINE_PADDING + inside * (1 - (value - low) / (high - low));
  }

  function paint(unit) {
    const context = prepare(canvas, size.width, size.height);
    context.font = `${size.font}px ${player.look.family}`;
    track.names.forEach((name, row) => drawLine(context, name, row, unit));
    const top = LINE_HEIGHT * track.names.length + 2;
    writeTokens(context, player, track.steps, { ...size, left: AXIS, top });
    const seen = { unit: unit + 1, steps: track.steps, names: track.names.join(", ") };
    canvas.setAttribute("aria-label", say("Unit {unit} over {steps} tokens: {names} as lines", seen));
  }

  function drawLine(context, name, row, unit) {
    const { low, high, role } = track.spec(name);
    const right = AXIS + size.cell * track.steps;
    context.lineWidth = 1;
    context.fillStyle = player.look.muted;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of new Set([low, 0, high])) {
      const y = Math.round(heightOf(name, row, value)) + 0.5;
      context.strokeStyle = value === 0 ? player.look.axis : player.look.grid;
      strokePath(context, [[AXIS, y], [right, y]]);
      if (value !== 0 || low === 0) context.fillText(tick(value), AXIS - 5, y);
    }
    context.strokeStyle = player.scales[role].line;
    context.lineWidth = 2;
    context.lineJoin = "round";
    const points = Array.from({ length: track.steps }, (_, step) => [
      AXIS + (step + 0.5) * size.cell,
      heightOf(name, row, track.at(name, step, unit)),
    ]);
    strokePath(context, points);
    context.fillStyle = player.scales[role].line;
    if (size.cell >= 14) for (const [x, y] of points) context.fillRect(x - 2, y - 2, 4, 4);
  }

  return {
    measure() {
      const view = scroller.clientWidth;
      const cell = Math.max((view - AXIS) / track.steps, NARROWEST_CELL);
      const font = player.look.small;
      const axis = tokenAxis(player, cell, font);
      const height = LINE_HEIGHT * track.names.length + axis.height;
      size = { cell, font, axis, view, width: AXIS + cell * track.steps, height };
    },
    draw(state, before) {
      const unit = track.clip(state.unit);
      if (!before) cursor.style.height = `${LINE_HEIGHT * track.names.length}px`;
      if (differ(state, before, "unit")) {
        paint(unit);
        write(unitNumber, String(unit + 1));
      }
      if (!differ(state, before, "step", "unit", "stage")) return;
      const x = (state.step + 0.5) * size.cell;
      cursor.style.transform = `translateX(${x}px)`;
      track.names.forEach((name, row) => {
        const known = track.isKnown(name, state.stage);
        const value = track.at(name, state.step, unit);
        write(readings[row].number, known ? shown(value) : "–");
        dots[row].style.transform = `translate(${AXIS + x}px, ${heightOf(name, row, value)}px)`;
        dots[row].classList.toggle("todo", !known);
      });
      follow(scroller, AXIS + state.step * size.cell, size.cell, size.view, size.width);
    },
  };
}

function strokePath(context, points) {
  context.beginPath();
  points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
