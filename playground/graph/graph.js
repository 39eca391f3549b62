/**
 * Numbers on a drawing, the browser side: it draws. Every number, letter and arithmetic is a text of the payload; the
 * only arithmetic here is where to put a line.
 *
 *   1 Renderer      Streamlit's entry: one graph for each place in the page, called again at each change
 *   2 Graph         the state, the actions on it, keys
 *   3 Address       the stop and the chosen number in the address bar
 *   4 Drawing       panels, edges and nodes as SVG; which of them are lit
 *   5 Arithmetic    the line above the drawing
 *
 * No text is ever read as HTML.
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

const graphs = new WeakMap();

/** @param {{data: object, parentElement: ShadowRoot}} component */
export default function render({ data, parentElement }) {
  let graph = graphs.get(parentElement);
  if (!graph?.root.isConnected) {
    graph?.destroy();
    graph = createGraph(parentElement.querySelector(".graph"));
    graphs.set(parentElement, graph);
  }
  graph.update(data);
  return () => {
    graph.destroy();
    graphs.delete(parentElement);
  };
}

/* ---------------------------------------------------------------------------------------------------- 2 Graph */

/**
 * @typedef {object} State
 * @property {number} step      the stop, from 1
 * @property {string} number    the name of the chosen node; "" for none
 */

