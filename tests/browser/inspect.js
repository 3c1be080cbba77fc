// What a page owes every reader, as far as a script can tell: a list of what is wrong with it.
async () => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const must = (holds, what) => holds || wrong.push(what);

  must(document.documentElement.lang, "no language");
  must(document.title.trim(), "no title");
  must(document.querySelector("meta[name=description]")?.content.trim(), "no description");
  must(all("h1").length === 1, `${all("h1").length} h1`);
  must(all("h1")[0]?.textContent.trim(), "an empty h1");
  for (const [landmark, many] of [["main", 1], ["body > header", 1], ["body > footer", 1]])
    must(all(landmark).length === many, `${all(landmark).length} of ${landmark}`);
  for (const nav of all("nav, aside, section"))
    must(nav.ariaLabel || document.getElementById(nav.getAttribute("aria-labelledby")),
      `${nav.localName} without a name`);
  for (const image of all("img")) must(image.hasAttribute("alt"), `no alt: ${image.src}`);
  for (const link of all("a[href]")) {
    const name = link.ariaLabel || link.textContent.trim() || link.querySelector("img")?.alt;
    must(name || (link.ariaHidden === "true" && link.tabIndex < 0), `no words: ${link.outerHTML}`);
  }
  // WCAG 2.2, 2.5.8: a link among other words may be smaller.
  for (const link of all("a[href]:not(.body a, [aria-hidden])")) {
    const { width, height } = link.getBoundingClientRect();
    const alone = link.textContent.trim() === link.parentElement.textContent.trim();
    must(!alone || (width >= 24 && height >= 24), `a small target: ${link.outerHTML}`);
  }
  for (const link of all("nav a")) {
    const { left, right } = link.getBoundingClientRect();
    must(left >= 0 && right <= innerWidth, `out of sight: ${link.outerHTML}`);
  }
  for (const part of all("body *"))
    if (["auto", "scroll"].includes(getComputedStyle(part).overflowX))
      must(part.tabIndex === 0 && part.ariaLabel, `no key scrolls it: ${part.outerHTML}`);
  for (const time of all("time")) must(!isNaN(Date.parse(time.dateTime)), `time ${time.dateTime}`);
  must(all("a[href], button, [tabindex]")[0]?.matches('.skip[href="#main"]'), "no way to skip");
  const viewport = document.querySelector("meta[name=viewport]").content;
  must(!/user-scalable|maximum-scale/.test(viewport), "no zoom");
  const ids = all("[id]").map((element) => element.id);
  must(new Set(ids).size === ids.length, `ids twice: ${ids}`);

  must(document.documentElement.scrollWidth <= innerWidth,
    `scrolls sideways: ${document.documentElement.scrollWidth} of ${innerWidth}`);

  // WCAG 2.2, 1.4.3, for text of any size: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  let checked = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(element) || element.closest("script")) continue;
    seen.add(element);
    checked++;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    must(contrast >= 4.5, `contrast ${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 80)}`);
  }
  must(checked > 5, "no text");
  return wrong;
}
