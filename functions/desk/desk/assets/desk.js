// What should feel immediate. Everything works without this, by links, forms and reload.
'use strict';
(function () {
  const QUICK = 700, SLOW = 5000, TRIES = 60; // milliseconds; looks

  // Our own server's text, which escapes all that it prints; parsing runs no script.
  function put(place, text) {
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    place.replaceChildren(...parsed.body.childNodes);
  }

  // --- what was sent, until it has come to its end ---
  const sent = document.getElementById('sent');
  let shown = '', looks = 0;
  // What is open there stays open, and the focus stays where it was.
  function tell(text) {
    const open = [...sent.querySelectorAll('details[open]')].map((each) => each.id);
    const at = sent.contains(document.activeElement) && document.activeElement.id;
    put(sent, text);
    for (const id of open) {
      const again = document.getElementById(id);
      if (again) again.open = true;
    }
    const focused = at && document.getElementById(at);
    if (focused) focused.focus();
  }
  async function follow() {
    if (!document.hidden) {
      looks += 1;
      try {
        const answer = await fetch('/sent?part=1');
        if (!answer.ok) return;
        const text = await answer.text();
        if (text !== shown) tell(shown = text);
        if (!sent.querySelector('[data-moving="yes"]')) return;
      } catch (error) { /* offline: the next look may do */ }
    }
    if (looks < TRIES) setTimeout(follow, looks < 20 ? QUICK : SLOW);
  }
  if (sent) follow();

  // --- the list, kept up to date while somebody looks at it ---
  const rows = document.getElementById('rows');
  const live = rows && rows.dataset.live;
  let tag = live && rows.dataset.tag, waiting = '';
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'news';
  button.textContent = 'There are changes: show them';
  button.addEventListener('click', function () {
    show();
    window.scrollTo(0, 0);
    const first = rows.querySelector('h2 a');
    if (first) first.focus();
  });
  function show() {
    put(rows, waiting);
    waiting = '';
    button.remove();
  }
  // What is being read, or worked on, stays where it is.
  function busy() {
    return window.scrollY > 200 || rows.contains(document.activeElement);
  }
  async function renew() {
    if (!document.hidden) {
      try {
        const answer = await fetch(live, { headers: { 'If-None-Match': tag } });
        if (answer.status === 401 || answer.status === 403) return;
        if (answer.status === 200) {
          tag = answer.headers.get('ETag');
          waiting = await answer.text();
          if (busy()) rows.before(button);
          else show();
        }
      } catch (error) { /* offline: the next look may do */ }
    }
    setTimeout(renew, SLOW);
  }
  if (live) setTimeout(renew, SLOW);

  // --- keys ---
  const keys = document.getElementById('keys');
  function step(by) {
    const all = [...rows.querySelectorAll('li h2 a, li h3 a')];
    const row = document.activeElement.closest('#rows li');
    const at = all.findIndex((each) => row && row.contains(each));
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) next.focus();
  }
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !rows || (keys && keys.open)) return;
    if (event.target.closest('input, textarea, select')) return;
    const row = document.activeElement && document.activeElement.closest('#rows li');
    const link = row && row.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    const find = document.getElementById('find');
    if (event.key === '/' && find) find.focus();
    else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else if (event.key === '?') keys.showModal();
    else if (link) link.click();
    else return;
    event.preventDefault();
  });

  // A link to the kill of a story opens it; the browser itself focuses where the link leads.
  const kill = location.hash === '#killing' && document.getElementById('kill');
  if (kill) kill.open = true;
})();
