// Reviewing by keyboard or mouse. What is decided is the server's; this shows it at once and takes it back where the
// server refuses. Texts come rendered and escaped from the server.
const words = JSON.parse(document.querySelector("meta[name=words]").content);
const list = document.querySelector("#list"), pane = document.querySelector("#piece");
const told = document.querySelector("#told"), keys = document.querySelector("#keys");
const job = list.dataset.job, base = encodeURIComponent(job);
const rows = [...list.querySelectorAll("li[data-id]")];
const cached = new Map(); // id → a piece's HTML, as it was fetched
const AHEAD = 3; // pieces fetched before they are asked for
const undoing = []; // what takes decisions back, the last one last
let place = ""; // of the current text
let waiting = Promise.resolve(); // decisions go one after the other

const row = (id) => rows.find((one) => one.dataset.id === id);
const article = () => pane.querySelector("article");
const current = () => article()?.dataset.id ?? "";
const texts = () => [...pane.querySelectorAll(".text:has(button.words)")];
const text = () => texts().find((one) => one.dataset.place === place) ?? texts()[0];
const pieceUrl = (id) => `/api/review/${base}/piece?page=1&id=${encodeURIComponent(id)}`;

function tell(message, wrong = false) {
  told.textContent = message;
  told.classList.toggle("wrong", wrong);
}

async function send(url, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
    });
  } catch {
    return { status: 0, told: { error: { message: words.offline } } };
  }
  if (answer.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  return { status: answer.status, told: await answer.json().catch(() => ({})) };
}

// -- what is shown -----------------------------------------------------------------------------------------------------

