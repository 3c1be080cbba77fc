// A picture that is too large is told before it is sent. And while a story of the newsroom's own is on its way: goes on to it when it has arrived. Then what
// was typed needs no draft in this browser any more. Everything works without this, by links.
'use strict';
(function () {
  const picture = document.querySelector('input[data-most]');
  if (picture) {
    picture.addEventListener('change', function () {
      const large = picture.files[0] && picture.files[0].size > Number(picture.dataset.most);
      picture.setCustomValidity(large ? 'The picture is larger than 4 MB.' : '');
      if (large) picture.reportValidity();
    });
  }

  const waits = document.querySelector('[data-waits]');
  const sent = document.getElementById('sent');
  if (!waits || !sent) return;
  const story = waits.dataset.waits, whose = 'draft ' + waits.dataset.drafts + ' ';
  function forget() {
    try {
      localStorage.removeItem(whose + story + ' write');
      const begun = JSON.parse(localStorage.getItem(whose + 'new write'));
      if (begun && begun.article === story) localStorage.removeItem(whose + 'new write');
    } catch (error) { /* not allowed, or not there */ }
  }
  function look() {
    const line = sent.querySelector('[data-action="write"][data-article="' + story + '"]');
    if (!line || !line.matches('.applied, .written')) return;
    forget();
    location.replace('/write/' + story);
  }
  new MutationObserver(look).observe(sent, { childList: true });
})();
