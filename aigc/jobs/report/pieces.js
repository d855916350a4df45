"use strict";
// Draws one piece: what it looks like where it is published, its texts one by one, its brief. Texts of briefs and models
// become text nodes and nothing else.
const drawing = (() => {
  const SHORT = 90; // characters, in a line with the field's name
  const SEVERITIES = { note: "Note", warn: "Doubt", reject: "Refused" };
  const LINKED = /(https?:\/\/[^\s]+|#[^\s#]+#?)/; // of a post, as its platform colours them
  const MEANINGS = new Map([...document.querySelectorAll("#words dt")].map((one) => [one.dataset.word, one.nextElementSibling]));

  const many = (count) => count.toLocaleString("en");
  const whole = (text) => text.text.map((part) => (typeof part === "string" ? part : part[1])).join("");

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== "" && child !== null));
    return made;
  }

  // A word with its meaning, which is shown over it on hover and focus and stands among the words at the page's end.
  function term(word, name = "span", properties = {}) {
    const meaning = MEANINGS.get(word);
    const told = meaning ? { tabIndex: 0, "data-tip": meaning.textContent, "aria-describedby": meaning.id } : {};
    const made = element(name, { ...properties, ...told }, word);
    if (meaning) made.classList.add("term");
    return made;
  }

  function finding([severity, check, message, where]) {
    const place = where ? `${where}: ` : "";
    return element("p", { className: `finding ${severity}` }, term(SEVERITIES[severity], "b"), place, element("bdi", {}, message), term(check, "code"));
  }

  const marked = (part) => (typeof part === "string" ? part : element("mark", { className: part[0] }, part[1]));

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
    shown.append(...text.text.map(marked));
    const cell = element("div", {}, shown);
    if (text.by) cell.append(term(text.by, "span", { className: "by" }));
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
    return element("div", { className: "brief" }, element("h4", {}, "Brief"), list, source, tookOf(piece));
  }

  // What a reader of the platform sees. A block is one text or several that stand together, each from a field.
  function cardOf({ card, fields }, language) {
    const { like, who = "", where = "", label = "", platform = "" } = card;
    const inside = new Map(fields);
    const linked = (part) => (like === "post" && typeof part === "string" ? part.split(LINKED).map((one, at) => (at % 2 ? element("span", { className: "link" }, one) : one)) : [marked(part)]);
    const blocks = card.blocks.map(([kind, places]) => {
      const block = element("p", { className: `shows-${kind}`, dir: "auto", lang: language });
      for (const [at, [name, number]] of places.entries()) {
        if (at) block.append(kind === "title" ? element("span", { className: "bar" }, " | ") : " ");
        block.append(...inside.get(name).texts[number].text.flatMap(linked));
      }
      return block;
    });
    const names = element("span", { className: "names" }, element("bdi", { className: "who" }, who), element("bdi", { className: "where" }, where));
    const avatar = element("span", { className: "avatar", "aria-hidden": "true" }, [...who][0] ?? "");
    const from = () => element("div", { className: "from" }, avatar.cloneNode(true), names.cloneNode(true));
    const frame = (...inner) => element("div", { className: `card ${like}`, "data-platform": platform }, ...inner);
    if (like === "post") return element("div", { className: "cards" }, ...blocks.map((block) => frame(from(), block)));
    return frame(label && element("p", { className: "label" }, label), who || where ? from() : "", ...blocks);
  }

  function tookOf(piece) {
    const [requests, read, wrote, seconds] = piece.took;
    const told = requests ? [`${requests} ${requests === 1 ? "call" : "calls"}`, `${many(read)} tokens read`, `${many(wrote)} written`, `${seconds.toFixed(1)} s`] : [];
    return element("p", { className: "took note" }, told.join(" · "));
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

  function fieldsOf(piece, language) {
    return piece.fields.map(([field, { texts: inside, findings }]) => {
      const short = inside.length === 1 && !inside[0].label && whole(inside[0]).length <= SHORT;
      const group = element("div", { className: `field${short ? " short" : ""}` }, element("h4", {}, field));
      for (const one of findings ?? []) group.append(finding(one));
      inside.forEach((text, at) => group.append(oneText(text, inside[at - 1], language, piece.id)));
      return group;
    });
  }

  // A piece that is shown whole has its parts closed, unless somebody has to look at them.
  function partsOf(piece, fields) {
    if (!piece.card?.whole) return fields;
    const open = piece.fields.some(([, field]) => field.findings || field.texts.some((text) => text.findings || text.choices));
    return [element("details", { className: "parts", open }, element("summary", {}, "Its parts, with their lengths"), ...fields)];
  }

  function shown(piece, at, places) {
    const language = /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(piece.language) ? piece.language : "";
    const name = element("h3", { id: `piece-${at}`, tabIndex: -1 }, element("span", { className: "id" }, piece.id), element("bdi", {}, piece.title));
    const texts = element("div", { className: "texts" });
    if (piece.reason) texts.append(element("p", { className: "reason" }, element("bdi", {}, piece.reason)));
    if (piece.twin) {
      const twin = places.has(piece.twin) ? element("a", { href: `#piece=${encodeURIComponent(piece.twin)}` }, piece.twin) : piece.twin;
      texts.append(element("p", { className: "note" }, "Repeats ", twin));
    }
    const [notes, doubts] = [true, false].map((wanted) => piece.findings.filter(([severity]) => (severity === "note") === wanted));
    texts.append(...doubts.map(finding));
    if (piece.card) texts.append(cardOf(piece, language));
    texts.append(...partsOf(piece, fieldsOf(piece, language)));
    for (const [name, others] of piece.others ?? []) texts.append(othersOf(others, name));
    if (piece.assets.length) texts.append(element("div", { className: "assets" }, ...piece.assets.map(assetOf)));
    texts.append(...notes.map(finding));
    const head = element("header", {}, name, term(piece.status, "span", { className: `status ${piece.status}` }));
    const body = element("div", { className: "body" }, texts, briefOf(piece));
    return element("li", {}, element("article", { className: "piece", "aria-labelledby": `piece-${at}` }, head, body));
  }

  return { element, many, shown, whole };
})();
