// The first page: the filter, and the grid over any two keys. Without it, the page is the same but holds still.
"use strict";
(() => {
  const table = document.getElementById("grid");
  if (!table) return;
  const keys = JSON.parse(table.dataset.keys);
  const titles = JSON.parse(table.dataset.titles);
  const versions = JSON.parse(table.dataset.versions);
  const cases = [...table.querySelectorAll("a.cell")].map((element) => ({
    element,
    at: JSON.parse(element.dataset.at),
    text: element.dataset.text,
    only: element.dataset.only.split(" "),
    transport: element.querySelector("b").lastChild.textContent.trim(),
  }));
  const form = document.querySelector(".filter");
  const field = document.getElementById("filter");
  const rows = document.getElementById("rows");
  const columns = document.getElementById("columns");
  const nothing = document.querySelector(".nothing-left");
  const attention = document.querySelector(".attention");
  const troubles = [...document.querySelectorAll("[data-outcome]")];
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const nameOf = (key) => key.split(".").reverse().find((part) => !/^\d+$/.test(part)) || key;

  // The grid.
  const first = rows ? [rows.value, columns.value] : [];
  let shown = first;
  const pivot = () => {
    const [down, across] = shown = [rows.value, columns.value];
    table.dataset.rows = down;
    const rest = keys.filter((key) => key !== down && key !== across);
    const heads = [...new Set(cases.map((one) => one.at[across] ?? ""))];
    const places = new Map();
    for (const one of cases) {
      const row = one.at[down] ?? "";
      if (!places.has(row)) places.set(row, new Map(heads.map((head) => [head, []])));
      places.get(row).get(one.at[across] ?? "").push(one);
      const words = rest.filter((key) => one.at[key] && one.at[key] !== one.transport)
        .map((key) => (/^\p{L}/u.test(one.at[key]) && !/^(true|false|null)$/.test(one.at[key]) ? "" : nameOf(key) + " ") + one.at[key]);
      one.element.querySelector(".rest").textContent = words.join(", ");
    }
    const head = (value, scope) => {
      const cell = make("th", { scope });
      cell.setAttribute("role", scope === "col" ? "columnheader" : "rowheader");
      cell.append(scope === "row" ? make("span", { className: "title" }, titles[value] ?? (value || "–")) : value || "–");
      if (titles[value] && scope === "row") cell.append(" ", make("span", { className: "path" }, value));
      if (versions[value]) cell.append(" ", make("small", {}, versions[value]));
      return cell;
    };
    const row = (...children) => {
      const element = make("tr", {}, ...children);
      element.setAttribute("role", "row");
      return element;
    };
    table.tHead.replaceChildren(row(head(nameOf(down), "col"), ...heads.map((value) => head(value, "col"))));
    table.tBodies[0].replaceChildren(...[...places].map(([value, found]) => row(head(value, "row"), ...heads.map((name) => {
      const column = make("span", { className: "column" }, name);
      column.setAttribute("aria-hidden", "true");
      const here = found.get(name);
      const cell = make("td", {}, column, here.length
        ? make("div", { className: here.length > 1 ? "several" : "" }, ...here.map((one) => one.element))
        : make("span", { className: "none" }, "not run"));
      cell.setAttribute("role", "cell");
      return cell;
    }))));
  };

  // The filter: words, and the outcomes that are pressed.
  const pressed = new Set();
  const buttons = [...document.querySelectorAll(".chips [data-only]")].map((chip) => {
    const button = make("button", { type: "button", className: chip.className }, ...chip.childNodes);
    button.dataset.only = chip.dataset.only;
    chip.className = "";
    chip.append(button);
    button.addEventListener("click", () => {
      if (!pressed.delete(button.dataset.only)) pressed.add(button.dataset.only);
      apply();
    });
    return button;
  });
  const apply = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const one of cases) {
      const hit = wanted.every((word) => one.text.includes(word)) && (!pressed.size || one.only.some((name) => pressed.has(name)));
      one.element.hidden = !hit;
      left += hit;
    }
    for (const row of table.tBodies[0].rows) row.hidden = !row.querySelector("a.cell:not([hidden])");
    for (const trouble of troubles) {
      trouble.hidden = pressed.size > 0 && !pressed.has("changed") && !pressed.has(trouble.dataset.outcome);
    }
    if (attention) attention.hidden = troubles.every((trouble) => trouble.hidden);
    const all = left === cases.length;
    document.getElementById("filtered").value = all ? "" : `${left.toLocaleString("en")} of ${cases.length.toLocaleString("en")} cases`;
    nothing.hidden = left > 0;
    table.hidden = left === 0;
    for (const button of buttons) button.setAttribute("aria-pressed", String(pressed.has(button.dataset.only)));
    remember();
  };

  // What is chosen stands behind the # of the address, so that it is there again on the way back and can be shared.
  const remember = () => {
    const state = new URLSearchParams();
    if (field.value) state.set("filter", field.value);
    if (pressed.size) state.set("only", [...pressed].join(" "));
    if (rows && rows.value !== first[0]) state.set("rows", rows.value);
    if (columns && columns.value !== first[1]) state.set("columns", columns.value);
    const hash = state.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", "#" + hash);
  };
  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    field.value = state.get("filter") ?? "";
    for (const name of (state.get("only") ?? "").split(" ")) if (buttons.some((one) => one.dataset.only === name)) pressed.add(name);
    const known = (key) => keys.includes(key);
    if (rows) {
      rows.value = known(state.get("rows")) ? state.get("rows") : first[0];
      columns.value = known(state.get("columns")) ? state.get("columns") : first[1];
    }
    if (rows && (rows.value !== shown[0] || columns.value !== shown[1])) pivot();
  };

  const clear = () => {
    field.value = "";
    pressed.clear();
    apply();
  };
  field.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => { clear(); field.focus(); });
  const axes = rows ? [rows, columns] : [];
  let last = axes.map((axis) => axis.value);
  axes.forEach((axis, place) => axis.addEventListener("change", () => {
    // The same key twice would be a diagonal: the other takes what this one had.
    if (rows.value === columns.value) axes[1 - place].value = last[place];
    last = axes.map((one) => one.value);
    pivot();
    apply();
  }));

  // Keys.
  const neighbour = (cell, way) => {
    const row = cell.closest("tr"), column = cell.closest("td").cellIndex;
    const visible = (within) => [...within.querySelectorAll("a.cell:not([hidden])")];
    if (way === "ArrowLeft" || way === "ArrowRight") {
      const all = visible(row);
      return all[all.indexOf(cell) + (way === "ArrowRight" ? 1 : -1)];
    }
    const step = way === "ArrowDown" ? "nextElementSibling" : "previousElementSibling";
    const here = visible(cell.closest("td"));
    const beside = here[here.indexOf(cell) + (way === "ArrowDown" ? 1 : -1)];
    if (beside) return beside;
    for (let next = row[step]; next; next = next[step]) {
      const found = next.hidden ? [] : visible(next.cells[column]);
      if (found.length) return way === "ArrowDown" ? found[0] : found[found.length - 1];
    }
    return undefined;
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest("input, select, textarea");
    if (event.key === "/" && !inField) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape" && (event.target === field || !inField)) {
      clear();
    } else if (event.key.startsWith("Arrow")) {
      const cell = event.target.closest("a.cell");
      if (cell) {
        event.preventDefault();
        neighbour(cell, event.key)?.focus();
      } else if (event.target === field && event.key === "ArrowDown") {
        event.preventDefault();
        table.querySelector("a.cell:not([hidden])")?.focus();
      }
    }
  });

  form.hidden = cases.length < 2;
  for (const element of document.querySelectorAll(".keys")) element.hidden = cases.length < 2;
  recall();
  apply();
  const box = table.closest(".scroll");
  new ResizeObserver(() => box.classList.toggle("fits", table.scrollWidth <= box.clientWidth)).observe(table);
  addEventListener("hashchange", () => { pressed.clear(); recall(); apply(); });
})();
