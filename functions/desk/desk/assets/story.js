// On the screens of a story: what a time means on the editor's own clocks, and drafts, which stay in
// the browser until what was typed is applied. Everything works without this.
'use strict';
(function () {
  // --- times ---
  // The moment at which clocks in `zone` show `text`, such as 2026-02-12T06:00.
  function moment(text, zone) {
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit',
    });
    const asked = Date.parse(text + 'Z');
    let at = asked;
    for (let round = 0; round < 2; round += 1) { // the second for a change of clocks in between
      const part = {};
      for (const each of shown.formatToParts(at)) part[each.type] = each.value;
      at += asked - Date.parse(
        part.year + '-' + part.month + '-' + part.day + 'T' + part.hour + ':' + part.minute + 'Z');
    }
    return at;
  }
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll('[data-zone]')) {
    if (field.dataset.zone === own) continue;
    const line = document.createElement('p');
    line.className = 'hint';
    line.setAttribute('aria-live', 'polite');
    field.after(line);
    const tell = function () {
      const at = field.value ? moment(field.value.slice(0, 16), field.dataset.zone) : NaN;
      line.textContent = Number.isNaN(at) ? '' : 'On your clocks: ' + new Date(at).toLocaleString(
        'en-GB', { dateStyle: 'full', timeStyle: 'short' }) + ' (' + own + ')';
    };
    field.addEventListener('input', tell);
    tell();
  }

  // --- drafts ---
  const PENDING = 60000; // milliseconds after it was sent, in which a draft is probably applied
  const PAUSE = 300;
  const refused = document.querySelector('.problem');
  function kept(form) {
    try {
      return JSON.parse(localStorage.getItem('draft ' + form.dataset.draft));
    } catch (error) { return null; }
  }
  function keep(form, draft) {
    try {
      if (draft) localStorage.setItem('draft ' + form.dataset.draft, JSON.stringify(draft));
      else localStorage.removeItem('draft ' + form.dataset.draft);
    } catch (error) { /* no room, or not allowed: the form itself still has it */ }
  }
  function fields(form) {
    return [...form.elements].filter((each) => each.name && each.type !== 'submit' &&
      each.type !== 'file' && (each.type !== 'hidden' || 'kept' in each.dataset));
  }
  function valueOf(field) {
    return field.type !== 'checkbox' || field.checked ? field.value : '';
  }
  function shown(form) {
    return fields(form).find((each) => each.type !== 'hidden');
  }
  function forget(form) {
    keep(form, null);
    const offer = form.querySelector('.draft');
    if (offer) offer.remove();
  }
  function offer(form, draft) {
    if (form.querySelector('.draft')) return;
    const place = document.createElement('div');
    place.className = 'draft';
    place.setAttribute('role', 'status');
    const text = document.createElement('p');
    text.textContent = 'On ' + new Date(draft.at).toLocaleString() +
      ' you typed something here that was not applied.';
    const back = document.createElement('button');
    back.type = 'button';
    back.textContent = 'Put it back';
    back.addEventListener('click', function () {
      if (draft.article) form.dataset.article = draft.article; // a field that is kept names it, too
      for (const field of fields(form)) {
        if (!(field.name in draft.fields)) continue;
        if (field.type === 'checkbox') field.checked = Boolean(draft.fields[field.name]);
        else field.value = draft.fields[field.name];
        field.dispatchEvent(new Event('draft', { bubbles: true }));
      }
      place.remove();
      shown(form).focus();
    });
    const away = document.createElement('button');
    away.type = 'button';
    away.textContent = 'Throw it away';
    away.addEventListener('click', function () {
      forget(form);
      shown(form).focus();
    });
    place.append(text, back, ' ', away);
    form.prepend(place);
  }
  const forms = [...document.querySelectorAll('form[data-draft]')];
  for (const form of forms) {
    let timer = 0;
    const save = function () {
      const typed = {};
      for (const field of fields(form)) typed[field.name] = valueOf(field);
      keep(form, { at: Date.now(), fields: typed, article: form.dataset.article });
    };
    form.addEventListener('input', function () {
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    });
    form.addEventListener('submit', function (event) {
      clearTimeout(timer);
      save();
      const elsewhere = event.submitter && event.submitter.hasAttribute('formaction');
      if (!elsewhere) keep(form, { ...kept(form), sent: Date.now() });
    });
    const draft = kept(form);
    if (!draft) continue;
    const same = fields(form).every((each) => (draft.fields[each.name] || '') === valueOf(each));
    const pending = draft.sent && Date.now() - draft.sent < PENDING && !refused;
    if (refused) keep(form, { ...draft, sent: 0 });
    if (same && !refused) forget(form);
    else if (!same && !pending) offer(form, draft);
  }

  // What was applied needs no draft any more.
  const sent = document.getElementById('sent');
  function settle() {
    for (const line of sent.querySelectorAll('[data-action]')) {
      for (const form of forms) {
        const draft = kept(form);
        const [story, action] = form.dataset.draft.split(' ').slice(-2);
        if (!draft || !draft.sent) continue;
        if (line.dataset.article !== story || line.dataset.action !== action) continue;
        if (Number(line.dataset.at) * 1000 < draft.sent - PENDING) continue; // an earlier one
        if (line.matches('.applied, .written')) forget(form);
        else if (line.matches('.refused')) offer(form, draft);
      }
    }
  }
  if (sent && forms.length) new MutationObserver(settle).observe(sent, { childList: true });
})();
