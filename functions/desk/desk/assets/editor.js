// A restrained editor of a body: paragraphs, emphasis, links, lists and quotes. It is kept in step
// with the text field, which is what is sent, and which the server's sanitiser has the last word on.
// Nothing is put into the page as markup: each element is made anew, if it is on a list.
'use strict';
(function () {
  const form = document.querySelector('form[data-editor]');
  if (!form) return;
  const field = form.elements.body;

  const set = (names) => new Set(names.split(' '));
  const BLOCKS = set('P UL OL LI BLOCKQUOTE');
  const PASTED = set('P UL OL LI BLOCKQUOTE EM STRONG A BR'); // of Word, mail and the web
  const LOADED = set(
    'P UL OL LI BLOCKQUOTE EM STRONG A BR H2 H3 H4 H5 H6 S SUB SUP SMALL MARK ABBR CODE KBD SAMP ' +
    'VAR Q CITE TIME DEL INS U BDI DFN');
  const KEPT = set('TABLE FIGURE IMG PRE HR DL RUBY'); // stay as they are, as one piece
  const GROUPS = set(
    'DIV SECTION ARTICLE MAIN HEADER FOOTER ASIDE H1 H2 H3 H4 H5 H6 TR DT DD FIGCAPTION CENTER ' +
    'ADDRESS PRE');
  const DROPPED = set(
    'SCRIPT STYLE HEAD TITLE META LINK TEMPLATE NOSCRIPT IFRAME OBJECT EMBED SVG MATH TEXTAREA ' +
    'SELECT BUTTON XML');
  const RENAMED = { B: 'STRONG', I: 'EM' };
  const ATTRIBUTES = {
    A: ['href', 'title'], OL: ['start', 'reversed', 'type'], LI: ['value'], BLOCKQUOTE: ['cite'],
    Q: ['cite'], TIME: ['datetime'], ABBR: ['title'],
  };
  const ADDRESS = /^(https?:\/\/|mailto:|\/(?!\/))/i;
  const whole = new Map(); // number of a piece that stays → its HTML

  function attributes(from, to) {
    for (const name of [...(ATTRIBUTES[to.tagName] || []), 'lang', 'dir']) {
      const value = from.getAttribute(name);
      if (value === null) continue;
      if (name === 'href' && !ADDRESS.test(value.trim())) continue;
      to.setAttribute(name, value);
    }
  }
  function chip(node) {
    const piece = document.createElement('span');
    const number = String(whole.size);
    whole.set(number, node.outerHTML);
    piece.className = 'kept';
    piece.contentEditable = 'false';
    piece.dataset.kept = number;
    const image = node.matches('img') ? node : node.querySelector('img');
    const words = image ? image.alt : node.textContent.trim();
    const kind = image ? 'Picture' : node.tagName === 'TABLE' ? 'Table' : 'Stays as it is';
    piece.textContent = words ? kind + ': ' + words.slice(0, 60) : kind;
    return piece;
  }
  const emphasis = function (node) { // what a style of Word or of a mail means
    const style = (node.getAttribute('style') || '').toLowerCase();
    return {
      bold: /(^|;)\s*font-weight:\s*(bold|[6-9]00)/.test(style),
      plain: /(^|;)\s*font-weight:\s*(normal|400)/.test(style),
      italic: /(^|;)\s*font-style:\s*italic/.test(style),
      bullet: /mso-list:\s*ignore/.test(style),
    };
  };
  // Copies what `node` contains into `place`, as far as it may be there.
  function copy(node, place, pasted) {
    for (const child of [...node.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE) {
        place.append(child.data.replace(/[ \t\r\n\f]+/g, ' '));
        continue;
      }
      if (child.nodeType !== Node.ELEMENT_NODE || DROPPED.has(child.tagName.toUpperCase())) continue;
      const means = emphasis(child);
      if (means.bullet) continue;
      let name = child.tagName.toUpperCase();
      name = RENAMED[name] || name;
      if (child.dataset && child.dataset.kept !== undefined && whole.has(child.dataset.kept)) {
        place.append(child.cloneNode(true));
        continue;
      }
      if (!pasted && KEPT.has(name)) {
        place.append(chip(child));
        continue;
      }
      if (name === 'P' && pasted && /MsoList/.test(child.className)) name = 'LI';
      if (name === 'STRONG' && means.plain) name = 'SPAN'; // what Google Docs puts around it all
      if (GROUPS.has(name) && !LOADED.has(name) || pasted && GROUPS.has(name)) name = 'P';
      if (name === 'SPAN' && means.bold) name = 'STRONG';
      else if (name === 'SPAN' && means.italic) name = 'EM';
      if (!(pasted ? PASTED : LOADED).has(name)) {
        copy(child, place, pasted);
        continue;
      }
      const made = document.createElement(name);
      attributes(child, made);
      copy(child, made, pasted);
      if (name === 'A' && !made.hasAttribute('href')) place.append(...made.childNodes);
      else place.append(made);
    }
  }
  // Paragraphs around loose words, lists around loose items, no block in a paragraph.
  function arrange(place) {
    for (let again = true; again;) {
      again = false;
      for (const inner of place.querySelectorAll('p p, p ul, p ol, p blockquote')) {
        const outer = inner.parentElement.closest('p');
        const after = document.createElement('p');
        while (inner.nextSibling) after.append(inner.nextSibling);
        outer.after(inner, after);
        again = true;
      }
    }
    for (const within of [place, ...place.querySelectorAll('ul, ol, blockquote')]) {
      for (const node of [...within.childNodes]) {
        if (node.nodeType === Node.TEXT_NODE && between(node)) node.remove();
      }
    }
    let loose = null;
    for (const node of [...place.childNodes]) {
      const item = node.nodeName === 'LI';
      if (!item && (BLOCKS.has(node.nodeName) || /^H[2-6]$/.test(node.nodeName))) {
        loose = null;
        continue;
      }
      const kind = item ? 'UL' : 'P';
      if (!loose || loose.tagName !== kind) {
        loose = document.createElement(kind);
        node.before(loose);
      }
      loose.append(node);
    }
    for (const each of place.querySelectorAll('p')) {
      if (!each.textContent.trim() && !each.querySelector('br, .kept')) each.remove();
    }
  }
  function cleaned(html, pasted) {
    const place = document.createElement('div');
    copy(new DOMParser().parseFromString(html, 'text/html').body, place, pasted);
    arrange(place);
    return place;
  }

  // Whether a text is the white space between two blocks.
  function between(text) {
    const edge = (other) => !other || BLOCKS.has(other.nodeName);
    return !text.data.trim() && (edge(text.previousSibling) && edge(text.nextSibling) ||
      /^[UO]L$/.test(text.parentNode.nodeName));
  }
  const escaped = (text) =>
    text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  function written(node) {
    let text = '';
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE && !between(child)) text += escaped(child.data);
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      if (child.dataset.kept !== undefined) {
        text += whole.get(child.dataset.kept) || '';
        continue;
      }
      let name = RENAMED[child.tagName] || child.tagName;
      if (name === 'DIV') name = 'P';
      if (name === 'BR') {
        text += child.nextSibling || child.previousSibling ? '<br>' : '';
        continue;
      }
      const inside = written(child);
      const around = name === 'P' && child.querySelector('p, ul, ol, blockquote'); // of Chromium's
      if (!LOADED.has(name) || around || (name === 'P' && !inside.trim())) {
        text += inside;
        continue;
      }
      const made = document.createElement(name);
      attributes(child, made);
      const given = [...made.attributes].map((each) => ` ${each.name}="${escaped(each.value)}"`);
      const tag = name.toLowerCase();
      text += `<${tag}${given.join('')}>${inside}</${tag}>${BLOCKS.has(name) ? '\n' : ''}`;
    }
    return text;
  }

  // --- the editor itself ---
  const editor = document.createElement('div');
  editor.className = 'editor';
  editor.contentEditable = 'true';
  editor.setAttribute('role', 'textbox');
  editor.setAttribute('aria-multiline', 'true');
  editor.setAttribute('aria-label', 'Body');
  editor.dir = 'auto';
  editor.lang = field.lang;
  const tools = document.createElement('div');
  tools.className = 'tools';
  tools.setAttribute('role', 'group');
  tools.setAttribute('aria-label', 'Form of the text');

  function load() {
    whole.clear();
    editor.replaceChildren(...cleaned(field.value, false).childNodes);
  }
  function step() {
    field.value = written(editor).trim();
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  function run(command, value) {
    editor.focus();
    document.execCommand(command, false, value);
    step();
  }
  function link() {
    const there = window.getSelection().anchorNode;
    const old = there && there.parentElement.closest('.editor a');
    const to = window.prompt('Address of the link (empty: no link)', old ? old.href : 'https://');
    if (to === null) return;
    if (!to || to === 'https://') run('unlink');
    else if (ADDRESS.test(to.trim())) run('createLink', to.trim());
  }
  let source = false;
  function toggle() {
    source = !source;
    if (!source) load();
    field.hidden = !source;
    how.hidden = !source;
    editor.hidden = source;
    for (const each of tools.children) each.disabled = source && each !== tools.lastChild;
    tools.lastChild.textContent = source ? 'Show the text' : 'Show the HTML';
    (source ? field : editor).focus();
  }
  const how = document.getElementById('body-how');
  for (const [name, act] of [
    ['Strong', () => run('bold')],
    ['Emphasis', () => run('italic')],
    ['Link', link],
    ['List', () => run('insertUnorderedList')],
    ['Numbers', () => run('insertOrderedList')],
    ['Quote', () => run('formatBlock', 'blockquote')],
    ['Paragraph', () => run('formatBlock', 'p')],
    ['Show the HTML', toggle],
  ]) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.addEventListener('mousedown', (event) => event.preventDefault()); // keep the selection
    button.addEventListener('click', act);
    tools.append(button);
  }
  editor.addEventListener('input', step);
  editor.addEventListener('paste', function (event) {
    event.preventDefault();
    const html = event.clipboardData.getData('text/html');
    const text = event.clipboardData.getData('text/plain');
    const lines = text.split(/\r?\n/).filter((each) => each.trim());
    const place = html ? cleaned(html, true) : document.createElement('div');
    if (!html) {
      for (const line of lines) {
        const paragraph = document.createElement('p');
        paragraph.textContent = line;
        place.append(paragraph);
      }
    }
    const one = place.children.length === 1 && place.firstElementChild.tagName === 'P';
    // Ours: made of the elements on the list alone, and escaped.
    document.execCommand('insertHTML', false, written(one ? place.firstElementChild : place));
    step();
  });
  editor.addEventListener('drop', (event) => event.preventDefault());
  field.addEventListener('draft', load);
  document.execCommand('defaultParagraphSeparator', false, 'p');
  load();
  field.before(tools, editor);
  field.hidden = true;
  field.required = false; // a hidden field can't ask for it; the server does
  how.hidden = true;
})();