function createGraph(root) {
  const counter = root.querySelector(".counter");
  const scroller = root.querySelector(".scroll");
  const observer = new ResizeObserver(() => drawing?.fit(scroller.clientWidth));
  const address = createAddress(() => state, () => home, arrive);

  /** @type {State|null} */
  let state = null;
  /** @type {State|null} where a first-time visitor is: the address bar need not say it */
  let home = null;
  let data = null;
  let nodes = new Map();
  let drawing = null;
  let arriving = "";

  root.addEventListener("keydown", handleKey);
  for (const button of root.querySelectorAll("[data-go]")) button.onclick = () => go(places()[button.dataset.go]);
  observer.observe(scroller);

  /** Takes new data or a new theme. Equal content keeps everything as it is; other content keeps stop and choice. */
  function update(next) {
    if (next.digest !== data?.digest) {
      const wasAtEnd = state && state.step === data.stops.length;
      data = next;
      nodes = new Map(data.nodes.map((node) => [node.name, node]));
      home = { step: data.stops.length, number: nodes.has(data.number) ? data.number : "" };
      state = settle(state && !arriving ? state : address.read(home, arriving || location.search), wasAtEnd && !arriving);
      const focused = root.getRootNode().activeElement?.dataset?.name;
      writeTexts();
      drawing = createDrawing(root.querySelector(".drawing"), data, { choose, go });
      drawing.fit(scroller.clientWidth);
      if (focused) drawing.focus(nodes.has(focused) ? focused : state.number);
      drawing.follow(scroller, state, "instant");
      arriving = "";
    }
    applyTheme();
    draw();
  }

  /** The visitor goes back or forward, or on in a lesson. What comes with it may be other data: the next update looks again. */
  function arrive(link) {
    if (!data) return;
    arriving = link;
    state = settle(address.read(home, link), false);
    draw();
    drawing.follow(scroller, state, "smooth");
  }

  /** A state that fits the data. Who saw everything sees everything of the new drawing, too. */
  function settle({ step, number }, wasAtEnd) {
    const last = data.stops.length;
    const fitting = wasAtEnd ? last : Math.min(step, last);
    return { step: fitting, number: isShown(number, fitting) ? number : "" };
  }

  /** The words around the drawing, in the visitor's language. */
  function writeTexts() {
    const all = [root, ...root.querySelectorAll("[data-label], [data-text]")];
    for (const element of all) {
      const { label: name, title, text } = element.dataset;
      if (name) element.setAttribute("aria-label", data.texts[name]);
      if (title) element.title = data.texts[title];
      if (text) element.textContent = data.texts[text];
    }
  }

  function isShown(number, step) {
    return nodes.has(number) && nodes.get(number).step <= step;
  }

  function applyTheme() {
    const [r, g, b] = getComputedStyle(root).backgroundColor.match(/[\d.]+/g).map(Number);
    const colours = data.colours[0.3 * r + 0.6 * g + 0.1 * b < 100 ? "dark" : "light"];
    for (const [role, colour] of Object.entries(colours)) root.style.setProperty(`--${role}`, colour);
  }

  function set(change) {
    state = { ...state, ...change };
    arriving = "";
    address.later();
    draw();
    drawing.follow(scroller, state, "smooth");
  }

  /** Chooses a number; choosing it once more puts all lines back. */
  function choose(number, { again = false } = {}) {
    if (!isShown(number, state.step)) return go(nodes.get(number).step);
    set({ number: again && state.number === number ? "" : number });
  }

  function places() {
    return { first: 1, back: state.step - 1, forward: state.step + 1, last: data.stops.length };
  }

  /** Follows an arithmetic to a number in it. */
  function trace(name) {
    choose(name);
    drawing.focus(name);
  }

  /**
   * Goes to a stop and chooses its number. A stop without one takes the choice along: the same number of the step that is
   * shown now, where there is one.
   */
  function go(step) {
    const stop = Math.min(Math.max(step, 1), data.stops.length);
    const chosen = nodes.get(state.number);
    const column = (at) => data.stops[at - 1].column;
    const shift = column(stop) - column(state.step);
    const there = chosen && data.nodes.find(
      (node) => node.symbol === chosen.symbol && node.row === chosen.row
        && Math.abs(node.column - chosen.column - shift) < 1e-6 && node.step <= stop,
    );
    const held = root.getRootNode().activeElement?.matches?.(".node");
    const arrived = stop === state.step ? "" : data.stops[stop - 1].number;
    set({ step: stop, number: arrived || there?.name || (isShown(state.number, stop) ? state.number : "") });
    if (held) drawing.focus(state.number);
  }

  /** Walks through the numbers that are shown, in the order in which they were computed. */
  function walk(by) {
    const shown = data.nodes.filter((node) => node.step <= state.step);
    const at = shown.findIndex((node) => node.name === state.number);
    const next = shown[at < 0 ? shown.length - 1 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    set({ number: next.name });
    drawing.focus(next.name);
  }

  /** Keys act while the focus is inside; buttons keep the keys that are their own. */
  function handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const node = event.target.closest(".node");
    if ((event.key === "Enter" || event.key === " ") && !node) return;
    const act = {
      ArrowLeft: () => go(state.step - 1),
      ArrowRight: () => go(state.step + 1),
      Home: () => go(1),
      End: () => go(data.stops.length),
      ArrowUp: () => walk(-1),
      ArrowDown: () => walk(1),
      Escape: () => set({ number: "" }),
      Enter: () => choose(node.dataset.name, { again: true }),
      " ": () => choose(node.dataset.name, { again: true }),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  function draw() {
    drawing.light(state);
    writeArithmetic(root.querySelector(".arithmetic"), nodes, nodes.get(state.number), data.texts, trace);
    const { title, says } = data.stops[state.step - 1];
    if (counter.textContent !== (says || title)) counter.textContent = says || title;
    for (const button of root.querySelectorAll("[data-go]")) {
      const target = places()[button.dataset.go];
      const leadsNowhere = target < 1 || target > data.stops.length || target === state.step;
      button.setAttribute("aria-disabled", String(leadsNowhere)); // truly disabled, it would take the keys with it
    }
  }

  return {
    root,
    update,
    destroy() {
      observer.disconnect();
      address.stop();
    },
  };
}

/* -------------------------------------------------------------------------------------------------- 3 Address */

const URL_MS = 250;

/**
 * The address bar carries the stop and the number beside whatever others keep there, to the letter; where a first-time
 * visitor is, it carries nothing. Streamlit rewrites the query string and knows nothing of ours: it is put back then.
 */
function createAddress(getState, getHome, arrive) {
  const path = location.pathname;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, URL_MS);
  };
  const follow = () => location.pathname === path && arrive(location.search);
  window.navigation?.addEventListener("currententrychange", later);
  window.addEventListener("popstate", follow);

  function write() {
    const [state, home] = [getState(), getHome()];
    if (!state || location.pathname !== path) return;
    const others = location.search.slice(1).split("&").filter((pair) => pair && !/^(step|number)(=|$)/.test(pair));
    const ours = [];
    if (state.step !== home.step) ours.push(`step=${state.step}`);
    if (state.number !== home.number) ours.push(`number=${encodeURIComponent(state.number)}`);
    const pairs = [...others, ...ours].join("&");
    const search = pairs && `?${pairs}`;
    if (search !== location.search) history.replaceState(history.state, "", location.pathname + search + location.hash);
  }

  return {
    later,
    read(home, link) {
      const query = new URLSearchParams(link);
      const step = query.get("step") ?? "";
      const asked = /^\d{1,9}$/.test(step) ? Number(step) : 0;
      return {
        step: asked >= 1 && asked <= home.step ? asked : home.step,
        number: query.get("number") ?? home.number,
      };
    },
    stop() {
      clearTimeout(timer);
      window.navigation?.removeEventListener("currententrychange", later);
      window.removeEventListener("popstate", follow);
    },
  };
}

