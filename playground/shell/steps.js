/**
 * The steps of a lesson, the browser side: back and next are links, Space follows the one of "next".
 *
 *   1 Renderer   Streamlit's entry, called again at each change
 *   2 Bar        what is written, keys
 *   3 Looking    what the step asks to look at is scrolled to
 */

/* ------------------------------------------------------------------------------------------------- 1 Renderer */

const bars = new WeakMap();

/** @param {{data: {content: string}, parentElement: ShadowRoot}} component */
export default function render({ data, parentElement }) {
  let bar = bars.get(parentElement);
  if (!bar?.root.isConnected) {
    bar?.destroy();
    bar = createBar(parentElement.querySelector(".steps"));
    bars.set(parentElement, bar);
  }
  bar.update(data.content);
  return () => {
    bar.destroy();
    bars.delete(parentElement);
  };
}

/* ------------------------------------------------------------------------------------------------------ 2 Bar */

// What takes Space for itself, or would be disturbed: fields, buttons, links, sliders, tabs, whatever Tab can reach.
const OWN_KEYS = "input, textarea, select, button, a, summary, [contenteditable], [role], [tabindex]";
// The page itself can be reached, too, so that it can be scrolled by keyboard.
const PAGE = "body, section, main, [data-testid=stMain], [data-testid=stApp]";

function createBar(root) {
  const part = (name) => root.querySelector(`.${name}`);
  const speak = speaker(root);
  let content = "";
  let step = null;
  let seeking = () => {};
  document.addEventListener("keydown", handleKey);
  root.addEventListener("keydown", press);
  // Who clicks with a mouse finds Space free for "next" again.
  root.addEventListener("click", (event) => event.detail > 0 && event.target.blur?.());

  function update(next) {
    lendColours();
    if (next === content) return;
    const before = step;
    content = next;
    step = JSON.parse(next);
    const { title, hrefs, at, leave, texts } = step;
    speak(texts);
    const isLesson = hrefs.length > 0;
    part("title").textContent = title;
    part("counter").textContent = isLesson ? say("Step {number} of {steps}", { number: at, steps: hrefs.length }) : "";
    root.setAttribute("aria-label", isLesson ? say("Lesson: {title}", { title }) : title);
    drawMarks(hrefs, at);
    const isLast = at === hrefs.length;
    part("back").hidden = part("next").hidden = part("counter").hidden = part("marks").hidden = !isLesson;
    part("show").hidden = isLesson;
    part("end").hidden = isLesson && isLast;
    part("end").textContent = isLesson ? say("End") : say("Close");
    if (isLesson) {
      aim(part("back"), at > 1 ? hrefs[at - 2] : "", say("Back one step (Shift+Space)"));
      aim(part("next"), isLast ? leave : hrefs[at], isLast ? say("To all lessons (Space)") : say("Next step (Space)"));
      part("next").textContent = isLast ? say("Finish") : say("Next");
      lead(part("end"), leave);
    } else {
      lead(part("show"), without("hide"));
      lead(part("end"), without("hide", "say"));
      part("show").hidden = !new URLSearchParams(location.search).has("hide");
    }
    seeking();
    if (isLesson && (before || step.look)) seeking = seek(root, step.look);
  }

  /** The theme's colours are known inside a component only; the bar around it and the frame of what to look at need two. */
  function lendColours() {
    const style = getComputedStyle(root);
    for (const name of ["accent", "background"]) {
      document.documentElement.style.setProperty(`--lesson-${name}`, style.getPropertyValue(`--${name}`));
    }
  }

  function aim(anchor, href, title) {
    anchor.title = title;
    anchor.setAttribute("aria-disabled", String(!href));
    if (href) return lead(anchor, href);
    anchor.removeAttribute("href");
    anchor.onclick = null;
  }

  function drawMarks(hrefs, at) {
    part("marks").replaceChildren(
      ...hrefs.map((href, k) => {
        const [item, mark] = [document.createElement("li"), document.createElement("a")];
        mark.title = say("Step {number}", { number: k + 1 });
        mark.setAttribute("aria-label", mark.title);
        mark.tabIndex = -1; // back and next go everywhere by keyboard
        mark.className = k + 1 === at ? "mark now" : k + 1 < at ? "mark seen" : "mark";
        if (k + 1 === at) mark.setAttribute("aria-current", "step");
        lead(mark, href);
        item.append(mark);
        return item;
      }),
    );
  }

  /** This view without some parameters. */
  function without(...names) {
    const gone = new RegExp(`^(${names.join("|")})(=|$)`);
    const rest = location.search.slice(1).split("&").filter((pair) => pair && !gone.test(pair));
    return `${location.pathname}${rest.length ? `?${rest.join("&")}` : ""}`;
  }

  /** Space goes on, with Shift back, unless whatever has the focus wants the key. */
  function handleKey(event) {
    if (event.key !== " " || event.defaultPrevented || event.repeat || !step?.hrefs.length) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const held = event.composedPath()[0].closest?.(OWN_KEYS);
    if (held && !held.matches(PAGE)) return;
    event.preventDefault();
    part(event.shiftKey ? "back" : "next").click();
  }

  /** A link in this bar is pressed like a button, too. */
  function press(event) {
    if (event.key !== " " || !event.target.matches("a")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) event.target.click();
  }

  return {
    root,
    update,
    destroy() {
      seeking();
      document.removeEventListener("keydown", handleKey);
    },
  };
}

/* -------------------------------------------------------------------------------------------------- 3 Looking */

const TRY_MS = 150;
const GIVE_UP_MS = 15000;
const STAY_MS = 2500; // what lies above may still grow after it has been found

/**
 * Brings the top of the page, or what bears a key, to where it is seen, as soon as it is there. A visitor who scrolls
 * meanwhile is left alone.
 *
 * @returns {() => void} gives up
 */
function seek(root, look) {
  const bar = root.getRootNode().host?.closest(".st-key-lesson_bar");
  const main = bar?.closest("[data-testid=stMain]") ?? document.scrollingElement;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  let until = performance.now() + GIVE_UP_MS;
  let found = false;
  let last = NaN;
  main.addEventListener("wheel", stop, { passive: true });
  main.addEventListener("touchmove", stop, { passive: true });
  main.addEventListener("pointerdown", stop);
  // Where the bar does not stay in sight, on a phone, the teacher's words come first.
  const isAimed = look && getComputedStyle(bar.parentElement).position === "sticky";
  if (!isAimed) main.scrollTo({ top: 0, behavior });
  const timer = isAimed ? setInterval(attempt, TRY_MS) : 0;

  function attempt() {
    if (performance.now() > until) return stop();
    const target = document.querySelector(`.st-key-${CSS.escape(look)}`);
    const box = target?.getBoundingClientRect();
    if (!box?.height) return;
    const above = bar.offsetHeight + parseFloat(getComputedStyle(bar.parentElement).top);
    const free = Math.min(Math.max((main.clientHeight - above - box.height) / 2, 18), 60);
    const top = Math.max(0, Math.min(box.top + main.scrollTop - above - free, main.scrollHeight - main.clientHeight));
    const isStill = Math.abs(top - last) < 2;
    last = top;
    if (!isStill || Math.abs(main.scrollTop - top) < 2) return;
    main.scrollTo({ top, behavior: found ? "instant" : behavior });
    if (!found) until = performance.now() + STAY_MS;
    found = true;
  }

  function stop() {
    clearInterval(timer);
    main.removeEventListener("wheel", stop);
    main.removeEventListener("touchmove", stop);
    main.removeEventListener("pointerdown", stop);
  }

  return stop;
}
