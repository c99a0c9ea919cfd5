"use strict";
(function () {
  const marks = Array.from(document.querySelectorAll("mark"));
  let at = -1, lit = null;

  function light(page, box, thing) {
    document.querySelectorAll(".light").forEach((frame) => { frame.hidden = true; });
    if (lit) lit.classList.remove("on");
    lit = thing;
    if (lit) lit.classList.add("on");
    const frame = page && page.querySelector(".light");
    if (!frame || !box) return;
    const [left, top, width, height] = box;
    frame.style.left = (left - 3) / 10 + "%";
    frame.style.top = (top - 2) / 10 + "%";
    frame.style.width = (width + 6) / 10 + "%";
    frame.style.height = (height + 4) / 10 + "%";
    frame.hidden = false;
    frame.scrollIntoView({ block: "nearest" });
  }

  function boxOf(word) {
    return word.dataset.box ? word.dataset.box.split(" ").map(Number) : null;
  }

  function show(word) {
    light(word.closest(".page"), boxOf(word), word);
    word.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    if (!marks.length) return;
    at = (at + by + marks.length) % marks.length;
    marks[at].focus();
    show(marks[at]);
  }

  document.addEventListener("click", (event) => {
    const word = event.target.closest(".word");
    if (word) {
      at = marks.indexOf(word) >= 0 ? marks.indexOf(word) : at;
      return show(word);
    }
    const field = event.target.closest("[data-page]");
    if (field) {
      const page = document.getElementById("page-" + field.dataset.page);
      if (page) page.scrollIntoView();
      return light(page, boxOf(field), field);
    }
    const scan = event.target.closest("figure");
    if (!scan) return;
    const edge = scan.getBoundingClientRect();
    const x = 1000 * (event.clientX - edge.left) / edge.width, y = 1000 * (event.clientY - edge.top) / edge.height;
    const page = scan.closest(".page");
    const hit = Array.from(page.querySelectorAll(".word[data-box]")).find((word) => {
      const [left, top, width, height] = boxOf(word);
      return x >= left && x <= left + width && y >= top && y <= top + height;
    });
    if (hit) show(hit);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n" || event.key === "N") step(1);
    if (event.key === "p" || event.key === "P") step(-1);
  });
})();
