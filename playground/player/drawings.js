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
const SHOWN = 148; // where o meets c: clear of the number of o, which does not shrink with the drawing
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
      wire("c", "h", [out, TOP], [out, squashed ? 86 : 132]),
      ...(squashed ? [wire("tanh(c)", "h", [out, 118], [out, 132])] : []),
      wire("o", "o", [o, GATES - 18], [o, SHOWN], [out - 16, SHOWN]),
      wire("h", "h", [out, SHOWN + 16], [out, H_BUS], [WIDTH - 4, H_BUS]),
    ],
    nodes: [
      gate("f", f, "σ"),
      gate("i", i, "σ"),
      gate("g", g, SIGNS[candidate]),
      gate("o", o, "σ"),
      operation("f*c", "c", f, TOP, "×"),
      operation("i*g", "c", g, MIDDLE, "×"),
      operation("c", "c", g, TOP, "+"),
      ...(squashed ? [{ ...operation("tanh(c)", "h", out, 102, "tanh"), kind: "squash" }] : []),
      operation("h", "h", out, SHOWN, "×"),
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
      { ...level("a_h", "h", (sum + squash) / 2 - 8, middle), symbol: say("sum") },
      level("h", "h", 664, middle),
    ],
  };
}
