/**
 * The token player, the browser side: it draws. Every number on the screen is one of the payload's numbers, which torch
 * computed; the only arithmetic here is where to put a pixel and which colour it has.
 *
 *   1 Renderer      Streamlit's entry: one player for each place in the page, called again at each change
 *   2 Payload       base64 to numbers by name
 *   3 Colours       scales by role, light and dark
 *   4 Player        the state, the actions on it, one frame for all drawing, keys, address bar, reports
 *   5 Views         strip, transport, cell, inspector, says, maps, lines: each draws what has changed
 *   6 Drawings      the textbook pictures of RNN, LSTM and GRU as data
 *
 * Tokens and words come from visitors: they only ever become text. Formulas are ours and come as HTML.
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

const players = new WeakMap();

/** @param {{data: object, parentElement: ShadowRoot, setStateValue: (name: string, value: unknown) => void}} component */
export default function render({ data, parentElement, setStateValue }) {
  let player = players.get(parentElement);
  if (!player?.root.isConnected) {
    player?.destroy();
    player = createPlayer(parentElement);
    players.set(parentElement, player);
  }
  player.update(data, (cursor) => setStateValue("cursor", cursor));
  return () => {
    player.destroy();
    players.delete(parentElement);
  };
}

/* -------------------------------------------------------------------------------------------------- 2 Payload */

/** @returns {Float32Array} */
function floats(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new Float32Array(bytes.buffer);
}

/** One traced network: its values by name, step and unit. */
class Track {
  constructor(raw, index, steps) {
    Object.assign(this, { ...raw, index, steps });
    this.values = mapObject(raw.values, (value) => ({ ...value, data: floats(value.data) }));
    this.start = mapObject(raw.start, floats);
    this.stageOf = Object.fromEntries(raw.stages.flatMap((stage, k) => stage.names.map((name) => [name, k])));
    this.ownerOf = Object.fromEntries(Object.entries(raw.facts).map(([name, fact]) => [name, fact.owner]));
    if (raw.says) this.says = decodeSays(raw.says);
  }

  /** The number of a value; `c@-1` is c of the step before. A constant row serves every step. */
  at(name, step, unit) {
    if (name.endsWith("@-1")) {
      const state = name.slice(0, -3);
      const past = this.reverse ? step + 1 : step - 1;
      return past >= 0 && past < this.steps ? this.at(state, past, unit) : this.start[state][unit];
    }
    const { data } = this.values[name];
    return data[(data.length > this.hidden ? step * this.hidden : 0) + unit];
  }

  /** Role and range of a value; the past has those of the present. */
  spec(name) {
    return this.values[name.replace("@-1", "")];
  }

  clip(unit) {
    return Math.min(unit, this.hidden - 1);
  }

  /** This track's own answer to a choice made in another one: the same value, or one with the same role. */
  counterpart(track, name) {
    if (track === this || this.facts[name]) return name;
    const role = track.values[name].role;
    return this.names.find((own) => this.values[own].role === role) ?? this.names.at(-1);
  }

  /** A sub-step that this cell has: another cell may have more of them. */
  clipStage(stage) {
    return Math.min(stage, this.stages.length - 1);
  }

  /** Is a value known at this sub-step? `null` means that the whole step has been computed. */
  isKnown(name, stage) {
    return stage === null || (this.stageOf[name] ?? -1) <= this.clipStage(stage);
  }

  /** Is a value what this very sub-step computes? */
  isLit(name, stage) {
    return stage !== null && this.stageOf[name] === this.clipStage(stage);
  }
}

function decodeSays(raw) {
  const numbers = raw.words ? "probabilities" : "values";
  return { ...raw, [numbers]: floats(raw[numbers]) };
}

