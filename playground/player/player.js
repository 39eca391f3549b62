/**
 * The token player, the browser side: it draws. Every number on the screen is one of the payload's numbers, which torch
 * computed; the only arithmetic here is where to put a pixel and which colour it has.
 *
 *   player.js    1 Renderer   Streamlit's entry: one player for each place in the page, called again at each change
 *                2 Payload    base64 to numbers by name
 *                3 Colours    scales by role, light and dark
 *                4 Player     the state, the actions on it, one frame for all drawing, keys, address bar, reports
 *   views.js     5 Views      strip, transport, cell, inspector, says, maps, lines: each draws what has changed
 *   drawings.js  6 Drawings   the textbook pictures of RNN, LSTM and GRU as data
 *   language.js               what is said, in the visitor's language
 *
 * player.py joins the four files into the one module that Streamlit takes.
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
    this.held = mapObject(raw.held, floats);
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

  /** Was this value set by somebody, and not computed? */
  isHeld(name, step, unit) {
    return this.held[name]?.[step * this.hidden + unit] > 0;
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
  return inFigures(text).replaceAll("-", MINUS);
}

/** The same with all the digits that float32 has. */
function exact(value) {
  const text = Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value);
  return inFigures(text).replaceAll("-", MINUS);
}

/** A number of a heatmap's cell: as short as can be. */
function brief(value) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  const text = size >= 9.95 ? size.toFixed(0) : size >= 0.995 ? size.toFixed(1) : size.toFixed(2).slice(1);
  return (value < 0 && Number(text) !== 0 ? MINUS : "") + inFigures(text);
}

/** A number of an axis: no more digits than it needs. */
function tick(value) {
  return inFigures(String(Number(value.toPrecision(3)))).replace("-", MINUS);
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
  const template = parent.querySelector(".track-parts");
  const speak = speaker(root, template.content);
  const frame = createFrame(draw);
  const resting = createDelay(REST_MS, rest);
  const address = createAddress(() => state, arrive);
  const observer = new ResizeObserver(() => root.clientWidth !== width && measure());
  const player = {
    root,
    template,
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
  let tell = () => {};
  let reported = "";
  let gone;
  let due = 0;
  let width = 0;
  let moved = false;
  let arriving = "";

  root.addEventListener("keydown", (event) => handleKey(event, player, state));
  observer.observe(root);

  /** Takes new data or a new theme. Equal content keeps everything as it is. */
  function update(data, setCursor) {
    tell = data.report ? setCursor : () => {};
    if (data.digest !== digest || data.compact !== player.compact) {
      const content = JSON.parse(data.content);
      digest = data.digest;
      player.compact = data.compact;
      speak(content.texts);
      player.palettes = content.palettes;
      player.tokens = content.tokens;
      player.steps = content.tokens.length;
      player.tracks = content.tracks.map((raw, index) => new Track(raw, index, player.steps));
      player.units = Math.max(...player.tracks.map((track) => track.hidden));
      if (!state) {
        reported = cursorKey(data);
        gone = data.go?.number;
      }
      const link = arriving || location.search;
      state = settle(state && !arriving ? state : { speed: 4, ...state, ...address.read(player, data, link) });
      views = buildViews(player);
      arriving = "";
    } else if (arriving) {
      state = settle({ ...state, ...address.read(player, data, arriving) });
    }
    player.asked = data;
    applyTheme(player.palettes);
    measure();
    if (data.go && data.go.number !== gone) {
      gone = data.go.number;
      state = settle({ ...state, ...data.go, track: 0 });
    }
    address.later();
    resting.start();
  }

  /** The visitor goes back or forward, or on in a lesson. What comes with it may be other data: the next update looks again. */
  function arrive(link) {
    if (!state) return;
    arriving = link;
    state = settle({ ...state, ...address.read(player, player.asked, link) });
    frame.ask();
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
    arriving = "";
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
    tell(cursor);
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
 * The address bar: it carries step, unit and the studied value (where it is not the page's own choice; `2.f` is f of the
 * second track) beside whatever others keep there. Streamlit rewrites the query string when
 * the script sets `st.query_params`, and knows nothing of ours then; so ours is put back whenever the entry changes.
 */
function createAddress(getState, arrive) {
  const path = location.pathname;
  const delay = createDelay(URL_MS, write);
  let usual = "";
  window.navigation?.addEventListener("currententrychange", restore);
  window.addEventListener("popstate", follow);

  /** The others' parameters stay as they are, to the letter. */
  function write() {
    if (location.pathname !== path || getState().playing) return;
    const { step, unit, track, name } = getState();
    const others = location.search.slice(1).split("&").filter((pair) => pair && !/^(step|unit|value)(=|$)/.test(pair));
    const ours = [`step=${step + 1}`, `unit=${unit + 1}`];
    if (track !== 0 || name !== usual) ours.push(`value=${encodeURIComponent(track === 0 ? name : `${track + 1}.${name}`)}`);
    const search = `?${[...others, ...ours].join("&")}`;
    if (search !== location.search) history.replaceState(history.state, "", search + location.hash);
  }

  function restore() {
    if (getState() && location.pathname === path) delay.start();
  }

  function follow() {
    if (location.pathname === path) arrive(location.search);
  }

  return {
    later: delay.start,
    /** Where to start: a link first, then what the page asked for. */
    read({ steps, units, tracks }, { step, unit, value }, link) {
      usual = tracks[0].facts[value] ? value : favourite(tracks[0]);
      const query = new URLSearchParams(link);
      const given = (name, most, otherwise) => {
        const text = query.get(name) ?? "";
        const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
        return number >= 1 && number <= most ? number - 1 : otherwise;
      };
      const [, track = "1", name] = /^(?:([1-9])\.)?(.+)$/.exec(query.get("value") ?? "") ?? [];
      const asked = tracks[track - 1]?.facts[name] ? { track: track - 1, name } : { track: 0, name: usual };
      return { step: given("step", steps, step), unit: given("unit", units, unit), ...asked };
    },
    stop() {
      delay.stop();
      window.navigation?.removeEventListener("currententrychange", restore);
      window.removeEventListener("popstate", follow);
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
    say("Token {step} of {steps}: {token}.", {
      step: state.step + 1,
      steps: player.steps,
      token: short(player.tokens[state.step].text),
    }),
    say("{title} of unit {unit}: {value}.", { title: track.facts[state.name].title, unit: unit + 1, value }),
  ];
  if (state.stage !== null) {
    parts.push(say("Sub-step: {title}.", { title: track.stages[track.clipStage(state.stage)].title }));
  }
  if (track.says?.words) {
    const k = track.says.words[0].length;
    const share = percent(track.says.probabilities[state.step * k]);
    parts.push(`${track.says.title}: ${short(track.says.words[state.step][0])}, ${share}.`);
  }
  return parts.join(" ");
}
