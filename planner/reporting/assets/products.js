// The search for products, and the part of the product that is open.
const MOST_HITS = 100;
const MOST_PLACES = 4;
const Z90 = 1.645; // nine of ten periods, were demand normal

function matches(index, asked) {
  const words = asked.query.toLowerCase().split(/\s+/).filter((word) => word);
  const groups = index.categories.map((name) => name.toLowerCase());
  const found = [];
  for (let i = 0; i < index.name.length; i++) {
    if (asked.abc && index.abc[i] !== asked.abc) continue;
    if (asked.xyz && index.xyz[i] !== asked.xyz) continue;
    if (asked.only === "problem" && !index.problem[i]) continue;
    if (asked.only === "now" && !(index.now[i] > 0)) continue;
    const name = index.name[i].toLowerCase();
    if (!words.every((word) => name.includes(word) || groups[index.category[i]].includes(word))) continue;
    found.push(i);
  }
  if (asked.sort !== "name") {
    const by = index[asked.sort];
    found.sort((a, b) => (by[b] ?? -1) - (by[a] ?? -1) || a - b);
  } else found.sort((a, b) => index.name[a].localeCompare(index.name[b]));
  return found;
}

const field = (name) => document.getElementById(name);

async function search() {
  const index = await unpack("index"), meta = told("meta");
  const asked = Object.fromEntries(["query", "abc", "xyz", "only", "sort"].map((name) => [name, field(name).value]));
  const found = matches(index, asked), all = commas(String(found.length));
  const few = found.length > MOST_HITS ? `The first ${MOST_HITS} of ${all} products; say more of the name to see others.`
    : `${all} ${found.length === 1 ? "product" : "products"}.`;
  field("hits-said").textContent = found.length ? few : "No product is like that. Try a shorter name, or set the filters back to “all”.";
  const host = field("hits");
  host.replaceChildren();
  if (!found.length) return;
  const table = node(host, "table"), head = node(node(table, "thead"), "tr");
  const value = meta.currency ? `Value (${meta.currency})` : "Value";
  [["Product"], ["Category"], ["Class"], [value, 1], ["Demand (units)", 1], ["Variability", 1], ["Ordered now (units)", 1], ["Missed (units)", 1]]
    .forEach(([text, number]) => { node(head, "th", text, number ? "n" : "").scope = "col"; });
  const body = node(table, "tbody");
  for (const i of found.slice(0, MOST_HITS)) {
    const row = node(body, "tr");
    row.dataset.place = i;
    linkTo(node(row, "td"), i, index.name[i]);
    node(row, "td", index.categories[index.category[i]]);
    node(row, "td", index.abc[i] + index.xyz[i]);
    for (const text of [short(index.value[i]), short(index.demand[i]), percent(index.variability[i]), short(index.now[i]), short(index.missed[i])]) node(row, "td", text, "n");
  }
}

// One product out of its chunk: [from, to) of its points and orders.
function cutOut(part, place) {
  const sum = (counts, end) => counts.slice(0, end).reduce((total, n) => total + n, 0);
  return { points: [sum(part.points, place), sum(part.points, place + 1)], orders: [sum(part.orders, place), sum(part.orders, place + 1)] };
}

// Place of an order's reasons: all have them, or those released now alone.
function reasonsAt(part, i) {
  if (part.binding.length === part.now.length) return i;
  if (!part.now[i]) return -1;
  let at = 0;
  for (let j = 0; j < i; j++) at += part.now[j];
  return at;
}

function whyOf(part, i, scale, meta) {
  const at = reasonsAt(part, i);
  if (at < 0) return "planned; its reasons are in purchase_orders.csv";
  const [cover, safety, has, lot] = part.why.map((column) => column[at] / scale);
  let text = `${short(cover)} for demand ${safety < 0 ? "−" : "+"} ${short(Math.abs(safety))} safety stock − ${short(has)} in stock or coming`;
  if (Math.abs(lot) >= 0.005) text += ` ${lot < 0 ? "−" : "+"} ${short(Math.abs(lot))} by lot rules`;
  const held = meta.bindings[part.binding[at]];
  return held ? `${text}; held back by ${held}` : text;
}

async function openProduct(i, quiet) {
  const host = field("part");
  try {
    const index = await unpack("index"), meta = told("meta");
    const place = index.shown ? index.shown.indexOf(i) : i;
    host.hidden = false;
    host.replaceChildren();
    node(host, "h3", index.name[i]);
    for (const row of field("hits").querySelectorAll("tr")) row.classList.toggle("chosen", row.dataset.place === String(i));
    facts(host, index, i, meta);
    if (place < 0) {
      node(host, "p", "This product has no part of its own here; see projection.csv and purchase_orders.csv.", "empty");
    } else {
      const part = await unpack(`part-${Math.floor(place / meta.chunk)}`);
      places(host, part, place % meta.chunk, meta);
      orderTable(host, part, place % meta.chunk, meta);
    }
    if (!quiet) history.replaceState(null, "", `#product=${encodeURIComponent(index.name[i])}`);
    host.scrollIntoView();
    host.focus({ preventScroll: true });
  } catch (error) { fault(host, error); }
}

