"use strict";
// Shows the pieces a page at a time. What to show stands in the address (`#status=flagged&q=mug&page=2`), so that links
// of the overview, the back button and bookmarks work.
(() => {
  const SIZE = 20; // pieces on a page
  const PRINTED = 500; // pieces at most
  const STATUSES = ["accepted", "flagged", "rejected", "failed"];
  const { element, many, whole } = drawing;

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
  const shown = (at) => drawing.shown(pieceAt(at), at, places);

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
    const all = `${many(heads.length)} ${heads.length === 1 ? "piece" : "pieces"}`;
    document.getElementById("found").textContent = found.length === heads.length ? all : `${many(found.length)} of ${all}`;
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
