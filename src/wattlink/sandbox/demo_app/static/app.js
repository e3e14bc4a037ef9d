// Keeps the page up to date without reloading it: looks again when the stream says so, and patches what changed.

let looking = false;
let again = false;

const stream = new EventSource("/live");
stream.addEventListener("look", look);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-stay]")) return;
  event.preventDefault();
  const pressed = form.querySelector("button");
  pressed.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    show(await fetch(form.action, { method: "POST", body }));
  } finally {
    pressed.disabled = false;
  }
});

async function look() {
  if (document.hidden) return;
  again = looking;
  if (looking) return;
  looking = true;
  try {
    await show(await fetch("/"));
  } finally {
    looking = false;
    if (again) look();
  }
}

async function show(answer) {
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  patch(document.querySelector("main"), page.querySelector("main"));
}

// Makes `shown` like `wanted`, keeping its nodes where they mean the same, so that bars move and focus stays.
function patch(shown, wanted) {
  if (shown.nodeName !== wanted.nodeName) return shown.replaceWith(wanted);
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.nodeValue !== wanted.nodeValue) shown.nodeValue = wanted.nodeValue;
    return;
  }
  patchAttributes(shown, wanted);
  const keyed = new Map([...shown.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let next = shown.firstChild;
  for (const child of [...wanted.childNodes]) {
    const same = keyOf(child) ? keyed.get(keyOf(child)) : next && !keyOf(next) ? next : undefined;
    if (!same) {
      if (keyOf(child)) child.classList.add("arrived"); // until the next look
      shown.insertBefore(child, next);
      continue;
    }
    if (same === next) next = next.nextSibling;
    else shown.insertBefore(same, next);
    patch(same, child);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

function patchAttributes(shown, wanted) {
  const isKept = (name) => name === "open"; // what the person opened stays open
  for (const { name } of [...shown.attributes]) if (!wanted.hasAttribute(name) && !isKept(name)) shown.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (shown.getAttribute(name) !== value && !isKept(name)) shown.setAttribute(name, value);
  }
}

function keyOf(node) {
  return node.dataset?.key;
}
