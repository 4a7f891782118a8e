// The page of a case: keys to go from case to case, and the timeline, drawn with d3 from the page's own data.
"use strict";
(() => {
  for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const rel = { p: "prev", n: "next", u: "up" }[event.key];
    const link = rel && document.querySelector(`a[rel="${rel}"]`);
    if (link) location.assign(link.href);
  });

  // What is wider than the page can be moved with the keyboard, too.
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth <= box.clientWidth) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-labelledby", box.closest("section").getAttribute("aria-labelledby"));
  }

  const source = document.getElementById("drawing");
  const figure = document.getElementById("drawn");
  if (!source || !figure || !window.d3) return;
  const data = JSON.parse(source.textContent);

  const ROW = 24, BAR = 14, LANE_HEAD = 24, TOP = 66, FOOT = 10, NARROW = 700, EDGE = 26;
  const exact = (ms) => ms.toLocaleString("en", { maximumFractionDigits: 1 }) + " ms";
  const count = (number, one) => number.toLocaleString("en") + " " + one + (number === 1 ? "" : "s");
  const unit = (kind) => ({ body: "byte of the body", frames: "byte of payload", wire: "byte on the wire" })[kind] || "byte";
  const bytes = (number, kind) => number.toLocaleString("en") + " " + unit(kind).replace("byte", number === 1 ? "byte" : "bytes");

  // What there is to draw, each with its row: attempts first, then the lanes with as many rows as overlap asks for.
  const end = Math.max(data.end, 1, ...data.attempts.map((one) => one.to ?? one.from));
  const items = [], heads = [];
  let y = TOP;
  data.attempts.forEach((attempt, place) => {
    items.push({ ...attempt, kind: "attempt", y, to: attempt.to ?? end, open: attempt.to === null,
      marks: data.frames.filter((frame) => frame[0] === place).map((frame) => frame.slice(1)) });
    y += ROW;
  });
  y += 6;
  data.lanes.forEach((lane, place) => {
    heads.push({ ...lane, y });
    y += LANE_HEAD;
    const rows = [];
    const own = data.spans.filter((span) => span.lane === place).sort((a, b) => a.from - b.from);
    for (const span of own) {
      const to = span.to ?? end;
      let row = rows.findIndex((until) => until <= span.from);
      if (row < 0) row = rows.push(0) - 1;
      rows[row] = to;
      items.push({ ...span, kind: "span", y: y + row * ROW, to, open: span.to === null, seen: lane.name });
    }
    y += Math.max(rows.length, own.length ? 1 : 0) * ROW + 8;
    if (!own.length && lane.name !== "browser") heads[heads.length - 1].empty = true;
  });
  const height = y + FOOT;
  const decided = Math.max(...data.attempts.map((one) => Math.max(one.to ?? end, 0)), 1);
  const fellBack = data.attempts.some((one) => one.outcome !== "opened");

  const took = (item) => exact(item.to - item.from);
  const about = (item) => {
    const rows = [["from", exact(item.from)], ["to", item.open ? "still on at the end" : exact(item.to)]];
    if (item.kind === "attempt") {
      rows.push(["took", took(item) + (item.budget === null ? "" : ` of a budget of ${exact(item.budget)}`)]);
      if (item.why) rows.push(["why", item.why]);
      if (item.marks.length) rows.push(["frames", `${item.marks.length} received`]);
      return { title: `${item.name}: ${item.outcome}`, rows };
    }
    rows.push(["took", took(item)]);
    if (item.answered !== null) rows.push(["answered", `${item.status ?? ""} after ${exact(item.answered - item.from)}`.trim()]);
    else rows.push(["answered", item.hidden ? "not told by the browser" : "never"]);
    const last = (points) => (points.length ? points[points.length - 1][1] : 0);
    if (item.down.length) rows.push(["down", bytes(last(item.down), item.counts)]);
    if (last(item.up)) rows.push(["up", bytes(last(item.up), item.counts)]);
    if (item.frames.length) rows.push(["frames", String(item.frames.length + item.left)]);
    if (item.ended) rows.push(["ended", item.ended]);
    if (item.transport) rows.push(["for", item.transport]);
    return { title: item.name, rows: [["seen at", item.seen], ...rows] };
  };
  const marksOf = (item) => item.kind === "attempt"
    ? item.marks.map(([at, direction, size, text]) => ({ at, direction, text: `frame ${text} received, ${count(size, "byte")}` }))
    : [
      ...item.down.map(([at, total]) => ({ at, direction: "down", text: `${bytes(total, item.counts)} down so far` })),
      ...item.up.map(([at, total]) => ({ at, direction: "up", text: `${bytes(total, item.counts)} up so far` })),
      ...item.frames.map(([at, direction, size, text]) => ({ at, direction, text: `frame ${direction}, ${count(size, "byte")}${text ? ": " + text : ""}` })),
    ];
  for (const item of items) item.all = marksOf(item);
  const inTime = [...items].sort((a, b) => a.from - b.from || a.y - b.y);

  figure.hidden = false;
  document.body.classList.add("has-drawing");
  const room = figure.appendChild(document.createElement("div"));
  const tools = document.getElementById("tools");
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;

  // What the buttons show, and whether it is on view.
  const widened = (from, to) => [from - ((to - from) * 0.06 || 1), to + ((to - from) * 0.06 || 1)];
  const near = (one, other) => one.every((at, place) => Math.abs(at - other[place]) < (other[1] - other[0]) / 100);
  const press = (name) => {
    for (const button of tools.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", String(button.textContent === name));
  };

  let chosen = null, view = null, redraw = () => {}, zoomBy = () => {}, zoomTo = () => {};

  const draw = () => {
    const width = room.clientWidth;
    if (!width) return;
    const gutter = width < NARROW ? 0 : 190;
    const plot = width - gutter - EDGE;
    const before = -0.015 * end;
    const whole = d3.scaleLinear([before, end * 1.015], [0, plot]);
    let x = whole;

    const svg = d3.create("svg").attr("width", width).attr("height", height).attr("tabindex", 0)
      .attr("role", "group").attr("aria-label",
        `Timeline: ${count(data.attempts.length, "attempt")}, ${count(data.spans.length, "sighting")} of requests at ${count(data.lanes.length, "vantage")}. Arrow keys go from one to the next.`);
    svg.append("clipPath").attr("id", "plot").append("rect").attr("width", plot).attr("height", height);
    const axis = svg.append("g").attr("class", "ruler").attr("transform", `translate(${gutter},${TOP - 8})`);
    const body = svg.append("g").attr("transform", `translate(${gutter},0)`).attr("clip-path", "url(#plot)");
    const sheet = body.append("rect").attr("class", "sheet").attr("y", TOP - 8).attr("width", plot).attr("height", height - TOP + 8);
    const lines = body.append("g").attr("class", "lines");
    // Over the lines, so that none runs through a name.
    const labels = svg.append("g").attr("class", "labels");

    for (const head of heads) {
      labels.append("line").attr("class", "border").attr("x2", width).attr("y1", head.y).attr("y2", head.y);
      const text = labels.append("text").attr("class", "lane").attr("x", gutter ? 0 : 4).attr("y", head.y + 17);
      text.append("tspan").attr("class", "name").text(head.name);
      if (head.hop && (gutter || !head.empty)) text.append("tspan").attr("class", "side").attr("dx", 8).text(head.hop);
      if (head.empty) text.append("tspan").attr("class", "side").attr("dx", 8).text(head.name.startsWith("server") ? "saw no request" : "saw no request that it could read");
    }
    const fit = (text) => (text.length > 27 ? text.slice(0, 26) + "…" : text);
    if (gutter) {
      for (const item of items.filter((one) => one.kind === "attempt")) {
        labels.append("text").attr("x", 0).attr("y", item.y + 14).attr("class", "attempt-name").text(fit(item.name));
      }
    }

    const groups = body.selectAll("g.item").data(items).join("g")
      .attr("class", (item) => `item ${item.kind} ${item.kind === "attempt" ? item.outcome.replace(" ", "-") : item.what}` +
        (item.status >= 400 ? " refused" : "") + (item.open ? " endless" : ""))
      .attr("transform", (item) => `translate(0,${item.y})`);
    groups.append("rect").attr("class", "hit").attr("height", ROW);
    groups.filter((item) => item.kind === "attempt" && item.budget !== null).append("rect").attr("class", "allowed").attr("y", 1).attr("height", BAR + 6).attr("rx", 3);
    groups.append("rect").attr("class", "bar").attr("y", 4).attr("height", BAR).attr("rx", 2);
    groups.filter((item) => item.kind === "span" && item.answered !== null).append("rect").attr("class", "body").attr("y", 4).attr("height", BAR).attr("rx", 2);
    groups.each(function (item) {
      d3.select(this).selectAll("path.mark").data(item.all).join("path").attr("class", (mark) => "mark " + mark.direction);
    });
    groups.append("text").attr("class", "note").attr("y", 15);
    const moments = body.selectAll("g.moment").data(data.moments).join("g").attr("class", (moment) => "moment " + moment.kind);
    moments.append("line").attr("y1", 30).attr("y2", height);
    moments.append("text").attr("y", 12).text((moment) => moment.name);
    const cross = body.append("g").attr("class", "cross").attr("visibility", "hidden");
    cross.append("line").attr("y1", TOP - 8).attr("y2", height);
    cross.append("text").attr("y", TOP - 14);

    const short = (item) => item.kind === "attempt" ? (item.open ? "undecided" : took(item))
      : `${item.status ?? ""} ${item.name.split("?")[0].split("/").slice(-1)[0] || item.name}`.trim();
    const place = () => {
      const ticks = Math.max(2, Math.floor(plot / 110));
      axis.call(d3.axisTop(x).ticks(ticks).tickSizeOuter(0).tickFormat((ms) => x.domain()[1] - x.domain()[0] > 8000
        ? `${(ms / 1000).toLocaleString("en")} s` : `${ms.toLocaleString("en")} ms`));
      if (!gutter) axis.selectAll("text").attr("text-anchor", (at) => (x(at) < 16 ? "start" : "middle"));
      lines.selectAll("line").data(x.ticks(ticks)).join("line").attr("x1", x).attr("x2", x).attr("y1", TOP - 8).attr("y2", height);
      const wide = (from, to) => Math.max(2, x(to) - x(from));
      groups.select("rect.hit").attr("x", (item) => x(item.from) - 4).attr("width", (item) => wide(item.from, item.to) + 8);
      groups.select("rect.bar").attr("x", (item) => x(item.from)).attr("width", (item) => wide(item.from, item.to));
      groups.select("rect.body").attr("x", (item) => x(item.answered)).attr("width", (item) => wide(item.answered, item.to));
      groups.select("rect.allowed").attr("x", (item) => x(item.from)).attr("width", (item) => wide(item.from, item.from + item.budget));
      groups.selectAll("path.mark").attr("d", (mark) => {
        const at = x(mark.at).toFixed(1);
        return mark.direction === "up" ? `M${at},2l3,5h-6z` : `M${at},20l3,-5h-6z`;
      });
      groups.select("text.note").each(function (item) {
        const text = d3.select(this);
        const name = gutter || item.kind !== "attempt" ? short(item) : `${item.name} ${short(item)}`;
        const [left, right] = [Math.max(x(item.from), 0), Math.min(x(item.to), plot)];
        const room = name.length * (item.kind === "attempt" ? 7.5 : 6.7) + 8;
        text.text(name).attr("visibility", right < 0 || left > plot ? "hidden" : null);
        if (right - left > room) text.attr("x", left + 6).attr("class", "note inside");
        else if (item.kind === "span") text.attr("visibility", "hidden");
        else if (plot - right > room) text.attr("x", right + 8).attr("class", "note");
        else if (left > room) text.attr("x", left - 6).attr("class", "note before");
        else text.attr("x", Math.max(0, plot - room)).attr("class", "note");
      });
      const inSight = (moment) => x(moment.at) >= 0 && x(moment.at) <= plot;
      moments.attr("transform", (moment) => `translate(${x(moment.at)},0)`).attr("visibility", (moment) => (inSight(moment) ? null : "hidden"));
      // A label that would overlap an earlier one goes a line further down.
      const until = [-Infinity, -Infinity, -Infinity];
      moments.filter(inSight).select("text").each(function (moment) {
        const at = x(moment.at), room = this.getComputedTextLength() + 5;
        const before = at + room + 6 > plot;
        const from = before ? Math.max(at - room, Math.min(0, plot - room)) : at + 5;
        const free = until.findIndex((taken) => taken <= from);
        const line = free < 0 ? until.length - 1 : free;
        d3.select(this).attr("x", from - at).attr("y", 11 + line * 13);
        d3.select(this.parentNode).select("line").attr("y1", 2 + line * 13);
        until[line] = Math.max(until[line], from + room + 8);
      });
      if (chosen && !tip.hidden) show(chosen);
    };

    // Whatever a pointer or a key has chosen: told in the tip, which a screen reader speaks.
    const show = (item, mark) => {
      const told = about(item);
      const rows = mark ? [["here", `${mark.text} at ${exact(mark.at)}`], ...told.rows] : told.rows;
      const title = document.createElement("b");
      title.textContent = told.title;
      const list = document.createElement("dl");
      for (const [name, value] of rows) {
        const [term, definition] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = name;
        definition.textContent = value;
        list.append(term, definition);
      }
      tip.replaceChildren(title, list);
      tip.hidden = false;
      groups.classed("chosen", (one) => one === item);
      const across = tip.offsetWidth;
      const left = gutter + Math.max(0, Math.min(x(item.from), plot + EDGE - across));
      tip.style.left = `${Math.max(0, Math.min(left, width - across))}px`;
      const below = item.y + ROW + 6;
      tip.style.top = `${below}px`;
    };
    const hide = () => {
      tip.hidden = true;
      groups.classed("chosen", false);
    };

    const zoom = d3.zoom().scaleExtent([1, Math.max(20, end * 2)]).extent([[0, 0], [plot, height]])
      .translateExtent([[0, 0], [plot, height]])
      // A wheel alone scrolls the page; one finger moves along, and down the page.
      .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey || event.shiftKey : !event.button))
      .on("zoom", (event) => {
        view = event.transform;
        x = view.rescaleX(whole);
        place();
        press(view.k === 1 ? "All" : near(x.domain(), widened(0, decided)) ? "Attempts" : "");
      });
    svg.call(zoom);
    zoomBy = (factor, at) => svg.call(zoom.scaleBy, factor, at === undefined ? undefined : [x(at), 0]);
    zoomTo = (from, to) => {
      const [left, right] = widened(from, to);
      const k = Math.min(plot / (whole(right) - whole(left)), Math.max(20, end * 2));
      svg.call(zoom.transform, k > 1 ? d3.zoomIdentity.scale(k).translate(-whole(left), 0) : d3.zoomIdentity);
    };

    svg.on("pointermove pointerdown", (event) => {
      const [px, py] = d3.pointer(event, body.node());
      cross.attr("visibility", px >= 0 ? null : "hidden").attr("transform", `translate(${px},0)`);
      cross.select("text").text(exact(x.invert(px))).attr("x", px > plot - 70 ? -5 : 5).attr("text-anchor", px > plot - 70 ? "end" : "start");
      const over = items.find((item) => py >= item.y && py < item.y + ROW && px >= x(item.from) - 4 && px <= x(item.to) + 4);
      if (!over) return svg.node().matches(":focus-visible") && chosen ? undefined : hide();
      chosen = over;
      const near = d3.least(over.all, (mark) => Math.abs(x(mark.at) - px));
      show(over, near && Math.abs(x(near.at) - px) < 6 ? near : undefined);
    }).on("pointerleave", (event) => {
      // A finger leaves as soon as it is lifted: what it chose is to be read after that.
      if (event.pointerType === "touch") return;
      cross.attr("visibility", "hidden");
      hide();
    }).on("blur", hide).on("focus", () => {
      if (svg.node().matches(":focus-visible") && inTime.length) choose(chosen ?? inTime[0]);
    }).on("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const at = inTime.indexOf(chosen);
      const row = (way) => {
        const rows = items.filter((item) => way * (item.y - (chosen?.y ?? -1)) > 0);
        const next = d3.least(rows, (item) => way * item.y);
        return next && d3.least(rows.filter((item) => item.y === next.y), (item) => Math.abs(item.from - (chosen?.from ?? 0)));
      };
      const keys = {
        ArrowRight: () => choose(inTime[Math.min(at + 1, inTime.length - 1)]),
        ArrowLeft: () => choose(inTime[Math.max(at - 1, 0)]),
        ArrowDown: () => choose(row(1)),
        ArrowUp: () => choose(row(-1)),
        Home: () => choose(inTime[0]),
        End: () => choose(inTime[inTime.length - 1]),
        Enter: () => chosen && zoomTo(chosen.from, chosen.to),
        "+": () => zoomBy(2, chosen?.from),
        "=": () => zoomBy(2, chosen?.from),
        "-": () => zoomBy(0.5, chosen?.from),
        0: () => zoomTo(before, end),
        Escape: hide,
      };
      if (!keys[event.key]) return;
      keys[event.key]();
      event.preventDefault();
    });
    const choose = (item) => {
      if (!item) return;
      chosen = item;
      if (x(item.from) < 0 || x(item.from) > plot) svg.call(zoom.translateTo, whole(item.from), 0);
      show(item);
    };

    const had = document.activeElement === room.firstChild;
    room.replaceChildren(svg.node());
    figure.append(tip);
    if (had) svg.node().focus();
    if (view) svg.call(zoom.transform, view);
    else if (fellBack && end > decided * 3) zoomTo(0, decided);
    else zoomTo(0, end);
  };

  for (const [text, label, act] of [
    ["−", "Zoom out", () => zoomBy(0.5)],
    ["+", "Zoom in", () => zoomBy(2)],
    ...(data.attempts.length && end > decided * 1.2 ? [["Attempts", "Show the attempts", () => zoomTo(0, decided)]] : []),
    ["All", "Show the whole case", () => zoomTo(0, end)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.title = label;
    if (text.length > 1) button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", act);
    tools.append(button);
  }
  const how = document.createElement("span");
  how.className = "how";
  how.textContent = "Ctrl and wheel zoom, drag moves";
  tools.prepend(how);
  tools.hidden = false;

  const legend = document.createElement("figcaption");
  for (const [kind, text] of [
    ["allowed", "the time that the client gave a transport"], ["wait", "waiting for an answer"],
    ["body", "answering"], ["down", "bytes or frames down"], ["up", "up"],
  ]) {
    const entry = document.createElement("span");
    const key = document.createElement("i");
    key.className = "key " + kind;
    entry.append(key, text);
    legend.append(entry);
  }
  figure.append(legend);

  draw();
  let known = room.clientWidth;
  new ResizeObserver(() => {
    if (room.clientWidth !== known) {
      known = room.clientWidth;
      view = null;
      draw();
    }
  }).observe(room);
})();