function facts(host, index, i, meta) {
  const group = index.categories[index.category[i]];
  const text = [
    group ? `Category ${group}` : "", `class ${index.abc[i]}${index.xyz[i]}`,
    `demand ${short(index.demand[i])} units worth ${short(index.value[i])} ${meta.currency}`.trim(),
    `variability ${percent(index.variability[i])}`,
    index.missed[i] ? `${short(index.missed[i])} units ${meta.waits ? "still wait at the end" : "missed"}` : "no demand is missed",
  ];
  node(host, "p", text.filter((words) => words).join(" · "), "quiet");
}

function places(host, part, at, meta) {
  const [from, to] = cutOut(part, at).points;
  const box = node(host, "div");
  let shown = from;
  const more = node(host, "button");
  more.type = "button";
  const add = () => {
    for (const end = Math.min(to, shown + MOST_PLACES); shown < end; shown++) onePlace(box, part, at, shown, meta);
    more.hidden = shown >= to;
    more.textContent = `Show more locations (${to - shown} left)`;
  };
  more.addEventListener("click", add);
  add();
}

function onePlace(box, part, at, k, meta) {
  const [ofDemand, ofStock] = part.scale.map((list) => list[at]);
  const cells = (name, scale) => part[name].slice(k * meta.n, (k + 1) * meta.n).map((value) => value / scale);
  const axis = { kind: "date", first: meta.first, step: meta.step, n: meta.n, label: meta.step === 7 ? "week from" : "day" };
  const demand = cells("demand", ofDemand), std = cells("std", ofDemand), missed = cells("missed", ofStock);
  const cover = part.cover.slice(k * meta.n, (k + 1) * meta.n).map((value) => (value < 0 ? null : value / 10));
  node(box, "h4", `${meta.locations[part.location[k]]} `).append(node(null, "span", `opens with ${short(part.opening[k] / ofStock)} on hand`, "quiet"));
  const charts = node(box, "div", null, "charts");
  const draw = (title, unit, series) => chart(node(charts, "figure", null, "chart"), { type: "over", title, unit, axis, series, height: 190 });
  const stock = [
    { name: "on hand", kind: "area", colour: "sky", y: cells("closing", ofStock) },
    { name: "arrivals", kind: "bars", colour: "blue", y: cells("receipts", ofStock) },
    { name: "safety stock", kind: "line", colour: "orange", dash: true, y: cells("safety_stock", ofStock) },
  ];
  if (missed.some((value) => value)) stock.push({ name: meta.waits ? "waiting" : "missed", kind: "bars", colour: "vermilion", y: missed });
  draw("Stock", "units", stock);
  if (demand.some((value) => value)) {
    draw("Forecast", `units per ${meta.period}`, [
      { name: "90% range", kind: "band", colour: "green", y: demand.map(() => null), low: demand.map((value, i) => Math.max(0, value - Z90 * std[i])), high: demand.map((value, i) => value + Z90 * std[i]) },
      { name: "mean", kind: "line", colour: "green", y: demand },
    ]);
  } else node(node(charts, "figure", null, "chart"), "p", "Nobody buys here: stock is kept for other locations.", "quiet");
  if (cover.some(known)) draw("Days of cover", "days", [{ name: "", kind: "line", colour: "pink", y: cover }]);
}

function orderTable(host, part, at, meta) {
  const [from, to] = cutOut(part, at).orders, scale = part.scale[2][at];
  node(host, "h4", "Orders and why");
  if (from === to) { node(host, "p", "No orders in this plan: what is there and coming is enough.", "quiet"); return; }
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  rows.sort((a, b) => part.now[b] - part.now[a] || part.day[a] - part.day[b] || a - b);
  const head = [["Release"], ["Order"], ["From"], ["To"], ["Arrives"], ["Quantity (units)", true], ["Why"]];
  rowsOf(node(host, "div"), head, rows.length, (row, place) => {
    const i = rows[place], [start, end] = meta.lanes[part.lane[i]];
    node(node(row, "td"), part.now[i] ? "b" : "span", part.now[i] ? "now" : "planned");
    node(row, "td", dayAfter(meta.first, part.day[i]));
    node(row, "td", start);
    node(row, "td", end);
    node(row, "td", dayAfter(meta.first, part.day[i] + part.arrives[i]));
    node(row, "td", short(part.quantity[i] / scale), "n");
    node(row, "td", whyOf(part, i, scale, meta));
  });
}

async function openNamed(name) {
  const index = await unpack("index"), place = index.name.indexOf(name);
  if (place >= 0) await openProduct(place, true);
}

function startProducts() {
  const refresh = () => search().catch((error) => fault(field("hits"), error));
  let waiting = 0;
  field("finder").addEventListener("submit", (event) => event.preventDefault());
  field("finder").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 120); });
  for (const link of document.querySelectorAll("[data-product]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); openNamed(link.dataset.product); });
  }
  for (const button of document.querySelectorAll("[data-class]")) {
    button.addEventListener("click", () => {
      [field("abc").value, field("xyz").value] = button.dataset.class;
      refresh();
      field("search").scrollIntoView();
    });
  }
  refresh();
  const asked = /^#product=(.*)$/.exec(location.hash);
  if (asked) {
    try { openNamed(decodeURIComponent(asked[1])); } catch { /* an address that was cut off */ }
  }
}
