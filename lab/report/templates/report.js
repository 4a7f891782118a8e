"use strict";
(() => {
  const field = document.getElementById("filter");
  if (!field) return;
  field.closest(".filter").hidden = false;
  const lower = (element) => element.textContent.toLowerCase().replace(/\s+/g, " ");
  const rows = [...document.querySelectorAll("[data-row]")].map((element) => ({
    element,
    row: lower(element.querySelector("th")),
    cells: [...element.querySelectorAll("td")].map((cell) => lower(cell)),
  }));
  const groups = [...document.querySelectorAll("[data-group]")].map((element) => ({
    element,
    cases: [...element.querySelectorAll("[data-case]")].map((entry) => ({
      element: entry,
      // Not the way to the transport: "failed" is to find cases, not attempts.
      text: [element.querySelector("h3"), element.querySelector(".path"), entry.querySelector(".badge"),
        entry.querySelector(".name"), entry.querySelector(".id")].map(lower).join(" ") +
        " " + entry.dataset.case.toLowerCase(),
    })),
  }));
  const total = groups.reduce((sum, group) => sum + group.cases.length, 0);
  const apply = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (text) => wanted.every((word) => text.includes(word));
    for (const row of rows) row.element.hidden = !row.cells.some((cell) => holds(row.row + " " + cell));
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      for (const entry of group.cases) {
        entry.element.hidden = !holds(entry.text);
        if (!entry.element.hidden) here += 1;
      }
      group.element.hidden = here === 0;
      shown += here;
    }
    document.getElementById("filtered").value = wanted.length ? `${shown} of ${total} cases` : "";
  };
  field.addEventListener("input", apply);
  apply();
})();