function show(html, id, { focus = true } = {}) {
  pane.innerHTML = html;
  for (const one of rows) {
    const link = one.querySelector("a");
    if (one.dataset.id === id) {
      link.setAttribute("aria-current", "true");
      one.scrollIntoView({ block: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  if (!texts().some((one) => one.dataset.place === place)) place = "";
  mark();
  if (focus) pane.focus({ preventScroll: true });
}

function mark() {
  const here = text();
  for (const one of texts()) one.classList.toggle("current", one === here);
  place = here?.dataset.place ?? "";
}

async function fetched(id) {
  if (cached.has(id)) return cached.get(id);
  const coming = fetch(`/review/${base}/piece?id=${encodeURIComponent(id)}`).then(
    (answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)),
  );
  cached.set(id, coming);
  coming.catch(() => cached.delete(id));
  return coming;
}

function lookAhead(id) {
  const at = rows.indexOf(row(id)) + 1;
  for (const next of rows.slice(at, at + AHEAD)) fetched(next.dataset.id).catch(() => {});
}

async function open(id) {
  try {
    const html = await fetched(id);
    place = "";
    show(html, id);
    const link = row(id)?.querySelector("a");
    if (link) history.replaceState(null, "", link.href);
    lookAhead(id);
  } catch {
    tell(words.offline, true);
  }
}

function move(step) {
  const at = rows.indexOf(row(current())), next = rows[at + step];
  if (next) return open(next.dataset.id);
  const page = step > 0 ? list.dataset.after : list.dataset.before;
  if (page) location.assign(page);
  else if (step > 0) tell(words.done);
}

function moveText(step) {
  const all = texts(), at = all.indexOf(text());
  place = all[Math.min(Math.max(at + step, 0), all.length - 1)]?.dataset.place ?? "";
  mark();
  text()?.querySelector("button.words").focus();
}

function note(id, view) {
  const line = row(id);
  if (line) {
    const before = line.dataset.standpoint;
    line.dataset.rev = view.rev;
    line.dataset.standpoint = line.className = view.standpoint;
    line.querySelector(".state").textContent = words[view.standpoint];
    for (const [state, by] of [[before, -1], [view.standpoint, 1]]) {
      const count = document.querySelector(`[data-count="${state}"]`);
      if (count) count.textContent = Number(count.textContent) + by;
    }
  }
  cached.delete(id);
  if (view.html) {
    cached.set(id, Promise.resolve(view.html));
    if (current() === id) show(view.html, id, { focus: !pane.querySelector("form.editor, form.note:not([hidden])") });
  }
}

// -- decisions ---------------------------------------------------------------------------------------------------------

function inTurn(act) {
  const done = waiting.then(act);
  waiting = done.catch(() => {});
  return done;
}

function decide(id, rev, body, { undo = null, quiet = false } = {}) {
  return inTurn(() => decideNow(id, rev, body, { undo, quiet }));
}

async function decideNow(id, rev, body, { undo = null, quiet = false } = {}) {
  const { status, told: answer } = await send(pieceUrl(id), body, { "if-match": `"${row(id)?.dataset.rev ?? rev}"` });
  if (status === 200) {
    note(id, answer);
    if (undo) undoing.push({ id, rev: answer.rev, body: undo });
    if (!quiet) tell(`${id}: ${["edit", "take", "restore"].includes(body.do) ? words.saved : words[answer.standpoint]}`);
    return true;
  }
  if (status === 409) conflict(id, body, answer);
  else {
    cached.delete(id);
    if (current() !== id) await open(id);
    tell(answer.error?.message ?? words.cannot, true);
  }
  return false;
}

function conflict(id, body, answer) {
  note(id, answer.theirs);
  if (current() !== id) show(answer.theirs.html, id);
  const box = document.createElement("div");
  box.className = "conflict";
  box.setAttribute("role", "alert");
  const line = (name, value) => {
    const shown = document.createElement("p"), label = document.createElement("b"), said = document.createElement("bdi");
    label.textContent = `${name}: `;
    said.textContent = value;
    shown.append(label, said);
    return shown;
  };
  const theirs = answer.theirs.fields.flatMap((field) => field.texts).find((one) => one.place === body.field);
  const heading = document.createElement("p");
  heading.textContent = words.conflict;
  box.append(heading, line(words.yours, body.text || words[body.do] || body.do));
  box.append(line(words.theirs, theirs?.text ?? words[answer.theirs.standpoint]));
  for (const [label, act] of [
    [words.keep_yours, () => decide(id, answer.theirs.rev, body)], [words.keep_theirs, () => {}],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => { box.remove(); act(); });
    box.append(button, " ");
  }
  article().prepend(box);
  box.querySelector("button").focus();
}

function back(piece) {
  const { standpoint, note: said } = piece.dataset;
  if (standpoint === "approved") return { do: "approve", note: said };
  return standpoint === "rejected" ? { do: "reject", note: said } : { do: "reopen" };
}

function approve() {
  const piece = article();
  if (!piece) return;
  const { id, rev } = piece.dataset;
  decide(id, rev, { do: "approve" }, { undo: back(piece) });
  return move(1);
}

function reject() {
  const form = pane.querySelector("form.note");
  if (!form) return;
  form.hidden = false;
  form.querySelector("input").focus();
}

function rejectWith(form) {
  const piece = article(), { id, rev } = piece.dataset;
  decide(id, rev, { do: "reject", note: form.querySelector("input").value.trim() }, { undo: back(piece) });
  form.hidden = true;
  return move(1);
}

function undo() {
  return inTurn(async () => {
    const last = undoing.pop();
    if (!last) return tell(words.nothing_to_undo);
    if (current() !== last.id) await open(last.id);
    for (const body of [last.body].flat()) if (!(await decideNow(last.id, last.rev, body, { quiet: true }))) return;
    tell(`${last.id}: ${words.undone}`);
  });
}

function before(here) {
  const { standpoint, note: said } = article().dataset, field = here.dataset.place;
  const text = here.dataset.edited === "1" ? { do: "edit", field, text: here.dataset.text } : { do: "restore", field };
  return standpoint === "approved" ? [text, { do: "approve", note: said }] : [text]; // an edit takes the approval back
}

function take(here, rank) {
  if (!here?.querySelector(`[data-rank="${rank}"]`)) return;
  const { id, rev } = article().dataset;
  return decide(id, rev, { do: "take", field: here.dataset.place, rank }, { undo: before(here) });
}

function restore(here) {
  const { id, rev } = article().dataset;
  return decide(id, rev, { do: "restore", field: here.dataset.place }, { undo: before(here) });
}

// -- editing -----------------------------------------------------------------------------------------------------------

function edit(here) {
  if (!here || here.querySelector("form")) return;
  place = here.dataset.place;
  mark();
  const form = document.createElement("form"), box = document.createElement("textarea");
  const judged = document.createElement("div"), long = here.dataset.long === "1";
  form.className = "editor";
  box.value = here.dataset.text;
  box.rows = long ? 6 : 2;
  box.setAttribute("aria-label", `${words.edit}: ${here.dataset.place}`);
  judged.setAttribute("aria-live", "polite");
  judged.className = "judged";
  const save = document.createElement("button"), leave = document.createElement("button");
  save.textContent = words.save;
  save.className = "main";
  leave.textContent = words.cancel;
  leave.type = "button";
  form.append(box, judged, save, " ", leave);
  here.querySelector("button.words").hidden = true;
  here.prepend(form);
  box.focus();
  box.select();
  const close = () => {
    form.remove();
    here.querySelector("button.words").hidden = false;
    pane.focus({ preventScroll: true });
  };
  const submit = async () => {
    const typed = box.value.trim();
    if (typed === here.dataset.text) return close();
    const { id, rev } = article().dataset;
    form.classList.add("sending");
    const undone = before(here), field = here.dataset.place;
    const kept = await decide(id, rev, { do: "edit", field, text: typed }, { undo: undone });
    form.classList.remove("sending");
    if (kept) {
      show(await fetched(id), id);
      pane.querySelector(".text.current")?.scrollIntoView({ block: "nearest" });
    } else if (form.isConnected) box.focus();
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  leave.addEventListener("click", close);
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.isComposing && !event.shiftKey && (!long || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  });
  watch(box, judged, article().dataset.id, here.dataset.place);
}

function watch(box, judged, id, field) {
  let timer = 0, turn = 0;
  const look = async () => {
    const mine = (turn += 1), typed = box.value;
    const { status, told: answer } = await send(`/api/review/${base}/judge`, { id, field, text: typed.trim() });
    if (mine !== turn || status !== 200) return;
    const many = document.createElement("span");
    many.className = answer.limit && answer.length > answer.limit ? "length over" : "length";
    many.textContent = `${answer.length}${answer.limit ? ` / ${answer.limit}` : ""} ${words[answer.unit] ?? answer.unit}`;
    const found = answer.findings.map(([severity, check, message]) => {
      const line = document.createElement("p");
      line.className = `finding ${severity}`;
      line.textContent = `${words[`finding_${severity}`]} ${message} (${check})`;
      return line;
    });
    if (!answer.stands && answer.why && !found.length) {
      const line = document.createElement("p");
      line.className = "finding reject";
      line.textContent = answer.why;
      found.push(line);
    }
    judged.replaceChildren(many, ...found);
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
  look();
}

// -- many at once ------------------------------------------------------------------------------------------------------

const boxOf = (line) => line.querySelector("input[type=checkbox]");
const chosen = () => rows.filter((line) => boxOf(line).checked);

function countChosen() {
  document.querySelector("#how-many").textContent = chosen().length;
  document.querySelector("#chosen").hidden = !chosen().length;
}

async function decideMany(act) {
  await waiting;
  const lines = chosen();
  if (!lines.length) return;
  const pieces = Object.fromEntries(lines.map((line) => [line.dataset.id, line.dataset.rev]));
  const { status, told: answer } = await send(`/api/review/${base}/bulk`, { do: act, pieces });
  if (status !== 200) return tell(answer.error?.message ?? words.cannot, true);
  for (const [id, view] of Object.entries(answer.done)) {
    undoing.push({ id, rev: view.rev, body: { do: "reopen" } });
    note(id, view);
    boxOf(row(id)).checked = false;
  }
  countChosen();
  const wrong = [...answer.conflicts.map((id) => `${id}: ${words.conflict}`), ...Object.values(answer.refused)];
  tell([`${Object.keys(answer.done).length} ${act === "approve" ? words.approved : words.rejected}`, ...wrong].join(" · "), wrong.length > 0);
  if (current()) open(current());
}

// -- what a person does ------------------------------------------------------------------------------------------------

const DEEDS = { approve, reject, undo, edit: () => edit(text()) };
const KEYS = {
  j: () => move(1), k: () => move(-1), a: approve, r: reject, u: undo, e: () => edit(text()), "?": () => keys.showModal(),
  ArrowDown: () => moveText(1), ArrowUp: () => moveText(-1), A: () => decideMany("approve"),
  x: () => { const box = row(current()) && boxOf(row(current())); if (box) { box.checked = !box.checked; countChosen(); } },
  "/": () => document.querySelector("#search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    const form = event.target.closest("form.note");
    if (event.key === "Escape" && form) { form.hidden = true; pane.focus(); }
    return;
  }
  const act = /^[1-9]$/.test(event.key) ? () => take(text(), Number(event.key)) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

pane.addEventListener("click", (event) => {
  const button = event.target.closest("button"), here = event.target.closest(".text");
  if (!button) return;
  if (here) { place = here.dataset.place; mark(); }
  if (button.classList.contains("words")) edit(here);
  else if (button.dataset.do === "take") take(here, Number(button.dataset.rank));
  else if (button.dataset.do === "restore") restore(here);
  else if (button.dataset.do === "leave") button.closest("form").hidden = true;
  else DEEDS[button.dataset.do]?.();
});
pane.addEventListener("focusin", (event) => {
  const here = event.target.closest(".text");
  if (here) { place = here.dataset.place; mark(); }
});
pane.addEventListener("submit", (event) => {
  if (!event.target.matches("form.note")) return;
  event.preventDefault();
  rejectWith(event.target);
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("li[data-id] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link.closest("li").dataset.id);
});
list.addEventListener("change", (event) => {
  if (event.target.id === "all") for (const line of rows) boxOf(line).checked = event.target.checked;
  countChosen();
});
document.querySelector("#approve-chosen").addEventListener("click", () => decideMany("approve"));
document.querySelector("#reject-chosen").addEventListener("click", () => decideMany("reject"));
document.querySelector("#show-keys").addEventListener("click", () => keys.showModal());
document.querySelector("#sign-out").addEventListener("click", async () => {
  await send("/sign-out", {});
  location.assign("/sign-in");
});

mark();
if (current()) {
  cached.set(current(), Promise.resolve(pane.innerHTML));
  lookAhead(current());
  pane.focus({ preventScroll: true });
}
document.documentElement.dataset.ready = "1";