/* -------------------------------------------------------------------------------------------------- 4 Drawing */

// Units of the drawing: pixels at scale 1.
const COLUMN = 280;
const ROW = 140;
const NODE = { width: 78, height: 52, corner: 12 };
const PANEL = { width: 216, above: 76, below: 46, corner: 14 };
const EDGE_GAP = 3;
const ARROW = 9;
const LONG_VALUE = 6; // characters that fit at full size
const SCALES = [0.8, 1.5];
const HIGHEST = 0.54; // of the window: the arithmetic above stays in sight

/** Draws everything once; afterwards only classes change. */
function createDrawing(svg, { nodes, edges, stops, captions, labels, texts }, { choose, go }) {
  const places = new Map(nodes.map((node) => [node.name, { x: node.column * COLUMN, y: node.row * ROW }]));
  const roles = new Map(nodes.map((node) => [node.name, node.role]));
  const box = boundsOf([...places.values()], stops);
  const panels = [...new Set(stops.map((stop) => stop.column))].map((column) => drawPanel(column, stops, box, go));
  const wires = edges.map((edge) => drawEdge(edge, places, roles.get(edge.source)));
  const numbers = nodes.map((node) => drawNode(node, places.get(node.name), choose));
  svg.replaceChildren(
    ...panels.map(({ shape }) => shape),
    ...captions.map(({ text, column, row }) => label("caption", text, column * COLUMN, row * ROW + 5)),
    ...wires.map(({ shape }) => shape),
    ...numbers.map(({ shape }) => shape),
  );
  svg.setAttribute("viewBox", [box.left, box.top, box.width, box.height].join(" "));
  let scale = 1;

  /** The numbers that a number was computed from: nothing flows along an edge that is cut. */
  function sourcesOf(number) {
    return edges.filter((edge) => edge.target === number && edge.look !== "cut").map((edge) => edge.source);
  }

  return {
    fit(width) {
      if (!width) return; // not on the screen: in a closed tab
      const fitting = Math.min(width / box.width, (HIGHEST * window.innerHeight) / box.height);
      scale = Math.min(Math.max(fitting, SCALES[0]), SCALES[1]);
      svg.setAttribute("width", Math.floor(box.width * scale));
      svg.setAttribute("height", Math.floor(box.height * scale));
    },

    /** Brings into view what is looked at: the chosen number with its sources, or else the column of the stop. */
    follow(scroller, { step, number }, behavior) {
      const names = sourcesOf(number);
      const centres = number
        ? [number, ...names].map((name) => places.get(name).x)
        : [-1, 1].map((side) => stops[step - 1].column * COLUMN + (side * (PANEL.width - NODE.width)) / 2);
      const edge = NODE.width / 2 + 12;
      const left = (Math.min(...centres) - edge - box.left) * scale;
      const right = (Math.max(...centres) + edge - box.left) * scale;
      const view = scroller.clientWidth;
      if (left >= scroller.scrollLeft && right <= scroller.scrollLeft + view) return;
      const middle = (left + right - view) / 2;
      // What is wider than the view is shown from the end at which the chosen number stands.
      const isFirst = number && centres[0] < (Math.min(...centres) + Math.max(...centres)) / 2;
      scroller.scrollTo({ left: right - left <= view ? middle : isFirst ? left : right - view, behavior });
    },

    focus(name) {
      const number = numbers.find(({ node }) => node.name === name);
      number?.shape.focus({ preventScroll: true });
    },

    light({ step, number }) {
      const sources = new Set(sourcesOf(number));
      const { column } = stops[step - 1];
      svg.classList.toggle("choosing", number !== "");
      for (const panel of panels) panel.shape.classList.toggle("current", panel.column === column);
      for (const { edge, shape } of wires) {
        shape.classList.toggle("todo", edge.step > step);
        shape.classList.toggle("lit", edge.target === number && edge.look !== "cut");
        shape.classList.toggle("labelled", labels === "all");
        shape.classList.toggle("away", edge.look === "hidden" && edge.target !== number);
        shape.classList.toggle("cut", edge.look === "cut");
      }
      for (const { node, shape } of numbers) {
        const isTodo = node.step > step;
        shape.classList.toggle("todo", isTodo);
        shape.classList.toggle("chosen", node.name === number);
        shape.classList.toggle("lit", sources.has(node.name));
        // Tab walks through the numbers of the current step and stops at the chosen one wherever it is.
        shape.setAttribute("tabindex", !isTodo && (node.step === step || node.name === number) ? "0" : "-1");
        shape.setAttribute("aria-pressed", String(node.name === number));
        shape.setAttribute("aria-label", isTodo ? `${node.title}: ${texts.later}` : spoken(node));
      }
    },
  };
}

