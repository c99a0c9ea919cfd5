"use strict";
// j and k move through the list, Enter opens.
{
  const rows = [...document.querySelectorAll("#queue tr")].filter((row) => row.querySelector(".what a"));
  let at = -1;
  const go = (place) => {
    if (!rows.length) return;
    if (at >= 0) rows[at].classList.remove("chosen");
    at = Math.max(0, Math.min(rows.length - 1, place));
    rows[at].classList.add("chosen");
    rows[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (desk.typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); go(at + 1); }
    else if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); go(at - 1); }
    else if (event.key === "Enter" && at >= 0) location.href = rows[at].querySelector(".what a").href;
  });
}