function mapObject(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

/* -------------------------------------------------------------------------------------------------- 3 Colours */

const SHADES = 256;
const NO_NUMBER = "#8a8a8a";
const EVEN_LUMINANCE = 0.197; // dark and white ink have the same contrast here

/** The colour scale of a role, in finer steps than its stops: as CSS colours, as bytes, and the ink readable on each. */
function createScale({ line, scale }) {
  const stops = scale.map(bytesOf);
  const rgb = new Uint8Array(SHADES * 3);
  for (let k = 0; k < SHADES; k++) {
    const along = (k / (SHADES - 1)) * (stops.length - 1);
    const left = Math.min(Math.floor(along), stops.length - 2);
    for (let c = 0; c < 3; c++) {
      rgb[3 * k + c] = Math.round(stops[left][c] + (stops[left + 1][c] - stops[left][c]) * (along - left));
    }
  }
  const css = [];
  const ink = [];
  for (let k = 0; k < SHADES; k++) {
    const colour = rgb.subarray(3 * k, 3 * k + 3);
    css.push(`rgb(${colour.join()})`);
    ink.push(luminance(colour) > EVEN_LUMINANCE ? "#10161d" : "#ffffff");
  }
  return { line, stops: scale, rgb, css, ink };
}

/** Where a number lies on its scale, 0 to 255; -1 if it is no number. */
function shadeOf({ low, high }, value) {
  if (Number.isNaN(value)) return -1;
  return Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * (SHADES - 1));
}

function bytesOf(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}

function luminance(colour) {
  const [r, g, b] = Array.from(colour, (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** What canvases must know of the page's look, as its CSS tells: colours, font, and whether it is dark. */
function readLook(root) {
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    dark: luminance(bytesOfCss(style.backgroundColor)) < 0.2,
    background: style.backgroundColor,
    text: style.color,
    muted: colour("--muted"),
    axis: colour("--axis"),
    grid: colour("--grid"),
    frame: colour("--frame"),
    family: style.fontFamily,
    small: 0.72 * parseFloat(style.fontSize),
  };
}

/** A computed CSS colour as bytes: browsers say rgb(…) or color(srgb …). */
function bytesOfCss(colour) {
  const numbers = colour.match(/-?[\d.]+/g).slice(0, 3).map(Number);
  return colour.startsWith("color") ? numbers.map((share) => 255 * share) : numbers;
}

/* --------------------------------------------------------------------------------------------------- Numbers */

const MINUS = "\u2212";

/** A number of the screen: three decimals, or two digits and an exponent where those would say nothing. */
function shown(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value).replace("-", MINUS).replace("Infinity", "∞");
  const text = (size > 0 && size < 0.0005) || size >= 1000 ? value.toExponential(1).replace("e+", "e") : value.toFixed(3);
  return text.replaceAll("-", MINUS);
}

/** The same with all the digits that float32 has. */
function exact(value) {
  return (Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value)).replaceAll("-", MINUS);
}

/** A number of a heatmap's cell: as short as can be. */
function brief(value) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  const text = size >= 9.95 ? size.toFixed(0) : size >= 0.995 ? size.toFixed(1) : size.toFixed(2).slice(1);
  return (value < 0 && Number(text) !== 0 ? MINUS : "") + text;
}

/** A number of an axis: no more digits than it needs. */
function tick(value) {
  return String(Number(value.toPrecision(3))).replace("-", MINUS);
}

/* --------------------------------------------------------------------------------------------------- 4 Player */

const REST_MS = 600;
const URL_MS = 250;
const LONGEST_TEXT = 120;

/**
 * @typedef {object} State
 * @property {number} step        the token, from 0
 * @property {number} unit        the unit, from 0
 * @property {number} track       whose value is studied
 * @property {string} name        which value is studied
 * @property {number|null} stage  the sub-step inside the cell; null when the whole step is shown
 * @property {boolean} playing
 * @property {number} speed       tokens a second
 * @property {{track: number, name: string}|null} peek  what a pointer or the focus looks at for the moment
 */