function boundsOf(places, stops) {
  const columns = stops.map((stop) => stop.column * COLUMN);
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const side = NODE.width / 2 + 14;
  const left = Math.min(Math.min(...columns) - PANEL.width / 2 - 2, Math.min(...xs) - side);
  const right = Math.max(Math.max(...columns) + PANEL.width / 2 + 2, Math.max(...xs) + side);
  const top = Math.min(...ys) - PANEL.above - 2;
  return { left, top, width: right - left, height: Math.max(...ys) + PANEL.below + 2 - top };
}

/** The ground of a column; a click goes to its first stop. */
function drawPanel(column, stops, box, go) {
  const first = stops.findIndex((stop) => stop.column === column);
  const shape = draw("g", { class: "stop" });
  const x = column * COLUMN - PANEL.width / 2;
  const height = box.height - 4;
  const ground = { x, y: box.top + 2, width: PANEL.width, height, rx: PANEL.corner };
  shape.append(draw("rect", ground), label("title", stops[first].title, column * COLUMN, box.top + 27));
  shape.onclick = () => go(first + 1);
  return { column, shape };
}

function drawEdge(edge, places, role) {
  const shape = draw("g", { class: "edge", "aria-hidden": "true" });
  shape.style.setProperty("--role", `var(--${role})`);
  const [from, to] = [places.get(edge.source), places.get(edge.target)];
  const middle = {
    x: (from.x + to.x) / 2 + (to.y - from.y) * edge.bend,
    y: (from.y + to.y) / 2 - (to.x - from.x) * edge.bend,
  };
  const start = border(from, middle, EDGE_GAP);
  const end = border(to, middle, EDGE_GAP);
  const angle = Math.atan2(end.y - middle.y, end.x - middle.x);
  const tip = { x: end.x - 0.7 * ARROW * Math.cos(angle), y: end.y - 0.7 * ARROW * Math.sin(angle) };
  shape.append(
    draw("path", { d: `M${start.x},${start.y} Q${middle.x},${middle.y} ${tip.x},${tip.y}` }),
    draw("path", {
      class: "arrow",
      d: `M0,0 L${-ARROW},${-0.42 * ARROW} L${-ARROW},${0.42 * ARROW} Z`,
      transform: `translate(${end.x} ${end.y}) rotate(${(angle * 180) / Math.PI})`,
    }),
  );
  if (edge.label) shape.append(drawLabel(edge.label, onCurve(start, middle, end, edge.label_at)));
  return { edge, shape };
}

