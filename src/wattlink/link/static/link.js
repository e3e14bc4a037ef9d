// Makes the pages smoother; each of them works without it.
"use strict";

const oneButtonOnce = (form) => {
  const button = form.querySelector("button.button--main, button.button--second");
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    button.setAttribute("aria-disabled", "true");
    (button.querySelector("span") ?? button).textContent = form.dataset.once;
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
};

const showPassword = (field) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "field__inside";
  const tell = () => {
    const hidden = field.type === "password";
    button.textContent = hidden ? field.dataset.show : field.dataset.hide;
    button.setAttribute("aria-pressed", String(!hidden));
  };
  button.addEventListener("click", () => {
    field.type = field.type === "password" ? "text" : "password";
    tell();
    field.focus();
  });
  tell();
  button.setAttribute("aria-controls", field.id);
  field.after(button);
  field.form.addEventListener("submit", () => (field.type = "password"));
};

const filterBrands = (search) => {
  const field = search.querySelector("input");
  const list = document.querySelector("[data-brands]");
  const entries = [...list.querySelectorAll("[data-name]")];
  const none = list.querySelector("[data-none]");
  const missing = document.querySelector("[data-missing]");
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").trim();
  const filter = () => {
    const wanted = plain(field.value);
    for (const entry of entries) entry.hidden = !plain(entry.dataset.name).includes(wanted);
    for (const heading of list.querySelectorAll("[data-heading]")) heading.hidden = wanted !== "";
    none.hidden = entries.some((entry) => !entry.hidden);
    missing.search = wanted === "" ? "" : new URLSearchParams({ q: field.value.trim() });
  };
  field.addEventListener("input", filter);
  filter(); // for what was typed before this ran, or is still there after "back"
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = entries.filter((entry) => !entry.hidden);
    if (shown.length > 0) shown[0].querySelector("button").focus();
  });
};

const follow = (list) => {
  const said = document.querySelector("[data-said]");
  const waits = document.querySelector("[data-waits]");
  let told = said.textContent; // what else was said since, such as "Copied", stays
  const tell = (now) => {
    if (now.mark !== list.dataset.mark) return location.replace(location.pathname);
    [...list.children].forEach((entry, index) => {
      entry.className = `is-${now.standings[index]}`;
      if (now.standings[index] === "current") entry.setAttribute("aria-current", "step");
      else entry.removeAttribute("aria-current");
    });
    if (told !== now.said) said.textContent = told = now.said;
    if (waits) {
      waits.hidden = !now.waits;
      waits.querySelector("[data-waits-text]").textContent = now.waits;
      document.querySelector("[data-early]").hidden = !now.may_leave;
    }
    again();
  };
  const ask = () =>
    fetch(list.dataset.progress, { headers: { accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then(tell)
      .catch(again);
  const again = () => setTimeout(ask, 1000);
  again();
};

const copies = (button) => {
  const said = document.querySelector("[data-said]");
  const text = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  const select = () => getSelection().selectAllChildren(text);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      select();
      if (!document.execCommand("copy")) return;
    }
    button.textContent = said.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 2000);
  };
  button.addEventListener("click", copy);
  button.hidden = false;
};

for (const button of document.querySelectorAll("[data-copy]")) copies(button);
for (const form of document.querySelectorAll("[data-once]")) oneButtonOnce(form);
for (const field of document.querySelectorAll("[data-show]")) showPassword(field);
for (const search of document.querySelectorAll("[data-filter]")) filterBrands(search);
for (const list of document.querySelectorAll("[data-progress]")) follow(list);
