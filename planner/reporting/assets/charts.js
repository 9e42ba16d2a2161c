"use strict";
// Charts of a report as SVG. A chart is told by an object:
//   {type: "over", title, unit, axis, series: [{name, kind, colour, y, low, high, dash}], low, high}
//     kind: line, area, band (low to high), steps, bars, stack (one on the other), points (low, high)
//     axis: {kind: "date", first, step, n, label}, {kind: "number", at: [...], label}
//   {type: "rows", title, unit, rows: [{name, value, low, high, colour, group, note}], aim, dots, zoom, cut}
// Text from the data goes into the page as text only.
const NS = "http://www.w3.org/2000/svg";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function node(parent, name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (kind) made.className = kind;
  if (parent) parent.append(made);
  return made;
}

function mark(parent, name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "fill" || key === "stroke") made.style[key] = value;
    else made.setAttribute(key, value);
  }
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

const colour = (name) => `var(--${name})`;
const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const commas = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

// Numbers as people read them, as in planner/text/numbers.py.
function short(value) {
  if (!known(value)) return "–";
  const size = Math.abs(value), sign = value < 0 ? "−" : "";
  if (size >= 1e7) return sign + commas((size / 1e6).toFixed(size >= 1e8 ? 0 : 1)) + " million";
  if (size >= 99.95) return sign + commas(size.toFixed(0));
  if (size >= 0.0995) return sign + String(Number(size.toFixed(size >= 9.995 ? 1 : 2)));
  return size >= 5e-5 ? sign + String(Number(size.toPrecision(2))) : "0";
}

function percent(share) {
  if (!known(share)) return "–";
  const points = 100 * share;
  if (points > 0 && points < 0.005) return "<0.01%";
  if (points > 0 && points < 0.95) return `${Number(points.toPrecision(2))}%`;
  if (points >= 99.95 && points < 100) return `${(Math.floor(100 * points) / 100).toFixed(2)}%`;
  return `${points.toFixed(points >= 90 && points < 100 ? 1 : 0)}%`;
}

// A day so many days after the first one, YYYY-MM-DD.
function dayAfter(first, days, year) {
  const at = new Date(Date.parse(`${first}T00:00:00Z`) + 864e5 * days);
  const text = `${at.getUTCDate()}\u00a0${MONTHS[at.getUTCMonth()]}`;
  return year ? `${text}\u00a0${at.getUTCFullYear()}` : text;
}

// Round numbers from low to high, about so many.
function ticks(low, high, many) {
  const rough = (high - low) / Math.max(many, 1) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough * 0.999) * power;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

// Labels of ticks: as many decimals as tell them apart.
function labels(found) {
  const step = found.length > 1 ? found[1] - found[0] : Math.abs(found[0]) || 1;
  const top = Math.max(...found.map(Math.abs));
  const [unit, end] = top >= 1e7 ? [1e6, "M"] : [1, ""];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return found.map((value) => {
    const text = commas(Math.abs(value / unit).toFixed(decimals).replace(/\.(?=\d{4})/, "."));
    return (value < 0 ? "−" : "") + text + (value ? end : "");
  });
}

function legend(caption, spec) {
  const shown = spec.series.filter((one) => one.name);
  if (shown.length < 2) return;
  const list = node(caption, "span", null, "legend");
  for (const one of shown) {
    const item = node(list, "span");
    const thin = ["line", "steps", "points"].includes(one.kind);
    const swatch = node(item, "i", null, thin ? `thin${one.dash ? " dash" : ""}` : "");
    if (thin) swatch.style.borderColor = colour(one.colour);
    else swatch.style.background = colour(one.colour);
    if (one.kind === "band") swatch.style.opacity = 0.4;
    item.append(one.name);
  }
}

function chart(host, spec) {
  host.replaceChildren();
  const caption = node(host, "figcaption");
  node(caption, "span", spec.title);
  const plot = node(host, "div", null, "plot");
  const draw = spec.type === "rows" ? drawRows : drawOver;
  if (spec.type === "over") legend(caption, spec);
  const again = () => draw(plot, spec, Math.max(280, plot.clientWidth || 560));
  again();
  let width = plot.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(plot.clientWidth - width) < 2) return;
    width = plot.clientWidth;
    requestAnimationFrame(again);
  }).observe(plot);
  if (spec.type === "over") numbers(host, spec);
}

