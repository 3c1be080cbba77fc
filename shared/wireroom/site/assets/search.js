"use strict";
// Readers' search. site/search.py says what the files are; words() is words() of site/tokens.py.
(() => {
  const SAME = { ß: "ss", ς: "σ", ٱ: "ا", ى: "ي", ی: "ي", ے: "ي", ة: "ه", ہ: "ه", ک: "ك", "ँ": "ं", "’": "'" };
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const PREFIX = 4, SHOWN = 10, SPARE = 2, FILES = 16, LOOKED_UP = 3;

  function words(text) {
    return (text.normalize("NFKD").toLowerCase()
      .replace(/[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u093c\u200b-\u200d\ufe00-\ufe0f]/g, "")
      .replace(/[ßςٱىیےةہکँ’]/g, c => SAME[c])
      .replace(/[ङञणनम]्(?=[क-ह])/g, "ं")
      .replace(/'s(?![a-z])/g, "")
      .match(/[\p{L}\p{N}\p{M}]+/gu) || [])
      .map(word => [...word.replace(/^(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})/, "")].slice(0, 40).join(""))
      .filter(word => [...word].length > 1 || word > "z" || /\d/.test(word));
  }

  function shard(word, shards) {
    let number = 0x811c9dc5;
    for (const c of [...word].slice(0, PREFIX)) number = Math.imul(number ^ c.codePointAt(0), 0x01000193) >>> 0;
    return number % shards;
  }

  // The last term may be the beginning of a word.
  const has = (found, terms) => terms.every((term, at) =>
    at < terms.length - 1 ? found.includes(term) : found.some(word => word.startsWith(term)));
  const matches = (story, terms) => has(words([story.headline, story.excerpt, story.author].join(" ")), terms);

  // What a shard says of a term: month → Set of day and key, or null where too many stories have it.
  function told(text, term, open) {
    const months = new Map();
    for (const line of text.split("\n")) {
      if (!/^\d/.test(line)) continue;
      let found = new Set(), at = 0;
      while (found && (at = line.indexOf(" " + term, at)) >= 0) {
        const end = line.indexOf("=", at), stop = (line.indexOf(" ", end) + 1 || line.length + 1) - 1;
        if (open || end === at + 1 + term.length) {
          const days = line.slice(end + 1, stop);
          if (days === "*") found = null;
          else for (const day of days.split("."))
            for (let i = 2; i < day.length; i += 2) found.add(day.slice(0, 2) + day.slice(i, i + 2));
        }
        at = stop;
      }
      if (!found || found.size) months.set(line.slice(0, 7), found);
    }
    return months;
  }

  // Of each term's months → [date, key] of the stories that have all of them, newest first.
  function common(terms) {
    const both = [];
    for (const month of new Set(terms.flatMap(months => [...months.keys()]))) {
      if (!terms.every(months => months.has(month))) continue;
      const sets = terms.map(months => months.get(month)).filter(Boolean).sort((a, b) => a.size - b.size);
      for (const each of sets.length ? sets[0] : [])
        if (sets.every(set => set.has(each))) both.push([month + "-" + each.slice(0, 2), each.slice(2)]);
    }
    return both.sort((a, b) => (a[0] < b[0]) - (a[0] > b[0]));
  }

  if (typeof document === "undefined") {
    Object.assign(globalThis, { words, shard, told, common, matches });
    return;
  }
  const form = document.getElementById("search"), input = form.elements.q, say = form.dataset;
  const [status, list, more] = ["search-status", "search-found", "search-more"].map(id => document.getElementById(id));
  const sections = JSON.parse(say.sections), base = form.getAttribute("action");
  const language = document.documentElement.lang;
  const asked = new Map();
  let turn = 0;

  function get(name) {
    if (!asked.has(name)) {
      asked.set(name, fetch(base + name, { cache: "no-cache" }).then(answer => {
        if (!answer.ok) throw new Error(name);
        return name.endsWith(".json") ? answer.json() : answer.text();
      }).catch(error => { asked.delete(name); throw error; }));
      setTimeout(() => asked.delete(name), 20000); // a withdrawn story is not found in an old page
    }
    return asked.get(name);
  }
  const file = term => "words/" + shard(term, +say.shards).toString(16).padStart(3, "0") + ".txt";
  const shardOf = async term => {
    const { shards } = await get("recent.json");
    return BigInt("0x" + shards) >> BigInt(shard(term, +say.shards)) & 1n ? get(file(term)) : "";
  };
  // Of many words those that are here already, and then the longest: few stories have them. What
  // was found by these is still compared with all words.
  const lookedUp = terms => [...terms].sort((a, b) =>
    asked.has(file(b)) - asked.has(file(a)) || b.length - a.length).slice(0, LOOKED_UP);
  // A word's beginning says where it is told, so that can come while the reader types the rest.
  function foresee() {
    const terms = [...new Set(words(input.value))], ended = /\s$/.test(input.value);
    const known = terms.filter((term, at) => ended || at < terms.length - 1 || [...term].length >= PREFIX);
    if (terms.length <= LOOKED_UP) for (const term of known) shardOf(term).catch(() => {});
  }
  const named = (text, terms) => words(text).some(word =>
    terms.some((term, at) => word === term || (at === terms.length - 1 && word.startsWith(term))));

  function put(parent, tag, text = "", name = "") {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return parent.appendChild(element);
  }

  function marked(parent, text, terms) {
    for (const part of text.split(/([\p{L}\p{N}\p{M}'’\u200b-\u200d]+)/u))
      if (part && named(part, terms)) put(parent, "mark", part);
      else parent.append(part);
  }

  function show(story, terms) {
    const box = put(put(list, "li", "", "story"), "div", "", "words"), link = put(put(box, "h2"), "a");
    const summary = put(box, "p", "", "summary"), line = put(box, "p", "", "when"), time = put(line, "time");
    box.dir = story.dir;
    link.lang = summary.lang = story.lang || "";
    link.href = story.path;
    marked(link, story.headline, terms);
    marked(summary, story.excerpt || "", terms);
    time.dateTime = story.at;
    time.textContent = new Date(story.at).toLocaleDateString(language, { dateStyle: "long", timeZone: say.zone });
    const names = (story.sections || "").split(" ").map(slug => sections[slug]).filter(Boolean);
    if (names.length) line.append(" | "), put(line, "span", names.join(", "));
    return link;
  }

  async function search(text) {
    const mine = ++turn, terms = [...new Set(words(text))].slice(0, 8);
    more.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    if (!terms.length) return;
    status.textContent = say.searching;
    const looked = lookedUp(terms);
    const [recent, ...texts] = await Promise.all([get("recent.json"), ...looked.map(shardOf)]);
    let ready = recent.stories.filter(story => matches(story, terms));
    const open = term => term === terms.at(-1) && [...term].length >= PREFIX;
    const day = new Intl.DateTimeFormat("en-CA", { timeZone: say.zone, year: "numeric", month: "2-digit", day: "2-digit" });
    const id = story => day.format(new Date(story.at)) + story.key;
    const known = new Set(recent.stories.map(id));
    const waiting = common(texts.map((found, at) => told(found, looked[at], open(looked[at]))))
      .filter(([date, key]) => !known.has(date + key));
    let shown = 0, total = ready.length + waiting.length;

    async function next() {
      for (let files = 0; ready.length < SHOWN && waiting.length && files < FILES;) {
        // Some may turn out not to have the words: to ask once more takes longer than these files.
        const wanted = waiting.splice(0, Math.min(SHOWN + SPARE - ready.length, FILES - files)), from = new Map();
        for (const [date, key] of wanted) {
          const name = date.replaceAll("-", "/") + "/" + (LETTERS.indexOf(key[1]) % +say.parts + 1) + ".json";
          from.set(name, (from.get(name) || new Set()).add(key));
        }
        files += from.size;
        const found = (await Promise.all([...from].map(async ([name, keys]) =>
          (await get(name)).stories.filter(story => keys.has(story.key) && matches(story, terms))))).flat();
        total += found.length - wanted.length;
        ready.push(...found);
      }
      if (mine !== turn) return;
      const batch = ready.splice(0, SHOWN).sort((a, b) => (a.at < b.at) - (a.at > b.at));
      const first = story => has(words(story.headline), terms) ? 0 : 1;
      const links = batch.sort((a, b) => first(a) - first(b)).map(story => show(story, terms));
      shown += links.length;
      more.hidden = !(ready.length || waiting.length);
      status.textContent = total ? say.found.replace("{shown}", shown.toLocaleString(language)).replace("{total}", total.toLocaleString(language)) : say.none;
      return links[0];
    }
    const begun = Date.now(); // what was found may have been withdrawn since
    more.onclick = () => Date.now() - begun > 60000 ? go() : next().then(link => link && link.focus(), failed);
    await next();
  }

  function failed() {
    status.textContent = say.failed;
  }
  function go() {
    const mine = turn + 1;
    search(input.value).catch(() => mine === turn && failed());
  }
  form.addEventListener("submit", event => {
    event.preventDefault();
    if (words(input.value).length) history.pushState(null, "", "?q=" + encodeURIComponent(input.value));
    go();
  });
  function read() {
    input.value = new URLSearchParams(location.search).get("q") || "";
    go();
  }
  input.addEventListener("input", foresee);
  addEventListener("popstate", read);
  for (const each of form.elements) each.disabled = false;
  get("recent.json").catch(() => {});
  read();
})();
