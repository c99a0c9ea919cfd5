"use strict";
// A corrected workbook: first its differences, then, when the person says so, the changes.
{
  const file = document.getElementById("workbook");
  const note = document.getElementById("import-note");
  const table = document.getElementById("differences");
  const body = table.querySelector("tbody");
  const apply = document.getElementById("apply");

  async function send(taking) {
    if (!file.files.length) return;
    if (!desk.who()) { note.textContent = note.dataset.name; document.getElementById("who").focus(); return; }
    const query = new URLSearchParams({ who: desk.who(), apply: taking ? "1" : "0" });
    try {
      const told = await desk.post(`/import?${query}`, await file.files[0].arrayBuffer(), "application/octet-stream");
      body.replaceChildren(...told.differences.map((row) => desk.make("tr", { class: row.kind },
        desk.make("td", {}, body.dataset[row.kind] || row.kind, row.why ? desk.make("small", { text: row.why }) : ""),
        ...[row.file, row.field, row.exported, row.now, row.edited].map((text) => desk.make("td", { text: text ?? "" })))));
      table.hidden = !told.differences.length;
      note.textContent = taking ? `${note.dataset.saved} (${told.taken})` : note.dataset.found.replace("{}", told.total);
      apply.disabled = taking || !told.differences.some((row) => row.kind === "changed" || row.kind === "added");
    } catch (error) {
      note.textContent = note.dataset.refused + error.message;
      apply.disabled = true;
    }
  }
  document.getElementById("check").addEventListener("click", () => send(false));
  apply.addEventListener("click", () => send(true));
  file.addEventListener("change", () => { apply.disabled = true; });
}
