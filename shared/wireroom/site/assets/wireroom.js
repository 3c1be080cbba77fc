// The script of all pages. It stands in the head, and its lines are joined when it is printed, so
// each statement ends with `;`. An observer sees each part of a page before it is painted, so that
// nothing jumps.
(() => {
const d = document, n = navigator, find = s => d.querySelector(s), say = (e, s) => { if (e.textContent !== s) e.textContent = s; };
const made = () => {
// "2 hours ago · " before each time of the last day, in the page's language.
for (const e of d.querySelectorAll(".when time, .dateline time")) {
const m = Math.floor((Date.now() - Date.parse(e.dateTime)) / 6e4), f = new Intl.RelativeTimeFormat(d.documentElement.lang, {numberingSystem: "latn"});
if (m < 0 || m >= 1440 && !e.firstElementChild) continue;
e.firstElementChild || e.prepend(d.createElement("span"));
say(e.firstElementChild, m < 1440 ? (m < 60 ? f.format(-Math.max(m, 1), "minute") : f.format(-Math.floor(m / 60), "hour")) + " · " : "");
}
// A button that shares the story's address, or copies it where the browser shares nothing.
const b = find(".share button");
if (b && b.hidden && (n.share || n.clipboard)) {
const url = b.dataset.url;
b.hidden = false;
if (n.share) say(b, b.dataset.share);
b.onclick = () => (n.share ? n.share({title: d.title, url}) : n.clipboard.writeText(url).then(() => say(b, b.dataset.copied))).catch(() => {});
}
};
const o = new MutationObserver(made);
o.observe(d, {childList: true, subtree: true});
d.addEventListener("DOMContentLoaded", () => {
o.disconnect();
// The Latest Posts as they are now, unless the reader's focus is inside them.
const l = find("#latest-posts");
if (l) fetch("/fragments/latest.html", {cache: "no-cache"}).then(r => r.ok ? r.text() : "").then(t => {
if (t && !l.contains(d.activeElement)) { l.innerHTML = t; made(); }
}).catch(() => {});
made();
setInterval(made, 6e4);
});
})();
