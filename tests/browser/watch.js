// What a reader's browser is made to say of a page. `listen` is there before the page is;
// `provoke` does everything that a reader could set off; `examine` looks for what may not be there.
(() => {
  const say = (...words) => console.debug("wireroom", ...words.map(String));
  for (const name of ["alert", "confirm", "prompt", "print", "open"])
    window[name] = (...words) => { say("ran", name, words); return null; };
  addEventListener("securitypolicyviolation", (event) =>
    say("policy", event.violatedDirective, event.blockedURI));

  const EVENTS = (
    "click dblclick auxclick contextmenu mousedown mouseup mousemove mouseover mouseenter mouseout " +
    "mouseleave wheel pointerdown pointerup pointerover pointerenter pointermove pointerrawupdate " +
    "touchstart touchend keydown keyup keypress focus focusin blur focusout input change submit " +
    "reset invalid select copy cut paste drag dragstart dragover drop load error abort loadstart " +
    "canplay play toggle beforetoggle close cancel animationstart animationend transitionend " +
    "transitionrun scroll scrollend resize hashchange pageshow beforeprint message begin end " +
    "start finish bounce readystatechange"
  ).split(" ");
  const stay = (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && ["http:", "https:", "mailto:"].includes(link.protocol)) event.preventDefault();
  };

  const ATTRIBUTES = new Set((
    "alt aria-current aria-hidden aria-label aria-labelledby charset cite class colspan content " +
    "data-copied data-missing data-share data-url datetime dir height hidden href http-equiv id lang loading name property referrerpolicy rel reversed " +
    "rowspan scope src srcset start tabindex title type value width"
  ).split(" "));
  const ELEMENTS = new Set((
    "html head meta title link script body a header footer main nav aside section article div span " +
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tfoot tr td th figure " +
    "figcaption img blockquote time bdi em strong b i u s sub sup small mark abbr code pre kbd samp " +
    "button var q cite del ins ruby rt rp dfn br hr"
  ).split(" "));
  const DATA = new Set(["NewsArticle", "ProfilePage", "NewsMediaOrganization", "WebSite"]);
  const IDS = new Set(["main", "latest", "latest-posts", "corrections"]);

  window.wireroomProvoke = async () => {
    addEventListener("click", stay, true);
    for (const image of document.images) image.loading = "eager";
    for (const element of [window, document, ...document.querySelectorAll("*")]) {
      for (const type of EVENTS)
        element.dispatchEvent(
          type === "click"
            ? new MouseEvent(type, { bubbles: true, cancelable: true })
            : new Event(type, { cancelable: true }),
        );
      element.focus?.();
      if (element.tagName === "DETAILS") element.open = true;
    }
    for (let turn = 0; turn < 3; turn++) await new Promise((done) => setTimeout(done));
  };

  window.wireroomExamine = (script) => {
    const found = [];
    for (const element of document.querySelectorAll("*")) {
      const tag = element.localName;
      if (!ELEMENTS.has(tag) || element.namespaceURI !== "http://www.w3.org/1999/xhtml")
        found.push(`element ${tag}`);
      for (const { name } of element.attributes)
        if (!ATTRIBUTES.has(name)) found.push(`attribute ${name} of ${tag}`);
      if (element.id && !IDS.has(element.id)) found.push(`id ${element.id}`);
      if (tag === "script" && element.type === "application/ld+json") {
        const data = JSON.parse(element.textContent);
        for (const { "@type": type } of data["@graph"] ?? [data])
          if (!DATA.has(type)) found.push(`data ${type}`);
      } else if (tag === "script" && (element.textContent !== script || element.src))
        found.push(`script ${element.outerHTML}`);
      if (tag === "meta" && element.httpEquiv && element.httpEquiv !== "Content-Security-Policy")
        found.push(`meta ${element.outerHTML}`);
      if (tag === "link" && element.rel !== "canonical" && new URL(element.href).origin !== origin)
        found.push(`link ${element.outerHTML}`);
      for (const name of ["href", "src", "cite"]) {
        const value = element.getAttribute(name);
        if (value !== null && !["http:", "https:", "mailto:"].includes(new URL(value, location).protocol))
          found.push(`${name} ${value}`);
      }
    }
    for (const id of IDS)
      if (document.querySelectorAll(`[id="${id}"]`).length > 1) found.push(`two of ${id}`);
    return found;
  };
})();
