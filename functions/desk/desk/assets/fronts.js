// On the screen Fronts: moves show at once, by buttons, keys and drag. Without this, each move loads
// the page again.
'use strict';
(function () {
  const place = document.getElementById('rows'), said = document.getElementById('said');
  const sent = document.getElementById('sent');
  if (!place) return;

  // --- one move after the other: each begins with the order that the one before it made ---
  let busy = false;
  const next = []; // [the name and value of a button, the place or '']
  async function show(address) {
    const part = new URL(address);
    part.searchParams.set('part', '1');
    const inside = place.contains(document.activeElement);
    const row = inside && document.activeElement.closest('li[data-id]');
    let focus;
    busy = true;
    try {
      const answer = await fetch(part);
      if (!answer.ok) throw new Error(answer.status);
      // Our own server's text, which escapes all that it prints; parsing runs no script.
      const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
      focus = parsed.querySelector('[autofocus]');
      if (focus) focus.removeAttribute('autofocus'); // browsers do that for whole pages only
      place.replaceChildren(...parsed.body.childNodes);
    } catch (error) {
      location.assign(address); // signed out, say
      return;
    }
    busy = false;
    const front = place.querySelector('[data-here]');
    history.replaceState(null, '', front.dataset.here);
    said.textContent = front.dataset.said;
    const same = row && place.querySelector('li[data-id="' + row.dataset.id + '"] h3 a');
    if (focus) focus.focus();
    else if (inside) (same || place).focus();
    ready();
    if (next.length) step(...next.shift());
  }
  function step(name, value, where) {
    if (busy) {
      next.push([name, value, where]);
      return;
    }
    const form = place.querySelector('form[method=get]');
    const there = [...form.elements].some((each) => each.name === name && each.value === value);
    if (!there && !where) return; // it is in its last place already, say
    const asked = new URLSearchParams(new FormData(form));
    asked.set(name, value);
    if (where) asked.set('place', where);
    const address = new URL(form.action);
    address.search = asked;
    show(address);
  }
  place.addEventListener('submit', function (event) {
    if (event.target.method !== 'get') return;
    event.preventDefault();
    const button = event.submitter;
    if (button && button.name) step(button.name, button.value, '');
    else step('pin', event.target.elements.pin.value, event.target.elements.place.value);
  });
  document.addEventListener('keydown', function (event) {
    if (event.key !== 's' || event.ctrlKey || event.metaKey || event.altKey) return;
    const send = document.getElementById('send');
    if (!send || event.target.closest('input, textarea, select, dialog')) return;
    send.focus();
  });

  // --- drag ---
  let dragged = null;
  function ready() {
    const may = place.querySelector('button[data-key]');
    for (const row of place.querySelectorAll('li[data-id]')) row.draggable = Boolean(may);
  }
  function over(event) {
    const section = dragged && event.target.closest && event.target.closest('[data-drop]');
    for (const each of place.querySelectorAll('[data-drop]')) {
      each.classList.toggle('drop', each === section);
    }
    return section;
  }
  place.addEventListener('dragstart', function (event) {
    const row = event.target.closest && event.target.closest('li[data-id]');
    if (!row || !row.draggable) return;
    dragged = row;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', row.querySelector('h3').textContent.trim());
  });
  place.addEventListener('dragover', function (event) {
    if (over(event)) event.preventDefault();
  });
  place.addEventListener('dragend', function (event) {
    dragged = null;
    over(event);
  });
  place.addEventListener('drop', function (event) {
    const section = over(event), row = dragged;
    if (!section) return;
    event.preventDefault();
    dragged = null;
    over(event);
    if (section.dataset.drop === 'unpin') {
      step('unpin', row.dataset.id, '');
      return;
    }
    const above = [...section.querySelectorAll('li[data-id]')].filter(function (each) {
      const box = each.getBoundingClientRect();
      return each !== row && box.top + box.height / 2 < event.clientY;
    });
    step('pin', row.dataset.id, String(above.length + 1));
  });
  ready();

  // --- what was sent shows once it is applied, and again when its pages are written ---
  let followed = false;
  if (sent) {
    new MutationObserver(function () {
      const front = place.querySelector('[data-here]');
      const moving = Boolean(sent.querySelector('[data-moving="yes"]'));
      const { here, address, waiting } = front.dataset;
      if (!busy && (waiting || (followed && !moving && here === address))) {
        show(new URL(waiting && moving ? here : address, location.href));
      }
      followed = moving;
    }).observe(sent, { childList: true });
  }
})();