function createPlayer(parent) {
  const root = parent.querySelector(".player");
  const frame = createFrame(draw);
  const resting = createDelay(REST_MS, rest);
  const address = createAddress(() => state);
  const observer = new ResizeObserver(() => root.clientWidth !== width && measure());
  const player = {
    root,
    template: parent.querySelector(".track-parts"),
    tip: createTip(root.querySelector(".tip")),
    update,
    destroy,
    set,
    go,
    goStage,
    togglePlay,
    choose: (track, name) => set({ track, name }),
    peek: (peek) => set({ peek }),
  };

  /** @type {State|null} */
  let state = null;
  let drawn = null;
  let views = [];
  let digest = "";
  let say = () => {};
  let reported = "";
  let due = 0;
  let width = 0;
  let moved = false;

  root.addEventListener("keydown", (event) => handleKey(event, player, state));
  observer.observe(root);

  /** Takes new data or a new theme. Equal content keeps everything as it is. */
  function update(data, setCursor) {
    say = data.report ? setCursor : () => {};
    if (data.digest !== digest || data.compact !== player.compact) {
      digest = data.digest;
      player.compact = data.compact;
      player.tokens = data.tokens;
      player.tracks = data.tracks.map((raw, index) => new Track(raw, index, data.tokens.length));
      player.steps = data.tokens.length;
      player.units = Math.max(...player.tracks.map((track) => track.hidden));
      if (!state) reported = cursorKey(data);
      state = settle(state ?? { ...address.read(data), speed: 4, track: 0, name: "" });
      views = buildViews(player);
    }
    applyTheme(data.palettes);
    measure();
    address.later();
    resting.start();
  }

  /** A state that fits the data: the cursor clipped, the studied value one that exists. */
  function settle({ step, unit, track, name, speed }) {
    const own = player.tracks[track] ?? player.tracks[0];
    return {
      step: Math.min(step, player.steps - 1),
      unit: Math.min(unit, player.units - 1),
      track: own.index,
      name: own.facts[name] ? name : favourite(own),
      stage: null,
      playing: false,
      speed,
      peek: null,
    };
  }

  function applyTheme(palettes) {
    const { dark } = readLook(root);
    player.scales = mapObject(palettes[dark ? "dark" : "light"], createScale);
    for (const [role, { line, stops }] of Object.entries(player.scales)) {
      root.style.setProperty(`--${role}`, line);
      root.style.setProperty(`--${role}-ramp`, `linear-gradient(to right, ${stops.join()})`);
    }
  }

  function measure() {
    if (!state) return;
    width = root.clientWidth;
    player.look = readLook(root);
    for (const view of views) view.measure?.();
    drawn = null;
    frame.ask();
  }

  function set(change) {
    const before = state;
    state = { ...state, ...change };
    frame.ask();
    const hasStopped = before.playing && !state.playing;
    if (!hasStopped && !differ(state, before, "step", "unit", "name")) return;
    moved = true;
    address.later();
    resting.start();
  }

  /** Draws what differs from what is on the screen; all of it after a change of size, theme or data. */
  function draw(time) {
    if (state.playing) advance(time);
    for (const view of views) view.draw(state, drawn);
    drawn = state;
    if (state.playing) frame.ask();
  }

  function go(step) {
    set({ step: Math.min(Math.max(step, 0), player.steps - 1), stage: null, playing: false });
  }

  /** Walks the sub-steps, and on into the neighbouring token where this one ends. */
  function goStage(by) {
    const last = Math.max(...player.tracks.map((track) => track.stages.length)) - 1;
    let { step, stage } = state;
    stage = stage === null ? (by > 0 ? 0 : last) : stage + by;
    if (stage > last || stage < 0) {
      if (step + by < 0 || step + by >= player.steps) return;
      step += by;
      stage = by > 0 ? 0 : last;
    }
    setStage(stage, step);
  }

  function setStage(stage, step = state.step) {
    const track = player.tracks[state.track];
    const name = stage === null ? state.name : track.stages[track.clipStage(stage)].names.at(-1);
    set({ step, stage, name, playing: false });
  }
  player.setStage = setStage;

  function togglePlay() {
    if (state.playing) return set({ playing: false });
    const atEnd = state.step === player.steps - 1;
    due = 0;
    set({ playing: player.steps > 1, stage: null, step: atEnd ? 0 : state.step });
  }

  /** One token at most in a frame: a slow machine plays slower, but skips nothing. */
  function advance(time) {
    const interval = 1000 / state.speed;
    if (due === 0 || time > due + 4 * interval + 250) due = time + interval;
    if (time < due - 2) return;
    due += interval;
    const step = state.step + 1;
    set({ step, playing: step < player.steps - 1 });
  }

  /** Once the reader rests: say where we are, to the ear and, if it asked, to the page. */
  function rest() {
    if (state.playing) return;
    if (moved) root.querySelector(".spoken").textContent = describe(player, state);
    const cursor = { step: state.step, unit: state.unit };
    if (cursorKey(cursor) === reported) return;
    reported = cursorKey(cursor);
    say(cursor);
  }

  function destroy() {
    observer.disconnect();
    frame.stop();
    resting.stop();
    address.stop();
  }

  return player;
}

