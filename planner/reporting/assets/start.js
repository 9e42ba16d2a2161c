// Data of the page: plain, or packed (gzip in base64) until somebody asks.
const told = (name) => JSON.parse(document.getElementById(name).textContent);

const unpacked = new Map();
async function unpack(name) {
  if (unpacked.has(name)) return unpacked.get(name);
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser is too old to unpack this part. Use one from 2023 or later, or the tables beside this page.");
  }
  const bytes = Uint8Array.from(atob(document.getElementById(name).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const found = JSON.parse(await new Response(stream).text());
  // A few are kept, not all: a big plan has hundreds of them.
  if (unpacked.size > 4) for (const old of unpacked.keys()) { if (old !== "index") { unpacked.delete(old); break; } }
  unpacked.set(name, found);
  return found;
}

function fault(host, error) {
  host.hidden = false;
  host.replaceChildren();
  node(host, "p", error.message, "fault");
}

for (const host of document.querySelectorAll("[data-chart]")) chart(host, told(host.dataset.chart));

for (const choice of document.querySelectorAll("[data-choice]")) {
  const host = document.getElementById(`${choice.dataset.choice}-shown`);
  const show = () => unpack(choice.dataset.choice)
    .then((specs) => chart(host, specs[Number(choice.value)])).catch((error) => fault(host, error));
  choice.addEventListener("change", show);
  show();
}

if (typeof startOrders === "function") startOrders();
if (typeof startProducts === "function") startProducts();

addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll("main details:not(.chart details)")) more.open = true;
});