// The numbers behind a chart, for those who would rather read them.
function numbers(host, spec) {
  const more = node(host, "details");
  node(more, "summary", "Numbers");
  more.addEventListener("toggle", () => {
    if (!more.open || more.children.length > 1) return;
    const wide = node(more, "div", null, "wide");
    const table = node(wide, "table"), head = node(node(table, "thead"), "tr");
    node(head, "th", spec.axis.label);
    for (const one of spec.series) node(head, "th", `${one.name || spec.title} (${spec.unit})`, "n");
    const body = node(table, "tbody"), x = across(spec.axis);
    x.at.forEach((_, i) => {
      const row = node(body, "tr");
      node(row, "td", x.name(i));
      for (const one of spec.series) node(row, "td", short(one.y[i]), "n");
    });
  });
}

// Where the points of an axis lie and what they are called.
function across(axis) {
  if (axis.kind === "number") return { at: axis.at, name: (i) => short(axis.at[i]) };
  const at = Array.from({ length: axis.n }, (_, i) => i);
  return { at, name: (i) => dayAfter(axis.first, i * axis.step, true) };
}

function reach(spec) {
  const stacked = spec.series.filter((one) => one.kind === "stack");
  const all = spec.series.flatMap((one) => [one.kind === "stack" ? [] : one.y, one.low || [], one.high || []]);
  if (stacked.length) all.push(stacked[0].y.map((_, i) => stacked.reduce((sum, one) => sum + (one.y[i] || 0), 0)));
  const values = all.flat().filter(known);
  let low = Math.min(spec.low ?? 0, ...values), high = Math.max(spec.high ?? 0, ...values);
  if (spec.low !== undefined && spec.high === undefined) low = Math.min(spec.low, ...values);
  if (high - low < 1e-9) high = low + 1;
  return [low, spec.high !== undefined ? high : high + 0.04 * (high - low)];
}

