"use strict";
// One document: the scan beside its record and its text. What is chosen here lights up there, and the reverse;
// doubts are stepped through with one key; every change goes to the server and what comes back is shown.

{
  const { key, q, list } = document.body.dataset;
  const beside = (other) => `/d/${other}${list ? `?${new URLSearchParams({ l: list })}` : ""}`;
  const t = JSON.parse(document.body.dataset.words);
  const at = (id) => document.getElementById(id);
  const told = (text, ...values) => values.reduce((made, value) => made.replace("{}", value), text);

  let data = null;
  let chosen = null; // what the inspector shows: a doubt, a field or a word
  const words = new Map(); // page number -> lines of words
  let tab = "record"; // the panel in sight; none while the document is held
  let busy = false; // a change is on its way

  const viewer = new Viewer(key, at("view"), at("sheet"), at("strip"), onPoint, onPage);
  viewer.onZoom = (dpi) => { at("zoom-told").textContent = `${Math.round((dpi / 96) * 100)} %`; };

  viewer.onImage = (drawn) => { at("no-scan").hidden = drawn; };

  function say(text, bad) {
    at("message").textContent = text;
    at("message").className = bad ? "bad" : "";
  }

  // --- loading ------------------------------------------------------------------------------------------

  async function load() {
    show(await desk.get(`/d/${key}/data`), true);
    const place = new URLSearchParams(location.hash.slice(1));
    viewer.open(Number(place.get("page")) || data.pages[0]?.number || 1);
    if (q) await showText();
    else if (data.doubts.length) choose(data.doubts[0]);
  }

  function show(fresh, first) {
    const wasHeld = Boolean(data?.held);
    data = fresh;
    if (first) {
      viewer.setPages(data.pages);
      at("page-count").textContent = data.pages.length;
    }
    const isHeld = Boolean(data.held);
    at("held").hidden = !isHeld;
    for (const id of ["tabs", "verify", "undo", "hold"]) at(id).hidden = isHeld;
    if (isHeld) {
      at("inspector").hidden = true;
      openTab("");
      at("held").querySelector("h2").textContent = told(t.held_title, data.held.degree);
      at("held").querySelector("p").textContent = told(t.held_text, data.held.page);
      viewer.show(data.held.page, data.held.box);
      return;
    }
    if (wasHeld) openTab("record");
    at("state").textContent = data.verified
      ? told(t.verified_by, data.verified.who, desk.when(data.verified.when))
      : data.doubts.length ? told(t.doubts_left, data.doubts.length) : t.no_doubts;
    at("verify").textContent = data.verified ? t.unverify : t.verify;
    at("undo").disabled = !data.undoable;
    const same = chosen && stillThere(chosen);
    if (same) chosen = { ...chosen, ...same };
    countDoubts();
    showRecord();
    showShelf();
    showHistory();
    follow();
  }

  async function linesOf(number) {
    if (!words.has(number)) {
      const page = await desk.get(`/d/${key}/words/${number}?${new URLSearchParams({ q })}`);
      words.set(number, page.lines);
    }
    return words.get(number);
  }

  // --- the record ---------------------------------------------------------------------------------------

  function valueButton(field, extra) {
    const value = shown(field);
    const names = ["value", field.doubtful ? "doubt" : "", field.changed ? "person" : "", field.value === null ? "blank" : "", value.length <= 12 ? "short" : "", extra || ""];
    return desk.make("button", {
      class: names.filter(Boolean).join(" "), text: value, data: { pointer: field.pointer },
      on: { click: () => choose({ ...field, kind: "field" }) },
    });
  }

  // A value as people read it; those of a closed list in the desk's language.
  function shown(field) {
    if (field.value === null || field.value === undefined || field.value === "") return t.empty;
    const text = asWritten(field.pointer, String(field.value));
    return field.choices?.includes(text) ? t[text] || text : text;
  }

  // Dates as people write them; the server takes them so and keeps the form of the record.
  function asWritten(pointer, text) {
    return /\/(date|start|end)$/.test(pointer) && /^\d{4}(-\d\d){0,2}$/.test(text) ? desk.day(text) : text;
  }

  function showRecord() {
    const panel = at("panel-record");
    const parts = [];
    if (data.warnings.length) {
      parts.push(desk.make("ul", { class: "warnings" }, ...data.warnings.map((warning) => desk.make("li", {},
        desk.make("button", { title: warning.advice, text: `${t[warning.code] || warning.code}: ${warning.message}${warning.page ? ` (${t.page} ${warning.page})` : ""}`,
          on: { click: () => warning.page && viewer.open(warning.page) } })))));
    }
    for (const [outcome, heading] of [["homeless", t.homeless], ["reread", t.reread]]) {
      const reports = data.reports.filter((one) => one.outcome === outcome);
      if (!reports.length) continue;
      parts.push(desk.make("div", { class: `reports ${outcome}` }, desk.make("b", { text: heading }), desk.make("ul", {}, ...reports.map((one) => desk.make("li", {},
        `${t[one.pointer] || one.pointer}: `, desk.make("del", { text: plain(one.before) }), " → ", desk.make("ins", { text: plain(one.after) }),
        outcome === "reread" ? ` · ${t.reads_now}: ${plain(one.found)}` : "", ` (${one.who}, ${desk.when(one.when)})`)))));
    }
    parts.push(acceptAll(data.fields));
    parts.push(desk.make("dl", {}, ...data.fields.flatMap((field) => [
      desk.make("dt", { text: t[field.pointer] || field.pointer }), desk.make("dd", {}, valueButton(field))])));
    for (const list of data.lists) {
      parts.push(desk.make("h3", {}, t[list.name], desk.make("button", { class: "small", text: `+ ${t.add_row}`,
        on: { click: () => change([{ where: "record", pointer: `/${list.name}/-`, action: "add" }]) } }),
        acceptAll(list.rows.flatMap((row) => row.cells))));
      if (!list.rows.length) continue;
      const head = desk.make("tr", {}, ...list.columns.map((column) => desk.make("th", { text: t[`column_${column}`] || t[column] || column })), desk.make("th"));
      const rows = list.rows.map((row) => desk.make("tr", {}, ...row.cells.map((cell) => desk.make("td", {}, valueButton(cell))),
        desk.make("td", {}, desk.make("button", { class: "small", title: t.remove_row, text: "×",
          on: { click: () => change([{ where: "record", pointer: row.pointer, action: "remove" }]) } }))));
      parts.push(desk.make("div", { class: "scroll" }, desk.make("table", {}, desk.make("thead", {}, head), desk.make("tbody", {}, ...rows))));
    }
    if (data.sections.length) parts.push(desk.make("h3", { text: t.sections }));
    for (const section of data.sections) {
      const line = desk.make("div", { class: `section depth-${Math.min(section.depth, 5)}` });
      line.append(desk.make("b", { text: section.label || "" }), " ");
      if (section.heading.value !== null || section.label !== null) line.append(valueButton(section.heading));
      if (section.kind) line.append(desk.make("span", { class: "tag", text: t[`kind_${section.kind}`] }));
      line.append(...section.paragraphs.map((paragraph) => desk.make("button", { class: "paragraph", text: paragraph.text,
        data: { pointer: paragraph.pointer },
        on: { click: () => choose(paragraphChoice(paragraph)) } })));
      parts.push(line);
    }
    panel.replaceChildren(...parts.filter(Boolean));
    markChosen();
  }

  // One button for the doubtful fields of a group, when the eye has gone over all of them; one undo takes it back.
  function acceptAll(fields) {
    const doubtful = fields.filter((field) => field.doubtful).slice(0, 200);
    if (doubtful.length < 2) return null;
    return desk.make("button", { class: "small accept-all", text: told(t.accept_all, doubtful.length), on: { click: () => change(
      doubtful.map((field) => ({ where: "record", pointer: field.pointer, after: field.value === null ? null : String(field.value), before: field.value }))) } });
  }

  function acceptWords(lines) {
    const doubtful = lines.flatMap((line) => line.words).filter((word) => word.doubtful && word.text).slice(0, 200);
    if (doubtful.length < 2) return null;
    return desk.make("button", { class: "small accept-all", text: told(t.accept_all_words, doubtful.length), on: { click: () => change(
      doubtful.map((word) => ({ where: "document", pointer: word.pointer, after: word.text, before: word.text }))) } });
  }

  // --- the text -----------------------------------------------------------------------------------------

  async function showText() {
    openTab("text");
    const panel = at("panel-text");
    const number = viewer.number || 1;
    const page = data.pages.find((one) => one.number === number);
    if (page.status === "failed") {
      panel.replaceChildren(desk.make("p", { class: "bad", text: [t.page_failed, ...page.notices].join(" ") }));
      return;
    }
    const lines = await linesOf(number);
    if (number !== viewer.number) return;
    panel.replaceChildren(acceptWords(lines) || "", ...lines.map((line) => desk.make("div", { class: `line ${line.kind}` },
      ...line.words.flatMap((word) => (word.text || word.raw ? [wordButton(word, number, line), " "] : [])))));
    viewer.light(lines.flatMap((line) => line.words.filter((word) => word.hit && word.box).map((word) => word.box)), "hit");
    panel.querySelector(".hit")?.scrollIntoView({ block: "center" });
    markChosen();
  }

  // What a text file holds, where a scan would be: word by word, so that the one looked at lights up.
  async function showRead(number) {
    const lines = await linesOf(number);
    if (number !== viewer.number) return;
    at("as-read").replaceChildren(...lines.flatMap((line) => [...line.words.filter((word) => word.raw).flatMap((word) => [
      desk.make("span", { text: word.raw, data: { pointer: word.pointer } }), " "]), "\n"]));
    lightRead();
  }

  // The word itself, or the words in a row that a field was read from.
  function lightRead() {
    const spans = [...at("as-read").children];
    const raw = (chosen?.raw || "").split(" ");
    const first = chosen?.kind === "word" ? spans.findIndex((span) => span.dataset.pointer === chosen.pointer)
      : spans.findIndex((_, place) => raw[0] && raw.every((text, n) => spans[place + n]?.textContent === text));
    const count = chosen?.kind === "word" ? 1 : raw.length;
    spans.forEach((span, place) => span.classList.toggle("lit", first >= 0 && place >= first && place < first + count));
    spans[first]?.scrollIntoView({ block: "center" });
  }

  function wordButton(word, number, line) {
    const names = ["word", word.doubtful ? "doubt" : "", word.person ? "person" : "", word.hit ? "hit" : "", word.text ? "" : "dropped"];
    return desk.make("button", {
      class: names.filter(Boolean).join(" "), text: word.text || word.raw, data: { pointer: word.pointer },
      on: { click: () => choose(wordChoice(word, number, line)) },
    });
  }

  function wordChoice(word, number, line) {
    return { ...word, kind: "word", page: number, value: word.text, choices: [], big: /\d/.test(word.text + word.raw),
      context: line.words.map((one) => one.text).filter(Boolean).join(" ") };
  }

  // --- shelf and history --------------------------------------------------------------------------------

  function showShelf() {
    at("panel-shelf").replaceChildren(desk.make("dl", {}, ...Object.keys(data.shelf).flatMap((name) => [
      desk.make("dt", {}, desk.make("label", { for: `shelf-${name}`, text: t[name] })),
      desk.make("dd", {}, desk.make("input", { id: `shelf-${name}`, value: data.shelf[name], maxlength: 2000,
        on: { change: (event) => change([{ where: "shelf", pointer: `/${name}`, after: event.target.value }]) } }))])));
  }

  function showHistory() {
    at("panel-history").replaceChildren(...[...data.log].reverse().map((entry) => desk.make("div", { class: entry.stands ? "entry" : "entry undone" },
      desk.make("small", { text: [desk.when(entry.when), entry.who, whatOf(entry), t[`act_${entry.action}`]].filter(Boolean).join(" · ") }),
      desk.make("div", {}, ...changeOf(entry),
        entry.note ? ` (${entry.note})` : "",
        entry.stands && entry.where !== "state" ? desk.make("button", { class: "small", text: "↶", title: t.undo,
          on: { click: () => post("undo", { id: entry.id }) } }) : ""))));
  }

  // Before and after; what was found right as it stood is told once.
  function changeOf(entry) {
    const [before, after] = [entry.before, entry.after].map((value) => asWritten(entry.pointer, plain(value)));
    const kept = desk.make("ins", { text: after });
    return before === after ? ["✓ ", kept] : [desk.make("del", { text: before }), " → ", kept];
  }

  // What an entry of the history is about, as the page calls it.
  function whatOf(entry) {
    if (entry.where === "document") return entry.page ? `${t.text}, ${t.page} ${entry.page}` : t.text;
    return entry.where === "record" ? nameOf(entry.pointer) : t[entry.pointer.slice(1)] || entry.pointer;
  }

  const plain = (value) => (value === null || value === undefined ? t.empty : typeof value === "string" ? value : JSON.stringify(value));

  // --- the inspector ------------------------------------------------------------------------------------

  function choose(what, keep) {
    chosen = what;
    at("inspector").hidden = false;
    if (what.page) viewer.show(what.page, what.box);
    lightRead();
    const image = at("snippet");
    const drawn = what.box && data.pages.find((page) => page.number === what.page)?.origin !== "text-file";
    image.hidden = !drawn;
    image.style.visibility = "hidden"; // never the picture of one word beside another
    if (drawn) image.src = `/d/${key}/snippet/${what.page}?box=${what.box.join(",")}`;
    const value = what.value === null || what.value === undefined ? "" : asWritten(what.pointer, String(what.value));
    showBig(shown(what), what.big || (/\d/.test(value) && value.length <= 24));
    const name = what.kind === "word" ? t.text : nameOf(what.pointer);
    const parts = [name];
    if (what.raw) parts.push(`${t.raw}: ${what.raw}`);
    if (what.context && what.context !== what.raw) parts.push(`${t.seen}: ${what.context}`);
    if (what.confidence !== null && what.confidence !== undefined) parts.push(`${t.confidence}: ${Math.round(what.confidence * 100)} %`);
    at("told").textContent = parts.join(" · ");
    at("choices").replaceChildren(...(what.alternatives || []).map((text, place) => desk.make("button", { text: `${place + 1}  ${text}`,
      on: { click: () => save(text) } })), ...(what.choices || []).map((text) => desk.make("button", { text: t[text] || text, on: { click: () => save(text) } })));
    at("edit-label").textContent = t.value;
    const field = at("value");
    if (!keep) field.value = value;
    field.rows = Math.min(8, 1 + Math.floor(value.length / 60));
    countDoubts();
    markChosen();
  }

  function countDoubts() {
    const place = doubtPlace();
    at("doubt-count").textContent = data.doubts.length ? `${place < 0 ? "–" : place + 1} / ${data.doubts.length}` : t.no_doubts;
  }

  const stillThere = (what) => data.doubts.find((doubt) => doubt.pointer === what.pointer && doubt.kind === what.kind)
    || (what.kind === "word" ? null : find(what.pointer));

  // What was chosen, as it stands after a change; null where it is gone.
  async function asItIs(what) {
    const same = stillThere(what);
    if (same || what.kind !== "word") return same;
    for (const line of await linesOf(what.page)) {
      const word = line.words.find((one) => one.pointer === what.pointer);
      if (word) return wordChoice(word, what.page, line);
    }
    return null;
  }

  // "Chỉ tiêu 3 · Giá trị": which row of which list, and which member of it.
  function nameOf(pointer) {
    const [, list, row, ...rest] = pointer.split("/");
    if (t[pointer]) return t[pointer];
    const member = t[rest.at(-1)] || (/^\d+$/.test(rest.at(-1) || "") ? "" : rest.at(-1)) || "";
    return [`${t[list] || list} ${Number(row) + 1 || ""}`.trim(), member].filter(Boolean).join(" · ");
  }

  // Digits large; a letter beside a digit that may be one stands out: O and 0, l, I and 1, S and 5, B and 8, Z and 2.
  function showBig(text, isBig) {
    at("big").className = isBig ? (text.length > 8 ? "digits long" : "digits") : "";
    const parts = isBig && text.length < 40 ? text.split(/((?<=\d)[OoQlISBZ|]|[OoQlISBZ|](?=\d))/u) : [text];
    at("big").replaceChildren(...parts.map((part, place) => (place % 2 ? desk.make("em", { text: part }) : part)));
  }

  const doubtPlace = () => (chosen ? data.doubts.findIndex((doubt) => doubt.pointer === chosen.pointer && doubt.kind === chosen.kind) : -1);

  function markChosen() {
    for (const old of document.querySelectorAll(".side .chosen")) old.classList.remove("chosen");
    if (!chosen) return;
    for (const button of document.querySelectorAll(".side [data-pointer]")) {
      if (button.dataset.pointer !== chosen.pointer) continue;
      if (chosen.kind !== (button.classList.contains("word") ? "word" : "field")) continue;
      button.classList.add("chosen");
      button.scrollIntoView({ block: "nearest" });
    }
  }

  // The next doubt after what is chosen, in the order of the paper; round to the first after the last.
  let lastPlace = -1;
  function step(by) {
    if (!data.doubts.length) { say(t.no_doubts); return; }
    let place = doubtPlace();
    if (place < 0) place = by > 0 ? lastPlace - 1 : lastPlace;
    const next = (place + by + data.doubts.length * 2) % data.doubts.length;
    lastPlace = next;
    choose(data.doubts[next]);
  }

  // --- changing -----------------------------------------------------------------------------------------

  async function post(path, body) {
    if (!desk.who()) { say(t.need_name, true); at("who").focus(); return false; }
    if (busy) return false; // a key pressed twice is one act
    busy = true;
    try {
      const fresh = await desk.post(`/d/${key}/${path}`, { who: desk.who(), ...body });
      words.clear();
      show(fresh);
      say(fresh.behind ? t.record_follows : t.saved);
      if (tab === "text") await showText();
      return true;
    } catch (error) {
      if (error.status === 409) await refresh(); // somebody was quicker: show what is there now
      say(t.refused + error.message, true);
      return false;
    } finally {
      busy = false;
    }
  }

  // The document as it is now; what was chosen stays chosen where it still stands.
  async function refresh() {
    words.clear();
    const was = chosen;
    show(await desk.get(`/d/${key}/data`));
    const same = was && !data.held && await asItIs(was);
    if (same) choose(same);
    if (tab === "text") await showText();
  }

  // A run or another person may have changed the document while this page lay open.
  async function lookAgain() {
    if (!data || data.behind || document.hidden) return;
    const now = await desk.get(`/d/${key}/version`).catch(() => null);
    if (!now || now.version === data.version || desk.typing({ target: document.activeElement })) return;
    await refresh();
    say(t.refreshed);
  }

  // After a corrected word the record is made anew while the person goes on; it is shown when it is there.
  let following = 0;
  function follow() {
    if (!data.behind || following) return;
    following = setInterval(async () => {
      const now = await desk.get(`/d/${key}/version`).catch(() => null);
      if (!now || now.behind || busy) return;
      clearInterval(following);
      following = 0;
      show(await desk.get(`/d/${key}/data`));
      if (!data.behind) say(t.record_made);
    }, 1500);
  }
  window.addEventListener("focus", lookAgain);
  setInterval(lookAgain, 20_000);

  const change = (changes) => post("change", { changes });

  async function save(text) {
    if (!chosen) return;
    const place = doubtPlace();
    const where = chosen.kind === "word" ? "document" : "record";
    const was = chosen;
    const before = chosen.value === undefined ? null : chosen.value;
    if (!(await change([{ where, pointer: was.pointer, after: text, before }]))) return;
    at("value").blur();
    if (place >= 0 && data.doubts.length) {
      lastPlace = Math.min(place, data.doubts.length - 1);
      choose(data.doubts[lastPlace]);
    } else {
      const same = await asItIs(was);
      if (same) choose(same);
    }
  }

  const fields = () => [...data.fields, ...data.lists.flatMap((list) => list.rows.flatMap((row) => row.cells)),
    ...data.sections.map((section) => section.heading)];

  const paragraphChoice = (paragraph) => ({ kind: "field", pointer: paragraph.pointer, value: paragraph.text, choices: [] });

  function find(pointer) {
    const field = fields().find((one) => one.pointer === pointer);
    if (field) return { ...field, kind: "field" };
    const paragraph = data.sections.flatMap((section) => section.paragraphs).find((one) => one.pointer === pointer);
    return paragraph ? paragraphChoice(paragraph) : null;
  }

  const go = (other) => { if (other) location.href = beside(other); };
  const accept = () => chosen && save(chosen.value === null || chosen.value === undefined ? null : String(chosen.value));

  // --- from the scan to here ----------------------------------------------------------------------------

  async function onPoint(number, x, y) {
    if (!data || data.held || data.pages.find((page) => page.number === number).status === "failed") return;
    const inside = (box) => box && x >= box[0] - 2 && x <= box[2] + 2 && y >= box[1] - 2 && y <= box[3] + 2;
    for (const line of await linesOf(number)) {
      const word = line.words.find((one) => inside(one.box));
      if (!word) continue;
      const near = fields().filter((field) => field.page === number && inside(field.box) && field.value !== null);
      const size = (field) => (field.box[2] - field.box[0]) * (field.box[3] - field.box[1]);
      near.sort((one, other) => size(one) - size(other));
      if (tab === "record" && near.length) choose({ ...near[0], kind: "field" });
      else choose(wordChoice(word, number, line));
      return;
    }
  }

  function onPage(number) {
    at("page").value = number;
    const isText = viewer.page.origin === "text-file";
    const mayBeRead = isText && !data.held;
    at("no-scan").textContent = mayBeRead ? t.as_read : t.no_scan;
    at("no-scan").hidden = !isText;
    at("sheet").hidden = isText;
    at("as-read").hidden = !mayBeRead;
    if (mayBeRead) showRead(number);
    if (tab === "text") showText();
  }

  // --- tabs, buttons, keys ------------------------------------------------------------------------------

  function openTab(name) {
    if (name !== tab) document.querySelector(".panels").scrollTop = 0;
    tab = name;
    for (const button of document.querySelectorAll("#tabs button")) {
      button.classList.toggle("here", button.dataset.tab === name);
      button.setAttribute("aria-pressed", String(button.dataset.tab === name));
      at(`panel-${button.dataset.tab}`).hidden = button.dataset.tab !== name;
    }
  }

  for (const button of document.querySelectorAll("#tabs button")) {
    button.addEventListener("click", () => (button.dataset.tab === "text" ? showText() : openTab(button.dataset.tab)));
  }
  at("snippet").addEventListener("load", () => { at("snippet").style.visibility = "visible"; });
  at("zoom-in").addEventListener("click", () => viewer.zoomBy(1.25));
  at("zoom-out").addEventListener("click", () => viewer.zoomBy(0.8));
  at("zoom-fit").addEventListener("click", () => viewer.fit());
  at("rotate").addEventListener("click", () => viewer.rotate());
  at("page").addEventListener("change", (event) => viewer.open(Number(event.target.value)));
  at("doubt-next").addEventListener("click", () => step(1));
  at("doubt-previous").addEventListener("click", () => step(-1));
  at("accept").addEventListener("click", accept);
  at("edit").addEventListener("submit", (event) => { event.preventDefault(); save(at("value").value); });
  at("value").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(at("value").value); }
    if (event.key === "Escape") { at("value").blur(); choose(chosen); }
  });
  at("undo").addEventListener("click", () => post("undo", {}));
  const verify = async () => {
    if (await post("state", { name: "verified", value: !data.verified }) && data.verified) say(document.body.dataset.next ? t.verified_next : t.saved);
  };
  at("verify").addEventListener("click", verify);
  at("hold").addEventListener("click", () => post("state", { name: "held", value: true }));
  at("release").addEventListener("click", async () => {
    if (await post("state", { name: "released", value: true, note: at("release-note").value })) location.reload();
  });

  const keys = {
    n: () => step(1), p: () => step(-1), u: () => post("undo", {}), v: verify, r: () => viewer.rotate(),
    Enter: () => (data.verified ? go(document.body.dataset.next) : accept()),
    "+": () => viewer.zoomBy(1.25), "=": () => viewer.zoomBy(1.25), "-": () => viewer.zoomBy(0.8), 0: () => viewer.fit(),
    "[": () => viewer.open(viewer.number - 1), "]": () => viewer.open(viewer.number + 1),
    e: () => { if (chosen) { at("value").focus(); at("value").select(); } },
    j: () => go(document.body.dataset.next), k: () => go(document.body.dataset.previous),
  };
  document.addEventListener("keydown", (event) => {
    if (desk.typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.tagName === "BUTTON" && !event.target.classList.contains("chosen")) return;
    if (event.key === "Escape") { location.href = document.getElementById("to-queue").href; return; }
    if (!data) return;
    if (data.held || busy) return;
    if (/^[1-9]$/.test(event.key)) {
      const text = chosen?.alternatives?.[Number(event.key) - 1];
      if (text) save(text);
      return;
    }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  load().catch((error) => say(error.message, true));
}