function cursorKey({ step, unit }) {
  return `${step} ${unit}`;
}

/** The value to begin with: the first gate that keeps, or else the state. */
function favourite(track) {
  return track.names.find((name) => track.values[name].role === "keep") ?? track.names.at(-1);
}

/** Asks for at most one animation frame at a time. */
function createFrame(draw) {
  let asked = 0;
  return {
    ask() {
      asked ||= requestAnimationFrame((time) => {
        asked = 0;
        draw(time);
      });
    },
    stop: () => cancelAnimationFrame(asked),
  };
}

/** Calls `act` when `start` has not been called for a while. */
function createDelay(milliseconds, act) {
  let timer = 0;
  return {
    start() {
      clearTimeout(timer);
      timer = setTimeout(act, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * The address bar: it carries step and unit beside whatever others keep there. Streamlit rewrites the query string when
 * the script sets `st.query_params`, and knows nothing of ours then; so ours is put back whenever the entry changes.
 */
function createAddress(getState) {
  const path = location.pathname;
  const delay = createDelay(URL_MS, write);
  window.navigation?.addEventListener("currententrychange", restore);

  /** The others' parameters stay as they are, to the letter. */
  function write() {
    if (location.pathname !== path || getState().playing) return;
    const { step, unit } = getState();
    const others = location.search.slice(1).split("&").filter((pair) => pair && !/^(step|unit)(=|$)/.test(pair));
    const search = `?${[...others, `step=${step + 1}`, `unit=${unit + 1}`].join("&")}`;
    if (search !== location.search) history.replaceState(history.state, "", search + location.hash);
  }

  function restore() {
    if (getState() && location.pathname === path) delay.start();
  }

  return {
    later: delay.start,
    /** Where to start: the address bar first, then what the page asked for. */
    read({ step, unit, tokens, tracks }) {
      const query = new URLSearchParams(location.search);
      const most = { step: tokens.length, unit: Math.max(...tracks.map((track) => track.hidden)) };
      const given = (name, otherwise) => {
        const text = query.get(name) ?? "";
        const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
        return number >= 1 && number <= most[name] ? number - 1 : otherwise;
      };
      return { step: given("step", step), unit: given("unit", unit) };
    },
    stop() {
      delay.stop();
      window.navigation?.removeEventListener("currententrychange", restore);
    },
  };
}

/** Keys act while the focus is inside the player; controls keep the keys that are their own. */
function handleKey(event, player, state) {
  const { target, key } = event;
  const isBracket = (key === "[" || key === "]") && event.ctrlKey === event.altKey; // AltGr on many keyboards
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !isBracket)) return;
  const isControl = target.matches("input, select");
  if (isControl && (key.startsWith("Arrow") || key === "Home" || key === "End" || key === " ")) return;
  if (key === " " && target.matches("button")) return;
  const act = {
    ArrowLeft: () => player.go(state.step - 1),
    ArrowRight: () => player.go(state.step + 1),
    Home: () => player.go(0),
    End: () => player.go(player.steps - 1),
    ArrowUp: () => player.set({ unit: Math.max(state.unit - 1, 0) }),
    ArrowDown: () => player.set({ unit: Math.min(state.unit + 1, player.units - 1) }),
    "[": () => player.goStage(-1),
    "]": () => player.goStage(1),
    Escape: () => player.setStage(null),
    " ": player.togglePlay,
  }[key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** The sentence that a screen reader hears at rest. */
function describe(player, state) {
  const track = player.tracks[state.track];
  const unit = track.clip(state.unit);
  const value = shown(track.at(state.name, state.step, unit));
  const parts = [
    `Token ${state.step + 1} of ${player.steps}: ${short(player.tokens[state.step].text)}.`,
    `${track.facts[state.name].title} of unit ${unit + 1}: ${value}.`,
  ];
  if (state.stage !== null) parts.push(`Sub-step: ${track.stages[track.clipStage(state.stage)].title}.`);
  if (track.says?.words) {
    const k = track.says.words[0].length;
    const share = percent(track.says.probabilities[state.step * k]);
    parts.push(`${track.says.title}: ${short(track.says.words[state.step][0])}, ${share}.`);
  }
  return parts.join(" ");
}

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
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return `${(100 * share).toFixed(1)} %`;
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
  const bar = createBar(player.root.querySelector(".shading .bar"));
  const tokens = player.tokens.map(createToken);
  let boxes = [];
  let sizes = { view: 0, content: 0 };
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
  unit.replaceChildren(...Array.from({ length: player.units }, (_, k) => new Option(`${k + 1} of ${player.units}`, k)));

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
      if (differ(state, before, "step")) write(counter, `token ${state.step + 1} of ${player.steps}`);
      if (differ(state, before, "unit")) unit.value = String(state.unit);
      if (differ(state, before, "speed")) {
        speed.value = String(state.speed);
        speed.setAttribute("aria-valuetext", `${state.speed} tokens a second`);
        write(speedValue, `${state.speed} / s`);
      }
      if (differ(state, before, "playing")) {
        play.classList.toggle("playing", state.playing);
        play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
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
      write(text, stage ? `${stage.title}: ${lowered(stage.text)}` : "The whole step. Walk through it with [ and ].");
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

  canvas.onpointermove = (event) => {
    const hit = unitAt(event);
    canvas.style.cursor = hit ? "pointer" : "";
    if (!hit) return player.tip.hide();
    const value = exact(track.at(hit.name, current.step, hit.unit));
    player.tip.show(event.clientX, event.clientY, `unit ${hit.unit + 1}: ${value}`);
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

  function drawVectors(state) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    const unit = track.clip(state.unit);
    for (const vector of squares) drawVector(vector, state.step, unit, track.isKnown(vector.owner, state.stage));
  }

  function drawVector({ name, top, wide, high, columns, rows, edges }, step, chosen, known) {
    const spec = track.spec(name);
    const { css } = player.scales[spec.role];
    const gap = wide >= 3.5 ? 1 : 0;
    const whole = [edges[0], top, edges[columns] - edges[0] - gap, rows * high - gap];
    const square = (unit) => {
      const column = unit % columns;
      const side = edges[column + 1] - edges[column] - gap;
      return [edges[column], top + Math.floor(unit / columns) * high, side, high - gap];
    };
    context.fillStyle = known ? player.look.frame : player.look.grid;
    context.fillRect(...grown(whole));
    context.fillStyle = player.look.background;
    if (!known) context.fillRect(...whole);
    for (let unit = 0; known && unit < track.hidden; unit++) {
      context.fillStyle = css[shadeOf(spec, track.at(name, step, unit))] ?? NO_NUMBER;
      context.fillRect(...square(unit));
    }
    context.strokeStyle = known ? player.look.text : player.look.frame;
    context.lineWidth = 2;
    context.strokeRect(...grown(square(chosen)));
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
        drawVectors(state);
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
        write(number, shown(value));
        const factors = row.factors.map((factor) => shown(track.at(factor, step, unit)));
        if (factors.length) write(label, factors.join(" × "));
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
      write(of, `unit ${unit + 1} at token ${state.step + 1}${known ? "" : ", not computed yet"}`);
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
    `${track.facts[name].title}: heatmap of ${track.hidden} units at ${track.steps} tokens, values from ${tick(spec.low)} to ${tick(spec.high)}`,
  );
  let size = null;

  canvas.onpointermove = (event) => {
    const cell = cellAt(event);
    if (!cell) return player.tip.hide();
    const token = short(player.tokens[cell.step].text, 24);
    const value = exact(track.at(name, cell.step, cell.unit));
    player.tip.show(event.clientX, event.clientY, `token ${cell.step + 1} ${token} · unit ${cell.unit + 1} · ${value}`);
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
  if (role === "memory") return "no bound: scaled to its own largest value";
  if (low < -1) return "scaled to its own largest value";
  return low < 0 ? `between ${tick(low)} and ${tick(high)}` : "0 shut, 1 open";
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
    canvas.setAttribute("aria-label", `Unit ${unit + 1} over ${track.steps} tokens: ${track.names.join(", ")} as lines`);
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

/* ------------------------------------------------------------------------------------------------- 6 Drawings */

/*
 * A drawing is data: wires from point to point, nodes that can be looked at, vectors that lie on the wires. `name` is
 * the value that a part carries or computes, `owner` the line of the cell that it belongs to, which says in which
 * sub-step it is computed. Lengths count in units of a page WIDTH wide.
 */

const WIDTH = 720;
const VECTOR = 100;
const BOX = [112, 16, 500, 336];
const TOP = 66;
const MIDDLE = 146;
const GATES = 250;
const H_BUS = 310;
const X_BUS = 330;
const BOTTOM = 388;
const SIGNS = { sigmoid: "σ", tanh: "tanh", relu: "ReLU", identity: "id" };

const DRAWINGS = { LSTM: drawLstm, GRU: drawGru, RNN: drawRnn };

const wire = (name, owner, ...points) => ({ name, owner, points, arrow: true });
const line = (name, owner, ...points) => ({ name, owner, points, arrow: false });
const over = (wires) => ({ ...wires, over: true });
const gate = (name, x, text) => ({ name, owner: name, x, y: GATES, text, kind: "gate" });
const operation = (name, owner, x, y, text) => ({ name, owner, x, y, text, kind: "operation" });
const rising = (name, owner, x, y) => ({ name, owner, x, y, along: "up" });
const minor = (vector) => ({ ...vector, minor: true });
const level = (name, owner, x, y) => ({ name, owner, x, y, along: "across" });

/** How gates read: the input rises to each from one bus; the past state comes from another, which passes over it. */
function buses(inputs, gates, past) {
  const last = inputs.at(-1) + 10;
  const ports = GATES + 20;
  return [
    wire(null, null, [150, BOTTOM - 26], [150, X_BUS], [last, X_BUS], [last, ports]),
    ...inputs.slice(0, -1).map((x) => wire(null, null, [x + 10, X_BUS], [x + 10, ports])),
    over(wire("h@-1", null, ...past)),
    ...gates.map((x) => wire("h@-1", null, [x - 10, H_BUS], [x - 10, ports])),
  ];
}

function drawLstm({ candidate, output }) {
  const [f, i, g, o, out] = [172, 280, 388, 496, 568];
  const squashed = output === "tanh";
  return {
    height: BOTTOM,
    box: BOX,
    input: [150, BOTTOM - 12],
    wires: [
      line("h@-1", null, [0, H_BUS], [126, H_BUS]),
      ...buses([f, i, g, o], [f, i, g], [[126, H_BUS], [o - 10, H_BUS], [o - 10, GATES + 20]]),
      wire("c@-1", null, [0, TOP], [f - 16, TOP]),
      line("f*c", "c", [f + 16, TOP], [g - 16, TOP]),
      wire("c", "c", [g + 16, TOP], [WIDTH - 4, TOP]),
      wire("f", "f", [f, GATES - 18], [f, TOP + 16]),
      wire("i", "i", [i, GATES - 18], [i, MIDDLE], [g - 16, MIDDLE]),
      wire("g", "g", [g, GATES - 18], [g, MIDDLE + 16]),
      wire("i*g", "c", [g, MIDDLE - 16], [g, TOP + 16]),
      wire("c", "h", [out, TOP], [out, squashed ? 94 : 158]),
      ...(squashed ? [wire("tanh(c)", "h", [out, 126], [out, 158])] : []),
      wire("o", "o", [o, GATES - 18], [o, 174], [out - 16, 174]),
      wire("h", "h", [out, 190], [out, H_BUS], [WIDTH - 4, H_BUS]),
    ],
    nodes: [
      gate("f", f, "σ"),
      gate("i", i, "σ"),
      gate("g", g, SIGNS[candidate]),
      gate("o", o, "σ"),
      operation("f*c", "c", f, TOP, "×"),
      operation("i*g", "c", g, MIDDLE, "×"),
      operation("c", "c", g, TOP, "+"),
      ...(squashed ? [{ ...operation("tanh(c)", "h", out, 110, "tanh"), kind: "squash" }] : []),
      operation("h", "h", out, 174, "×"),
    ],
    vectors: [
      level("c@-1", null, 56, TOP),
      level("h@-1", null, 56, H_BUS),
      rising("f", "f", f, 210),
      rising("i", "i", i, 210),
      rising("g", "g", g, 210),
      rising("o", "o", o, 210),
      minor(level("f*c", "c", (f + g) / 2, TOP)),
      minor(rising("i*g", "c", g, 112)),
      level("c", "c", 664, TOP),
      level("h", "h", 664, H_BUS),
    ],
  };
}

function drawGru({ reset, update_gate: updateGate }) {
  const [z, r, product, n] = [172, 284, 380, 532];
  const inside = reset === "after" ? "h_n" : "r*h";
  const keeps = updateGate === "keep";
  const mixing = keeps ? mixKeeping(z, r, n) : mixWriting(z, n);
  return {
    height: BOTTOM,
    box: BOX,
    input: [150, BOTTOM - 12],
    wires: [
      ...buses([z, r, n], [z, r], [[126, TOP], [126, H_BUS], [product, H_BUS], [product, GATES + 16]]),
      wire("h@-1", null, [0, TOP], [z - 16, TOP]),
      line("keep*h", "h", [z + 16, TOP], [n - 16, TOP]),
      wire("h", "h", [n + 16, TOP], [WIDTH - 4, TOP]),
      ...mixing.wires,
      wire("r", "r", [r, GATES - 18], [r, 178], [product, 178], [product, GATES - 16]),
      wire(inside, "n", [product + 16, GATES], [n - 28, GATES]),
      wire("n", "n", [n, GATES - 18], [n, MIDDLE + 16]),
      wire("write*n", "h", [n, MIDDLE - 16], [n, TOP + 16]),
    ],
    nodes: [
      gate("z", z, "σ"),
      gate("r", r, "σ"),
      gate("n", n, "tanh"),
      operation(inside, "n", product, GATES, "×"),
      mixing.node,
      operation("keep*h", "h", z, TOP, "×"),
      operation("write*n", "h", n, MIDDLE, "×"),
      operation("h", "h", n, TOP, "+"),
    ],
    vectors: [
      level("h@-1", null, 56, TOP),
      rising("z", "z", z, 210),
      rising("r", "r", r, 210),
      { ...level(inside, "n", (product + n) / 2 - 8, GATES), width: 80, symbol: "" },
      rising("n", "n", n, 210),
      minor(level("keep*h", "h", (z + n) / 2, TOP)),
      ...mixing.vectors,
      minor(rising("write*n", "h", n, 112)),
      level("h", "h", 664, TOP),
    ],
  };
}

/** z keeps the past, 1 - z writes the candidate: as torch has it. */
function mixKeeping(z, r, n) {
  return {
    wires: [
      wire("z", "z", [z, GATES - 18], [z, TOP + 16]),
      wire("z", "z", [z, MIDDLE], [r - 20, MIDDLE]),
      wire("1-z", "h", [r + 16, MIDDLE], [n - 16, MIDDLE]),
    ],
    node: operation("1-z", "h", r, MIDDLE, "1 −"),
    vectors: [minor(level("1-z", "h", (r + n) / 2, MIDDLE))],
  };
}

/** z writes the candidate, 1 - z keeps the past: as the lectures have it. */
function mixWriting(z, n) {
  return {
    wires: [
      line("z", "z", [z, GATES - 18], [z, 126]),
      wire("z", "z", [z, MIDDLE], [n - 16, MIDDLE]),
      wire("1-z", "h", [z, 98], [z, TOP + 16]),
    ],
    node: operation("1-z", "h", z, 112, "1 −"),
    vectors: [],
  };
}

function drawRnn({ nonlinearity }) {
  const [weights, sum, squash] = [180, 340, 510];
  const middle = 112;
  return {
    height: 290,
    box: [112, 16, 500, 226],
    input: [sum, 276],
    wires: [
      wire("h@-1", null, [0, middle], [weights - 26, middle]),
      wire("h_h", "h", [weights + 26, middle], [sum - 16, middle]),
      wire(null, null, [sum, 262], [sum, 230]),
      wire("x_h", "h", [sum, 200], [sum, middle + 16]),
      wire("a_h", "h", [sum + 16, middle], [squash - 28, middle]),
      wire("h", "h", [squash + 28, middle], [WIDTH - 4, middle]),
    ],
    nodes: [
      { ...operation("h_h", "h", weights, middle, "W"), kind: "weights" },
      { ...operation("x_h", "h", sum, 214, "W"), kind: "weights" },
      operation("a_h", "h", sum, middle, "+"),
      { ...gate("h", squash, SIGNS[nonlinearity]), y: middle },
    ],
    vectors: [
      level("h@-1", null, 56, middle),
      minor(level("h_h", "h", (weights + sum) / 2, middle)),
      minor(rising("x_h", "h", sum, 168)),
      { ...level("a_h", "h", (sum + squash) / 2 - 8, middle), symbol: "sum" },
      level("h", "h", 664, middle),
    ],
  };
}
