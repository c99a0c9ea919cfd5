"use strict";
// What every page of the desk needs: the person's name, posts with the page's secret, small DOM helpers.

const desk = {
  csrf: document.querySelector("meta[name=csrf]").content,

  who() {
    return document.getElementById("who").value.trim();
  },

  // Make an element. Text is always set as text, never as HTML.
  make(tag, options, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(options || {})) {
      if (name === "text") made.textContent = value;
      else if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else if (name === "data") Object.assign(made.dataset, value);
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  },

  async post(path, body, type) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "x-csrf": desk.csrf, "content-type": type || "application/json", accept: "application/json" },
      body: type ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    let told;
    try { told = JSON.parse(text); } catch { told = { error: text }; }
    if (!answer.ok) throw Object.assign(new Error(told.error || answer.statusText), { status: answer.status });
    return told;
  },

  async get(path) {
    const answer = await fetch(path, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || answer.statusText);
    return answer.json();
  },

  // A date of the record (2024-01-23, 2024-01, 2024) as people of the page's language write it.
  day(text) {
    return document.documentElement.lang === "vi" ? text.split("-").reverse().join("/") : text;
  },

  // A time of the log, to the minute.
  when(text) {
    const [date, time] = text.slice(0, 16).split("T");
    return document.documentElement.lang === "vi" ? `${time} ${desk.day(date)}` : `${date} ${time}`;
  },

  typing(event) {
    return document.getElementById("help").open || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  },
};

{
  const field = document.getElementById("who");
  field.value = localStorage.getItem("sohoa-who") || "";
  field.addEventListener("change", () => localStorage.setItem("sohoa-who", field.value.trim()));
  // The keys of the page work again as soon as the name is there.
  field.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "Escape") { event.stopPropagation(); field.blur(); } });
  // Back to the list as it was left: its filters, its order, its page.
  const list = sessionStorage.getItem("sohoa-list");
  const queue = document.getElementById("to-queue");
  if (list && location.pathname !== "/") queue.href = list;
  if (location.pathname === "/") sessionStorage.setItem("sohoa-list", location.pathname + location.search);
  const help = document.getElementById("help");
  document.getElementById("show-help").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !desk.typing(event)) {
      event.preventDefault();
      if (help.open) help.close();
      else help.showModal();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !desk.typing(event) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const query = document.getElementById("q");
      if (query) query.focus();
      else location.href = "/search";
    }
  });
}
