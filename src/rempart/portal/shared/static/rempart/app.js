/* What pages do beyond HTML. Everything works without this file; nothing here decides anything. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const byId = (id) => document.getElementById(id);

  // The number: spacing as on the card, and the key, checked while it is typed ---------------------
  const CUTS = [0, 1, 3, 5, 7, 10, 13, 15];
  const compact = (text) => text.replace(/[\s.\-\u00a0\u202f]/g, "").toUpperCase();
  const spaced = (number) => CUTS.slice(0, -1).map((cut, i) => number.slice(cut, CUTS[i + 1])).filter(Boolean).join(" ");
  const isCard = (text) => /^\s*R(P(1(\||$)|$)|$)/i.test(text);

  function keyOf(number) {
    const digits = number.replace("2A", "19").replace("2B", "18");
    let rest = 0;
    for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
    return String(97 - rest).padStart(2, "0");
  }

  function stateOf(text) {
    const number = compact(text);
    if (!number) return ["empty"];
    if (isCard(text)) return ["card"];
    if (!/^[1-8]\d{0,4}(\d{0,2}|2[AB]?)\d{0,8}$/.test(number) || number.length > 15) return ["shape"];
    if (number.length < 13) return ["short", 13 - number.length];
    if (number.length < 15) return ["nokey"];
    return [keyOf(number.slice(0, 13)) === number.slice(13) ? "right" : "wrong"];
  }

  function tellState(field) {
    const line = byId("nir-state");
    if (!line) return;
    const [state, missing] = byId("look-up").querySelector("[data-card]").value ? ["card"] : stateOf(field.value);
    line.dataset.state = { right: "right", card: "right", wrong: "wrong", shape: "wrong" }[state] || "";
    line.textContent = (line.dataset[state] || "").replace("%n", missing);
  }

  function spaceOut(field) {
    if (isCard(field.value)) return;
    const before = compact(field.value.slice(0, field.selectionStart)).length;
    const neat = spaced(compact(field.value).slice(0, 15));
    if (field.value === neat) return;
    field.value = neat;
    let at = 0;
    for (let seen = 0; at < neat.length && seen < before; at++) if (neat[at] !== " ") seen++;
    field.setSelectionRange(at, at);
  }

  // The card: a reader types one line and presses Enter --------------------------------------------
  function takeCard(form, field) {
    const parts = field.value.trim().split("|");
    if (parts.length !== 8 || parts[7].length < 80) return false;
    form.querySelector("[data-card]").value = field.value.trim();
    field.value = spaced(parts[4] + keyOf(parts[4]));
    form.querySelector("[data-birth]").value = parts[5].split("-").reverse().join(" ");
    tellState(field);
    return true;
  }

  const forget = (form) => {
    form.querySelector("[data-card]").value = "";
    form.querySelectorAll("[data-rank]").forEach((rank) => rank.remove());
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches("[data-nir]")) {
      forget(field.form);
      if (!event.isComposing) spaceOut(field);
      tellState(field);
    } else if (field.matches("[data-birth]")) {
      forget(field.form);
    }
  });

  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!field.matches || !field.matches("[data-nir]") || !isCard(event.clipboardData.getData("text"))) return;
    setTimeout(() => takeCard(field.form, field) && field.form.requestSubmit(byId("look-up-button")), 0);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Enter" && field.matches("[data-nir]") && isCard(field.value)) takeCard(field.form, field);
  });

  // Keys ------------------------------------------------------------------------------------------
  const KEYS_OFF = "rempart-keys-off";
  const keysOn = () => {
    try { return localStorage.getItem(KEYS_OFF) !== "1"; } catch { return true; }
  };

  function clearSearch() {
    const form = byId("look-up");
    if (!form) return;
    for (const name of ["nir", "birth_date", "amc", "member_number"]) form.elements[name].value = "";
    forget(form);
    byId("answer").replaceChildren();
    tellState(form.elements.nir);
    form.elements.nir.focus();
  }

  // Through a list, row by row: Enter then opens the row's link as it opens any.
  function step(by) {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.findIndex((row) => row.closest("tr, li").contains(document.activeElement));
    rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && (!typing || typing.form === byId("look-up"))) {
      clearSearch();
    } else if (!typing && keysOn() && event.key === "/") {
      const search = document.querySelector("[data-nir], [data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (!typing && keysOn() && (event.key === "j" || event.key === "k")) {
      step(event.key === "j" ? 1 : -1);
    } else if (!typing && keysOn() && event.key === "?") {
      byId("shortcuts")?.showModal();
    }
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-shortcuts]")) return;
    try { localStorage.setItem(KEYS_OFF, event.target.checked ? "0" : "1"); } catch { /* the choice lasts for this page */ }
  });

  // Buttons ---------------------------------------------------------------------------------------
  async function copy(button) {
    const text = byId(button.dataset.copy).textContent;
    const words = button.querySelector("span");
    const before = words.textContent;
    await navigator.clipboard.writeText(text);
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = before; }, 2000);
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-copy]")) copy(at("[data-copy]"));
    else if (at("[data-print]")) window.print();
    else if (at("[data-open]")) { at("details")?.removeAttribute("open"); byId(at("[data-open]").dataset.open).showModal(); }
    else if (at("[data-goto]")) { event.preventDefault(); const field = byId(at("[data-goto]").dataset.goto); field.focus(); field.select(); }
    else if (at("[data-pause]")) pause(at("[data-pause]"));
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // Partial pages ---------------------------------------------------------------------------------
  // htmx sees a pressed button inside its form only; ranks and "person present" stand beside it.
  document.addEventListener("htmx:configRequest", (event) => {
    const pressed = event.detail.triggeringEvent?.submitter;
    if (pressed?.name) event.detail.parameters[pressed.name] = pressed.value;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target } = event.detail;
    // Anything but the fragment asked for (a sign-in page, an error page) is a page of its own.
    if (xhr.getResponseHeader("X-Fragment") !== target.id) {
      event.detail.shouldSwap = false;
      if (xhr.status < 500) window.location.reload(); else trouble();
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "counter") {
      const form = byId("look-up");
      (form.querySelector("[aria-invalid]") || document.querySelector("#counter [data-focus]"))?.focus();
    }
    if (event.detail.target.id === "card") event.detail.target.querySelector("[data-copy]")?.focus();
  });
  document.addEventListener("htmx:afterSettle", () => {
    const field = document.querySelector("[data-nir]");
    if (field) tellState(field);
  });
  const trouble = () => { const place = byId("trouble"); if (place) place.textContent = place.dataset.trouble; };
  document.addEventListener("htmx:sendError", trouble);
  document.addEventListener("htmx:timeout", trouble);
  document.addEventListener("htmx:beforeRequest", () => { const place = byId("trouble"); if (place) place.textContent = ""; });

  // Live parts: a tick every so many milliseconds, none while paused or hidden ---------------------
  function pause(button) {
    const live = byId(button.dataset.pause);
    const paused = live.toggleAttribute("data-paused");
    button.setAttribute("aria-pressed", String(paused));
    byId(button.dataset.pause + "-state")?.classList.toggle("paused", paused);
  }
  document.querySelectorAll("[data-every]").forEach((live) => {
    setInterval(() => {
      const now = byId(live.id);
      if (now && !document.hidden && !now.hasAttribute("data-paused")) window.htmx?.trigger(now, "tick");
    }, Number(live.dataset.every));
  });

  const first = document.querySelector("[data-nir]");
  if (first) tellState(first);
  const keys = document.querySelector("[data-shortcuts]");
  if (keys) keys.checked = keysOn();
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();
})();
