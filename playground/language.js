/* ------------------------------------------------------------------------------------------------- In a language */

/*
 * The browser side of language.py. English stands in the code and in the HTML; what is said instead comes from Python by the
 * English text. What a catalogue lacks stays English.
 */

let texts = {};
const speakers = new WeakMap();

/** A text in the visitor's language: `say("token {step} of {steps}", { step: 3, steps: 12 })`. */
function say(text, values = {}) {
  return (texts[text] ?? text).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
}

/** A number as JavaScript has written it, "1,234.5", with the signs of the visitor's language. */
function inFigures(written) {
  const sample = texts["1,234.5%"] ?? "1,234.5%";
  const signs = { ",": sample[1], ".": sample[5] };
  return written.replace(/[.,]/g, (sign) => signs[sign]);
}

/**
 * Finds what the HTML of a component says, before anything else is written into it.
 *
 * @returns {(given: Object<string, string>) => void} takes the texts of a language, and says all of it in that
 */
function speaker(...roots) {
  const [first] = roots;
  if (!speakers.has(first)) {
    const phrases = roots.flatMap((root) => [...phrasesOf(root)]);
    speakers.set(first, (given) => {
      texts = given;
      for (const phrase of phrases) {
        const said = say(phrase.text);
        if (said !== (phrase.said ?? phrase.text)) phrase.put(said); // what a component has written since stays
        phrase.said = said;
      }
    });
  }
  return speakers.get(first);
}

function* phrasesOf(root) {
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = nodes.currentNode; node; node = nodes.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      const [, before, text, after] = /^(\s*)(.*?)(\s*)$/s.exec(node.data);
      const own = node;
      if (text) yield { text, put: (words) => (own.data = before + words + after) };
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const name of ["aria-label", "title", "placeholder"]) {
        const [text, own] = [node.getAttribute(name), node];
        if (text) yield { text, put: (words) => own.setAttribute(name, words) };
      }
    }
  }
}

/** Writes a text in which elements stand at the names in braces. */
function compose(node, text, parts) {
  node.replaceChildren(...text.split(/\{(\w+)\}/).map((piece, k) => (k % 2 ? parts[piece] : piece)));
}
