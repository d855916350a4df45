"use strict";
// Shows the pieces a page at a time. What to show stands in the address (`#status=flagged&q=mug&page=2`), so that links
// of the overview, the back button and bookmarks work. Texts of briefs and models become text nodes and nothing else.
(() => {
  const SIZE = 20; // pieces on a page
  const PRINTED = 500; // pieces at most
  const SHORT = 90; // characters, in a line with the field's name
  const STATUSES = ["accepted", "flagged", "rejected", "failed"];
  const WHO = { fallback: "No model wrote this", repaired: "Written again after a check refused it", picked: "A person took this" };
  const SEVERITIES = { note: "Note", warn: "Doubt", reject: "Refused" };

  // -- reading: a line is `head TAB piece`, and only heads are read of every piece ------------------------------------

  const lines = [];
  for (const lump of document.querySelectorAll("script.lump")) {
    lines.push(...lump.textContent.split("\n"));
    lump.remove();
  }
  const heads = lines.map((line) => {
    const [id, status, checks, twin, fallbacks, undecided] = JSON.parse(line.slice(0, line.indexOf("\t")));
    return { id, status, checks, twin, fallbacks, undecided };
  });
  const places = new Map(heads.map((head, at) => [head.id, at]));
  const pieceAt = (at) => JSON.parse(lines[at].slice(lines[at].indexOf("\t") + 1));

  const words = new Array(lines.length); // what a search looks at, made when first needed
  const wordsAt = (at) => (words[at] ??= wordsOf(pieceAt(at)));
  function wordsOf(piece) {
    const found = [piece.id, piece.status, piece.reason, piece.source];
    for (const finding of piece.findings) found.push(finding[1], finding[2]);
    for (const [name, values] of piece.brief) found.push(name, ...values);
    for (const [, field] of piece.fields) {
      for (const finding of field.findings ?? []) found.push(finding[1], finding[2]);
      for (const text of field.texts) {
        found.push(whole(text), ...(text.choices ?? []).map((one) => one[0]));
        for (const finding of text.findings ?? []) found.push(finding[1], finding[2]);
      }
    }
    return found.join("\n").toLowerCase();
  }

  const many = (count) => count.toLocaleString("en");
  const whole = (text) => text.text.map((part) => (typeof part === "string" ? part : part[1])).join("");

  // -- building -------------------------------------------------------------------------------------------------------

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== "" && child !== null));
    return made;
  }

  function finding([severity, check, message, where]) {
    const place = where ? `${where}: ` : "";
    const word = element("b", {}, SEVERITIES[severity]);
    return element("p", { className: `finding ${severity}` }, word, place, element("bdi", {}, message), element("code", {}, check));
  }

  function meter(length, limit) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "meter");
    drawn.setAttribute("width", "100%");
    drawn.setAttribute("height", "2");
    drawn.setAttribute("aria-hidden", "true");
    for (const width of [100, Math.min(100, (100 * length) / limit)]) {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      bar.setAttribute("width", `${width}%`);
      bar.setAttribute("height", "2");
      drawn.append(bar);
    }
    return drawn;
  }

  function measured({ length, limit, unit }) {
    if (!limit) return element("span", { className: "length", title: `${length} ${unit}` }, String(length));
    const over = length > limit ? " over" : "";
    return element("span", { className: `length${over}`, title: `${length} of ${limit} ${unit}` }, `${length} / ${limit}`, meter(length, limit));
  }

  // A text of a list has its number before it, one inside an object its name too, and a long one has that above it.
  function layoutOf(text, before) {
    const label = text.label ?? "";
    const kinds = ["text"];
    if (/^\d+$/.test(label)) kinds.push("labelled");
    else if (label) kinds.push(whole(text).length > SHORT ? "headed" : "named");
    if (/^\d+ /.test(label) && parseInt(label) !== parseInt(before?.label ?? label)) kinds.push("begins");
    if (!text.length) kinds.push("bare");
    return kinds.join(" ");
  }

  // What a model wrote and is not in the piece: closed, as it is what nobody wants.
  function othersOf(others, before = "") {
    const list = element("ul");
    for (const [text, findings] of others) {
      const verdict = findings.length ? findings.map(finding) : [element("p", { className: "note" }, "No complaint: another one was preferred")];
      list.append(element("li", {}, element("span", { className: "words", dir: "auto" }, text), ...verdict));
    }
    const word = others.length === 1 ? "candidate" : "candidates";
    const many = before ? `${before}: ${others.length} ${word}, none taken` : `${others.length} other ${word}`;
    return element("details", { className: "others" }, element("summary", {}, many), list);
  }

  // What could stand there, best first, each with the command that takes it: a click on that selects all of it.
  // A shell knows its user's folder by `~/` only outside of quotes.
  const quoted = (word) => {
    const home = word.startsWith("~/") ? "~/" : "";
    const rest = word.slice(home.length);
    return home + (/^[\w./:@%+=-]+$/.test(rest) || (home && !rest) ? rest : `'${rest.replaceAll("'", "'\\''")}'`);
  };
  function choicesOf({ choices, place }, id) {
    const list = element("ol");
    for (const [at, [text, refused]] of choices.entries()) {
      const told = [document.body.dataset.folder, id, place, String(at + 1)];
      const options = told.some((word) => word.startsWith("-")) ? ["--"] : []; // none of them is one
      const command = ["aigc", "pick", ...options, ...told].map(quoted).join(" ");
      const words = element("span", { className: "words", dir: "auto" }, text);
      list.append(element("li", { className: refused ? "refused" : "" }, words, element("code", { title: "Takes it" }, command)));
    }
    const many = `${choices.length} ${choices.length === 1 ? "suggestion" : "suggestions"}`;
    return element("details", { className: "others choices-of" }, element("summary", {}, many), list);
  }

  function pickedOf({ was, stale }) {
    const model = was ? ["The model has: ", element("bdi", {}, was)] : [];
    return element("p", { className: "note" }, ...model, stale ? " The brief has changed since it was picked." : "");
  }

  function oneText(text, before, language, id) {
    const line = element("div", { className: layoutOf(text, before) });
    if (text.label) line.append(element("span", { className: "label" }, text.label));
    const shown = element("span", { className: "words", dir: "auto" });
    if (language) shown.lang = language;
    for (const part of text.text) shown.append(typeof part === "string" ? part : element("mark", { className: part[0] }, part[1]));
    const cell = element("div", {}, shown);
    if (text.by) cell.append(element("span", { className: "by", title: WHO[text.by] }, text.by));
    line.append(cell);
    if (text.length) line.append(measured(text));
    for (const one of text.findings ?? []) line.append(finding(one));
    if (text.was || text.stale) line.append(pickedOf(text));
    if (text.choices) line.append(choicesOf(text, id));
    if (text.others) line.append(othersOf(text.others));
    return line;
  }

  function briefOf(piece) {
    const list = element("dl");
    const reading = new Map(Object.entries(piece.reading || {}));
    const readOf = (done) => element("dd", { className: "note", dir: "auto" }, `On reading: ${done}.`);
    for (const [name, values] of piece.brief) {
      list.append(element("dt", {}, name));
      for (const value of values) list.append(element("dd", { className: values.length > 1 ? "several" : "", dir: "auto" }, value));
      if (reading.has(name)) list.append(readOf(reading.get(name)));
      reading.delete(name);
    }
    for (const [name, done] of reading) list.append(element("dt", {}, name), readOf(done)); // what is unknown now
    const source = piece.source ? element("p", { className: "source note" }, element("bdi", {}, piece.source)) : "";
    return element("div", { className: "brief" }, element("h4", {}, "Brief"), list, source);
  }

  function tookOf(piece) {
    const [requests, read, wrote, seconds] = piece.took;
    const told = requests ? [`${requests} ${requests === 1 ? "call" : "calls"}`, `${many(read)} tokens read`, `${many(wrote)} written`, `${seconds.toFixed(1)} s`] : [];
    return element("small", { className: "took" }, told.join(" · "));
  }

  function assetOf([name, kind, place, size]) {
    const told = element("figcaption", {}, element("bdi", {}, name), element("span", {}, ` ${many(size)} bytes`));
    const player = { controls: true, preload: "none", src: place, title: name };
    const made = {
      image: () => element("img", { src: place, alt: name, loading: "lazy" }),
      audio: () => element("audio", player),
      video: () => element("video", player),
    }[kind]?.() ?? element("a", { href: place, download: name }, name);
    return element("figure", { className: "asset" }, made, told);
  }

  function shown(at) {
    const piece = pieceAt(at);
    const language = /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(piece.language) ? piece.language : "";
    const name = element("h3", { id: `piece-${at}`, tabIndex: -1 }, element("span", { className: "id" }, piece.id), element("bdi", {}, piece.title));
    const texts = element("div", { className: "texts" });
    if (piece.reason) texts.append(element("p", { className: "reason" }, element("bdi", {}, piece.reason)));
    if (piece.twin) {
      const twin = places.has(piece.twin) ? element("a", { href: `#piece=${encodeURIComponent(piece.twin)}` }, piece.twin) : piece.twin;
      texts.append(element("p", { className: "note" }, "Repeats ", twin));
    }
    for (const one of piece.findings) texts.append(finding(one));
    for (const [field, { texts: inside, findings }] of piece.fields) {
      const short = inside.length === 1 && !inside[0].label && whole(inside[0]).length <= SHORT;
      const group = element("div", { className: `field${short ? " short" : ""}` }, element("h4", {}, field));
      for (const one of findings ?? []) group.append(finding(one));
      inside.forEach((text, at) => group.append(oneText(text, inside[at - 1], language, piece.id)));
      texts.append(group);
    }
    for (const [name, others] of piece.others ?? []) texts.append(othersOf(others, name));
    if (piece.assets.length) texts.append(element("div", { className: "assets" }, ...piece.assets.map(assetOf)));
    const status = element("span", { className: `status ${piece.status}` }, piece.status);
    const head = element("header", {}, name, status, tookOf(piece));
    const body = element("div", { className: "body" }, texts, briefOf(piece));
    return element("li", {}, element("article", { className: "piece", "aria-labelledby": `piece-${at}` }, head, body));
  }

  // -- choosing -------------------------------------------------------------------------------------------------------

  const form = document.getElementById("filter");
  const list = document.getElementById("list");
  const pager = document.getElementById("pager");
  const [previous, next] = pager.querySelectorAll("button");
  const inputs = { q: form.elements.q, check: form.elements.check, only: form.elements.only };
  const boxes = [];
  let chosen = { q: "", status: [], check: "", only: "", page: 1 };
  let found = []; // places of the pieces that are chosen

  function readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const listed = (asked.get("status") ?? "").split(",").filter((one) => STATUSES.includes(one));
    return {
      q: asked.get("q") ?? "",
      status: listed,
      check: asked.get("check") ?? "",
      only: asked.get("only") ?? "",
      page: Math.max(1, Number(asked.get("page")) || 1),
    };
  }

  function writeAddress() {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries({ ...chosen, status: chosen.status.join(","), page: chosen.page > 1 ? chosen.page : "" })) {
      if (value) asked.set(key, value);
    }
    history.replaceState(null, "", `#${asked}`);
  }

  function choose() {
    const asked = chosen.q.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = (head) =>
      (!chosen.status.length || chosen.status.includes(head.status)) &&
      (!chosen.check || head.checks.includes(chosen.check)) &&
      (chosen.only !== "findings" || head.checks.length > 0) &&
      (chosen.only !== "fallbacks" || head.fallbacks > 0) &&
      (chosen.only !== "suggestions" || head.undecided > 0) &&
      (chosen.only !== "twins" || head.twin !== "");
    found = [];
    for (let at = 0; at < heads.length; at++) {
      if (kept(heads[at]) && asked.every((word) => wordsAt(at).includes(word))) found.push(at);
    }
  }

  function show() {
    const pages = Math.max(1, Math.ceil(found.length / SIZE));
    chosen.page = Math.min(chosen.page, pages);
    const first = (chosen.page - 1) * SIZE;
    list.replaceChildren(...found.slice(first, first + SIZE).map(shown));
    list.start = first + 1;
    const all = found.length === heads.length;
    document.getElementById("found").textContent = all ? `${many(heads.length)} pieces` : `${many(found.length)} of ${many(heads.length)} pieces`;
    pager.hidden = pages === 1;
    pager.querySelector("span").textContent = `Page ${many(chosen.page)} of ${many(pages)}`;
    previous.disabled = chosen.page === 1;
    next.disabled = chosen.page === pages;
    inputs.check.value = chosen.check;
    inputs.only.value = chosen.only;
    if (inputs.q.value !== chosen.q) inputs.q.value = chosen.q;
    for (const box of boxes) box.checked = chosen.status.includes(box.value);
  }

  function set(change) {
    chosen = { ...chosen, page: 1, ...change };
    choose();
    show();
    writeAddress();
  }

  function goTo(id) {
    const at = places.get(id);
    if (at === undefined) return;
    set({ q: "", status: [], check: "", only: "", page: Math.floor(at / SIZE) + 1 });
    const name = document.getElementById(`piece-${at}`);
    name.scrollIntoView({ block: "start" });
    name.focus({ preventScroll: true });
  }

  function followAddress() {
    const hash = location.hash.slice(1);
    const place = hash && !hash.includes("="); // on the page
    if (place && list.hasChildNodes()) return;
    const piece = new URLSearchParams(hash).get("piece");
    if (piece !== null) return goTo(piece);
    chosen = readAddress();
    choose();
    show();
    if (hash && !place) form.scrollIntoView();
  }

  // -- the controls ---------------------------------------------------------------------------------------------------

  const counts = new Map();
  for (const head of heads) counts.set(head.status, (counts.get(head.status) ?? 0) + 1);
  for (const status of STATUSES.filter((one) => counts.has(one))) {
    const box = element("input", { type: "checkbox", name: "status", value: status });
    boxes.push(box);
    form.querySelector(".choices > div").append(element("label", {}, box, status));
  }
  for (const check of [...new Set(heads.flatMap((head) => head.checks))].sort()) {
    inputs.check.append(element("option", { value: check }, check));
  }
  let typed = 0;
  inputs.q.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(() => set({ q: inputs.q.value }), 120);
  });
  form.addEventListener("change", (event) => {
    if (event.target === inputs.q) return;
    set({ status: boxes.filter((box) => box.checked).map((box) => box.value), check: inputs.check.value, only: inputs.only.value });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    set({ q: "", status: [], check: "", only: "" });
    inputs.q.focus();
  });
  pager.addEventListener("click", (event) => {
    if (event.target.tagName !== "BUTTON") return;
    set({ page: chosen.page + Number(event.target.value) });
    form.scrollIntoView();
    list.querySelector("h3")?.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      inputs.q.focus();
    }
  });
  window.addEventListener("hashchange", followAddress);
  window.addEventListener("beforeprint", () => list.replaceChildren(...found.slice(0, PRINTED).map(shown)));
  window.addEventListener("afterprint", show);
  form.hidden = false;
  followAddress();
  document.documentElement.dataset.ready = Math.round(performance.now());

  // Searching 10,000 pieces reads all of them once: done in small steps while nobody waits.
  let read = 0;
  function readOn() {
    const until = performance.now() + 12;
    while (read < lines.length && performance.now() < until) wordsAt(read++);
    if (read < lines.length) setTimeout(readOn, 8);
  }
  setTimeout(readOn, 300);
})();
