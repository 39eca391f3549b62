/** Links that look like buttons and are followed within the page. No text is ever read as HTML. */

/** @param {{data: {content: string}, parentElement: ShadowRoot}} component */
export default function render({ data, parentElement }) {
  const links = JSON.parse(data.content).map(({ text, href }) => {
    const link = document.createElement("a");
    link.textContent = text;
    lead(link, href);
    return link;
  });
  parentElement.querySelector(".ways").replaceChildren(...links);
}
