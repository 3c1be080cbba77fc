// What a page does to those who read it: how far what they see moves while it loads, and what of it
// the keyboard reaches. There before the page is.
(() => {
  let shifted = 0;
  const moved = [];
  const count = (list) => {
    for (const entry of list.getEntries()) {
      shifted += entry.value;
      for (const { node } of entry.sources ?? [])
        moved.push((node?.outerHTML ?? node?.textContent ?? "what is gone").slice(0, 80));
    }
  };
  const observer = new PerformanceObserver(count);
  observer.observe({ type: "layout-shift", buffered: true });
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  window.wireroomShifts = async () => {
    for (let turn = 0; turn < 6; turn++) await frame();
    count({ getEntries: () => observer.takeRecords() });
    return shifted > 0.02 ? [`shifts by ${shifted.toFixed(3)}: ${moved}`] : [];
  };

  const reached = new Set();
  const wrong = [];
  addEventListener("focusin", ({ target }) => {
    if (!target.matches) return; // the window
    reached.add(target);
    const { left, right, width } = target.getBoundingClientRect();
    if (width === 0 || right <= 0 || left >= innerWidth)
      wrong.push(`out of sight: ${target.outerHTML.slice(0, 80)}`);
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    if (outlineStyle === "none" || outlineWidth === "0px")
      wrong.push(`no outline: ${target.outerHTML.slice(0, 80)}`);
  });

  const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]";
  const TARGETS = "main, :is(div, fieldset)[tabindex='-1']"; // of links and scripts, and nothing to press
  window.wireroomReachable = () =>
    [...document.querySelectorAll(CONTROLS)].filter(
      (each) =>
        each.checkVisibility({ visibilityProperty: true }) &&
        !each.closest("[aria-hidden=true], [inert]") &&
        !each.disabled &&
        !each.matches("[type=radio]:not(:checked)") && // arrows lead there
        !each.matches(TARGETS),
    );
  window.wireroomUnreached = () => [
    ...wrong,
    ...wireroomReachable()
      .filter((each) => !reached.has(each))
      .map((each) => `no key reaches it: ${each.outerHTML.slice(0, 80)}`),
  ];
})();
