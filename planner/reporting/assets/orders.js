// Orders to release now: a lane's list is made when its line is opened.
const FIRST_ROWS = 25;
const MORE_ROWS = 100;

function rowsOf(host, head, n, fill) {
  host.replaceChildren();
  const wide = node(host, "div", null, "wide"), table = node(wide, "table");
  const line = node(node(table, "thead"), "tr");
  for (const [text, number] of head) node(line, "th", text, number ? "n" : "").scope = "col";
  const body = node(table, "tbody");
  let shown = 0;
  const more = node(host, "button");
  more.type = "button";
  const add = () => {
    for (const end = Math.min(n, shown + (shown ? MORE_ROWS : FIRST_ROWS)); shown < end; shown++) fill(node(body, "tr"), shown);
    more.hidden = shown >= n;
    more.textContent = `Show ${short(Math.min(MORE_ROWS, n - shown))} more of ${commas(String(n))}`;
  };
  more.addEventListener("click", add);
  add();
}

function linkTo(cell, product, name) {
  const link = node(cell, "a", name);
  link.href = "#search";
  link.addEventListener("click", (event) => { event.preventDefault(); openProduct(product); });
}

async function laneOrders(details) {
  const host = details.querySelector("div");
  if (host.children.length) return;
  const [list, index] = await Promise.all([unpack(`orders-${details.dataset.orders}`), unpack("index")]);
  const meta = told("meta"), binds = list.binding.some((place) => place);
  const head = [["Product"], ["Order"], ["Arrives"], ["Quantity (units)", true]];
  if (binds) head.push(["Held back by"]);
  rowsOf(host, head, list.product.length, (row, i) => {
    linkTo(node(row, "td"), list.product[i], index.name[list.product[i]]);
    node(row, "td", dayAfter(meta.first, list.day[i]));
    node(row, "td", dayAfter(meta.first, list.arrives[i]));
    node(row, "td", short(list.quantity[i]), "n");
    if (binds) node(row, "td", meta.bindings[list.binding[i]]);
  });
}

function startOrders() {
  for (const details of document.querySelectorAll("[data-orders]")) {
    details.addEventListener("toggle", () => {
      if (details.open) laneOrders(details).catch((error) => fault(details.querySelector("div"), error));
    });
  }
}