/** Where the line from the middle of a node towards a point leaves the node. */
function border(node, towards, gap) {
  const [dx, dy] = [towards.x - node.x, towards.y - node.y];
  const share = Math.min((NODE.width / 2 + gap) / Math.abs(dx), (NODE.height / 2 + gap) / Math.abs(dy), 1);
  return { x: node.x + dx * share, y: node.y + dy * share };
}

function onCurve(start, middle, end, along) {
  const mix = (a, b) => ({ x: a.x + (b.x - a.x) * along, y: a.y + (b.y - a.y) * along });
  return mix(mix(start, middle), mix(middle, end));
}

function drawLabel(text, { x, y }) {
  const shape = draw("g", { class: "label", transform: `translate(${x} ${y})` });
  const width = 9 * text.length + 13;
  shape.append(draw("rect", { x: -width / 2, y: -12, width, height: 24, rx: 12 }), label("weight", text, 0, 1));
  return shape;
}

function drawNode(node, { x, y }, choose) {
  const shape = draw("g", { class: "node", role: "button", transform: `translate(${x} ${y})` });
  shape.dataset.name = node.name;
  shape.style.setProperty("--role", `var(--${node.role})`);
  const { width, height, corner } = NODE;
  const body = (by) => ({
    x: -width / 2 - by,
    y: -height / 2 - by,
    width: width + 2 * by,
    height: height + 2 * by,
    rx: corner + by,
  });
  const value = label("value", node.value, 0, 17);
  if (node.value.length > LONG_VALUE) value.style.fontSize = `${(20 * LONG_VALUE) / node.value.length}px`;
  shape.append(
    draw("rect", { class: "ring", ...body(5) }),
    draw("rect", { class: "body", ...body(0) }),
    label("symbol", node.symbol, 0, -7),
    value,
  );
  shape.onfocus = () => shape.matches(":focus-visible") && choose(node.name);
  shape.onclick = () => choose(node.name, { again: true });
  return { node, shape };
}

/** What a screen reader says of a number. */
function spoken({ title, value, arithmetic }) {
  return `${title}: ${arithmetic.length ? arithmetic.map((piece) => piece.text).join("") : value}`;
}

function draw(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function label(kind, text, x, y) {
  const made = draw("text", { class: kind, x, y });
  made.textContent = text;
  return made;
}

/* ----------------------------------------------------------------------------------------------- 5 Arithmetic */

/** The arithmetic of the chosen number; each number in it leads to where it comes from. */
function writeArithmetic(place, nodes, node, texts, trace) {
  const [what, sum] = [place.querySelector(".what"), place.querySelector(".sum")];
  place.style.setProperty("--role", node ? `var(--${node.role})` : "");
  what.textContent = node ? node.title : texts.choose;
  if (!node) return sum.replaceChildren();
  const pieces = node.arithmetic.length ? node.arithmetic : [{ text: node.value, node: "" }];
  sum.replaceChildren(`${node.symbol} = `, ...pieces.map((piece) => (piece.node ? link(piece) : piece.text)));

  function link({ text, node: name }) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.title = nodes.get(name).title;
    made.style.setProperty("--role", `var(--${nodes.get(name).role})`);
    made.onclick = () => trace(name);
    return made;
  }
}
