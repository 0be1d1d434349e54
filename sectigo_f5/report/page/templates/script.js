
"use strict";
document.documentElement.classList.add("js"); // before the table is there: the details are never laid out
addEventListener("DOMContentLoaded", () => {
  const byId = (id) => document.getElementById(id);
  const table = document.querySelector("table");
  const bodies = [...table.tBodies];
  const [find, show, told, nothing] = ["find", "show", "told", "nothing"].map(byId);
  const headings = [...table.tHead.rows[0].cells];
  const texts = new Map();

  // -- how old the page is
  const hours = Math.floor((Date.now() - Date.parse(byId("made").dateTime)) / 3600000);
  if (hours >= 1) {
    const age = hours < 48 ? `${hours} hour${hours === 1 ? "" : "s"}` : `${Math.floor(hours / 24)} days`;
    byId("age").textContent = ` (${age} ago)`;
    byId("age").classList.toggle("old", hours >= 36);
  }

  // -- a detail opens below its certificate
  const buttonOf = (body) => body.querySelector("button.name");
  function open(body, wanted) {
    const [, more] = body.rows;
    more.classList.toggle("open", wanted);
    more.querySelector("details").open = wanted;
    buttonOf(body).setAttribute("aria-expanded", String(wanted));
  }
  for (const body of bodies) {
    const link = body.querySelector("a.name");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "name";
    button.textContent = link.textContent;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", link.hash.slice(1));
    button.addEventListener("click", () => open(body, button.getAttribute("aria-expanded") === "false"));
    link.replaceWith(button);
  }
  function follow() {
    const target = location.hash.length > 1 && byId(location.hash.slice(1));
    const body = target && target.closest("tbody");
    if (!body) return;
    if (body.hidden) {
      find.value = show.value = "";
      filter();
    }
    open(body, true);
    body.scrollIntoView({ block: "start" });
    buttonOf(body).focus({ preventScroll: true });
  }
  addEventListener("hashchange", follow);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#c']");
    if (link && link.hash === location.hash) follow();
  });

  // -- what is shown
  function textOf(body) {
    if (!texts.has(body)) texts.set(body, body.textContent.toLowerCase());
    return texts.get(body);
  }
  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const body of bodies) {
      const kept = !show.value || body.dataset.keys.split(" ").includes(show.value);
      body.hidden = !(kept && words.every((word) => textOf(body).includes(word)));
      count += body.hidden ? 0 : 1;
    }
    const all = bodies.length;
    told.textContent = `${count === all ? "" : `${count} of `}${all} certificate${all === 1 ? "" : "s"}`;
    nothing.hidden = count > 0;
  }
  find.addEventListener("input", filter);
  show.addEventListener("change", filter);
  for (const link of document.querySelectorAll("[data-show]")) {
    link.addEventListener("click", () => {
      find.value = "";
      show.value = link.dataset.show;
      filter();
    });
  }

  // -- in which order
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  function valueOf(body, place, kind) {
    if (kind === "order") return Number(body.dataset.order);
    const text = body.rows[0].cells[place].textContent.trim();
    if (text === "–") return null;
    return kind === "number" ? Number(text) : text;
  }
  function sort(heading) {
    const downward = heading.getAttribute("aria-sort") === "ascending";
    const { kind } = heading.dataset;
    const place = headings.indexOf(heading);
    const valued = bodies.map((body) => ({ body, value: valueOf(body, place, kind) }));
    valued.sort((one, other) => {
      if (one.value === null || other.value === null) return (one.value === null) - (other.value === null);
      const order = kind === "text" ? compare(one.value, other.value) : one.value - other.value;
      return downward ? -order : order;
    });
    for (const each of headings) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", downward ? "descending" : "ascending");
    table.append(...valued.map(({ body }) => body));
    told.textContent = `sorted by ${heading.textContent.toLowerCase()}, ${downward ? "descending" : "ascending"}`;
  }
  for (const heading of headings) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(heading));
    heading.replaceChildren(button);
  }

  document.querySelector(".tools").hidden = false;
  if (show.value || find.value) filter();
  follow();
});