function drawOver(plot, spec, width) {
  plot.replaceChildren();
  const height = spec.height || 210, axis = across(spec.axis), n = axis.at.length;
  const [low, high] = reach(spec), marks = ticks(low, high, 5), names = labels(marks);
  const left = 14 + 7 * Math.max(...names.map((name) => name.length)), right = 14, top = 22, bottom = 38;
  const first = n ? axis.at[0] : 0, last = n ? axis.at[n - 1] : 1;
  const half = spec.axis.kind === "date" ? 0.5 : 0.04 * (last - first || 1);
  const x = (value) => left + ((value - first + half) / (last - first + 2 * half)) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  const svg = mark(plot, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", height });
  svg.setAttribute("aria-label", `${spec.title}, ${spec.unit}: ${spec.series.map((one) => one.name).join(", ")}`);
  mark(svg, "text", { x: 0, y: 12 }, spec.unit);
  marks.forEach((value, i) => {
    mark(svg, "line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: value ? "grid" : "zero" });
    mark(svg, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, names[i]);
  });
  below(svg, spec.axis, axis, x, { left, right, width, height, bottom });
  let floor = new Array(n).fill(0);
  for (const one of spec.series) floor = series(svg, one, axis.at, x, y, floor) || floor;
  hover(plot, svg, spec, axis, x, { top, bottom, height, width });
}

function below(svg, told, axis, x, { left, right, width, height, bottom }) {
  const at = height - bottom + 16, n = axis.at.length;
  const text = (place, words) => mark(svg, "text", { x: place, y: at, "text-anchor": "middle" }, words);
  if (told.kind === "number") {
    let free = -Infinity;
    axis.at.forEach((value, i) => {
      const words = axis.name(i), place = x(value);
      if (place - 4 * words.length < free) return;
      free = place + 4 * words.length + 6;
      text(place, words);
    });
  } else {
    const fit = Math.max(1, Math.floor((width - left - right) / 64));
    const steps = told.step === 7 ? [1, 2, 4, 8, 13, 26, 52] : [1, 2, 7, 14, 28, 56, 91, 182, 364];
    const step = steps.find((many) => n / many <= fit) || Math.ceil(n / fit);
    for (let i = 0; i < n; i += step) text(Math.max(x(i), left + 8), dayAfter(told.first, i * told.step));
  }
  mark(svg, "text", { x: width - right, y: height - 4, "text-anchor": "end" }, told.label);
}

function path(at, values, x, y) {
  let text = "", pen = "M";
  values.forEach((value, i) => {
    if (!known(value)) pen = "M";
    else { text += `${pen}${x(at[i]).toFixed(1)} ${y(value).toFixed(1)}`; pen = "L"; }
  });
  return text;
}

function between(at, lows, highs, x, y) {
  const there = at.map((_, i) => i).filter((i) => known(lows[i]) && known(highs[i]));
  if (!there.length) return "";
  const up = there.map((i) => `${x(at[i]).toFixed(1)} ${y(highs[i]).toFixed(1)}`);
  const back = there.reverse().map((i) => `${x(at[i]).toFixed(1)} ${y(lows[i]).toFixed(1)}`);
  return `M${up.join("L")}L${back.join("L")}Z`;
}

function series(svg, one, at, x, y, floor) {
  const paint = colour(one.colour), n = at.length;
  const line = { fill: "none", stroke: paint, "stroke-width": 2, "stroke-linejoin": "round" };
  if (one.dash) line["stroke-dasharray"] = "6 4";
  if (one.kind === "band" || one.kind === "area") {
    const lows = one.low || one.y.map(() => 0), highs = one.high || one.y;
    mark(svg, "path", { d: between(at, lows, highs, x, y), fill: paint, "fill-opacity": 0.28 });
    if (one.kind === "area") mark(svg, "path", { ...line, d: path(at, one.y, x, y) });
  } else if (one.kind === "stack") {
    const upper = floor.map((value, i) => value + (one.y[i] || 0));
    mark(svg, "path", { d: between(at, floor, upper, x, y), fill: paint, "fill-opacity": 0.8 });
    return upper;
  } else if (one.kind === "bars") {
    const wide = Math.max(1, 0.6 * (n > 1 ? x(at[1]) - x(at[0]) : 24));
    let d = "";
    one.y.forEach((value, i) => {
      if (value) d += `M${(x(at[i]) - wide / 2).toFixed(1)} ${y(0).toFixed(1)}V${y(value).toFixed(1)}h${wide.toFixed(1)}V${y(0).toFixed(1)}Z`;
    });
    mark(svg, "path", { d, fill: paint, "fill-opacity": 0.8 });
  } else if (one.kind === "steps") {
    const half = n > 1 ? (x(at[1]) - x(at[0])) / 2 : 12;
    let d = "", pen = "M";
    one.y.forEach((value, i) => {
      if (!known(value)) { pen = "M"; return; }
      d += `${pen}${(x(at[i]) - half).toFixed(1)} ${y(value).toFixed(1)}H${(x(at[i]) + half).toFixed(1)}`;
      pen = "L";
    });
    mark(svg, "path", { ...line, d });
  } else {
    mark(svg, "path", { ...line, d: path(at, one.y, x, y) });
    if (one.kind === "points") whiskers(svg, one, at, x, y, paint);
  }
  return null;
}

function whiskers(svg, one, at, x, y, paint) {
  one.y.forEach((value, i) => {
    if (!known(value)) return;
    const place = x(at[i]);
    mark(svg, "circle", { cx: place, cy: y(value), r: 3.5, fill: paint });
    if (known(one.low[i])) mark(svg, "line", { x1: place, x2: place, y1: y(one.low[i]), y2: y(one.high[i]), stroke: paint });
  });
}

function hover(plot, svg, spec, axis, x, { top, bottom, height, width }) {
  const guide = mark(svg, "line", { y1: top, y2: height - bottom, class: "zero", visibility: "hidden" });
  let tip = null;
  const leave = () => { guide.setAttribute("visibility", "hidden"); if (tip) tip.remove(); tip = null; };
  const show = (event) => {
    const box = svg.getBoundingClientRect(), place = ((event.clientX - box.left) / box.width) * width;
    let near = 0;
    axis.at.forEach((value, i) => { if (Math.abs(x(value) - place) < Math.abs(x(axis.at[near]) - place)) near = i; });
    if (!axis.at.length) return;
    if (!tip) tip = node(plot, "div", null, "tip");
    tip.replaceChildren();
    node(tip, "b", axis.name(near));
    for (const one of spec.series) {
      if (!known(one.y[near])) continue;
      const said = one.low && one.kind !== "band" && known(one.low[near]) ? ` (${short(one.low[near])} to ${short(one.high[near])})` : "";
      node(tip, "div", `${one.name || spec.title}: ${short(one.y[near])}${said} ${spec.unit}`);
    }
    const at = x(axis.at[near]);
    guide.setAttribute("x1", at); guide.setAttribute("x2", at); guide.setAttribute("visibility", "visible");
    const scale = box.width / width, left = at * scale + 10;
    tip.style.left = `${left + tip.offsetWidth > box.width ? Math.max(0, at * scale - tip.offsetWidth - 10) : left}px`;
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", leave);
}

function cut(text, room) {
  return text.length * 7 <= room ? text : `${text.slice(0, Math.max(1, Math.floor(room / 7) - 1))}…`;
}

function drawRows(plot, spec, width) {
  plot.replaceChildren();
  const rows = spec.rows, groups = [...new Set(rows.map((row) => row.group || ""))];
  const heads = groups.filter((name) => name).length, line = 26, top = spec.aim ? 20 : 6, bottom = 38;
  const height = top + line * (rows.length + heads) + bottom;
  const indent = heads ? 10 : 0;
  const left = Math.min(0.4 * width, 14 + indent + 7.2 * Math.max(4, ...rows.map((row) => row.name.length)));
  const told = rows.map((row) => short(row.value) + (known(row.low) && known(row.value) ? ` ± ${short((row.high - row.low) / 2)}` : ""));
  const right = 14 + 7 * Math.max(4, ...told.map((text) => text.length));
  // With "cut", values far from the others are cut off, so that the others can be told apart.
  const ends = rows.flatMap((row) => [row.value, row.low, row.high]).filter(known);
  const sizes = rows.map((row) => Math.abs(row.value ?? 0)).sort((a, b) => a - b);
  const typical = sizes[Math.max(0, Math.ceil(0.75 * sizes.length) - 1)] || 0;
  const most = typical > 0 && spec.cut ? 3 * typical : Infinity, start = spec.zoom ? [] : [0];
  const all = [...start, ...ends, ...(spec.aim ? [spec.aim.value] : [])];
  let low = Math.max(-most, Math.min(...all)), high = Math.min(most, Math.max(...all));
  if (high - low < 1e-9) high = low + 1;
  const room = 0.04 * (high - low);
  if (spec.zoom || low < 0) low -= room;
  if (spec.zoom || high > 0) high += room;
  const x = (value) => left + ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (width - left - right);
  const svg = mark(plot, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", height });
  svg.setAttribute("aria-label", `${spec.title}, ${spec.unit}: ${rows.map((row, i) => `${row.name} ${told[i]}`).join("; ")}`);
  const marks = ticks(low, high, Math.max(3, Math.floor((width - left - right) / 80))), names = labels(marks);
  marks.forEach((value, i) => {
    mark(svg, "line", { x1: x(value), x2: x(value), y1: top, y2: height - bottom, class: Math.abs(value) < 1e-12 ? "zero" : "grid" });
    mark(svg, "text", { x: x(value), y: height - bottom + 15, "text-anchor": "middle" }, names[i]);
  });
  mark(svg, "text", { x: left, y: height - 4 }, spec.unit);
  let at = top;
  for (const group of groups) {
    if (group) {
      mark(svg, "text", { x: 0, y: at + 18, class: "name", "font-weight": 600 }, cut(group, width));
      at += line;
    }
    rows.forEach((row, i) => {
      if ((row.group || "") !== group) return;
      const middle = at + line / 2, paint = colour(row.colour);
      const name = mark(svg, "text", { x: group ? indent : 0, y: middle + 4, class: "name" }, cut(row.name, left - indent - 8));
      mark(name, "title", {}, row.note ? `${row.name}: ${row.note}` : row.name);
      mark(svg, "text", { x: width, y: middle + 4, "text-anchor": "end" }, told[i]);
      at += line;
      if (!known(row.value)) return;
      if (spec.dots) mark(svg, "circle", { cx: x(row.value), cy: middle, r: 4.5, fill: paint });
      else mark(svg, "rect", { x: Math.min(x(0), x(row.value)), y: middle - 8, width: Math.abs(x(row.value) - x(0)), height: 16, fill: paint });
      if (known(row.low)) mark(svg, "line", { x1: x(row.low), x2: x(row.high), y1: middle, y2: middle, stroke: spec.dots ? paint : "var(--ink)", "stroke-width": spec.dots ? 2 : 1.3 });
      if (row.value > high || row.value < low) mark(svg, "text", { x: x(row.value) + (row.value > high ? -4 : 4), y: middle + 4, "text-anchor": row.value > high ? "end" : "start", fill: "var(--card)" }, row.value > high ? "▸" : "◂");
    });
  }
  if (spec.aim) {
    const place = x(spec.aim.value);
    mark(svg, "line", { x1: place, x2: place, y1: top, y2: height - bottom, stroke: "var(--vermilion)", "stroke-width": 1.5, "stroke-dasharray": "5 4" });
    mark(svg, "text", { x: place, y: 13, "text-anchor": "middle" }, `${spec.aim.name} ${short(spec.aim.value)}`);
  }
}
