// Keeps the progress of a republish up to date. Without this, a link looks again.
'use strict';
(function () {
  const place = document.getElementById('progressing');
  if (!place) return;
  const PAUSE = 2000, TRIES = 1000; // milliseconds; looks
  const address = new URL(place.dataset.part, location.href);
  address.searchParams.set('part', '1');
  let looks = 0, shown = '';
  async function look() {
    if (!document.hidden) {
      looks += 1;
      try {
        const answer = await fetch(address);
        if (!answer.ok) return;
        // Our own server's text, which escapes all that it prints; parsing runs no script.
        const text = await answer.text();
        if (text !== shown) {
          shown = text;
          const parsed = new DOMParser().parseFromString(text, 'text/html');
          place.replaceChildren(...parsed.body.childNodes);
        }
        if (!place.querySelector('[data-moving="yes"]')) return;
      } catch (error) { /* offline: the next look may do */ }
    }
    if (looks < TRIES) setTimeout(look, PAUSE);
  }
  if (place.querySelector('[data-moving="yes"]')) setTimeout(look, PAUSE);
})();
