/* Passkeys: hands the server's question to the browser, and the browser's answer to the form. Decides nothing. */
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

  // JSON has no bytes: they travel as base64url (RFC 4648, section 5).
  function question({ publicKey }) {
    publicKey.challenge = bytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
    for (const list of [publicKey.allowCredentials, publicKey.excludeCredentials]) {
      for (const one of list || []) one.id = bytes(one.id);
    }
    return { publicKey };
  }

  function answer(credential) {
    const response = {};
    for (const part of PARTS) if (credential.response[part]) response[part] = text(credential.response[part]);
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  }

  async function options(form) {
    const body = new URLSearchParams(new FormData(form));
    const found = await fetch(form.dataset.options, { method: "POST", body, headers: { Accept: "application/json" } });
    if (found.ok && !found.redirected) return question(await found.json());
    window.location.reload(); // a fresh proof is asked first, or the session has ended: the page says so
    return new Promise(() => {});
  }

  const reason = (fault) => ({ NotAllowedError: "stopped", AbortError: "stopped", InvalidStateError: "known" })[fault.name] || "failed";

  function say(form, word) {
    const place = form.querySelector("[data-trouble]");
    place.textContent = word ? place.dataset[word] : "";
    place.hidden = !word;
  }

  async function ask(form) {
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    say(form, "");
    try {
      const credential = await navigator.credentials[form.dataset.passkey](await options(form));
      form.elements.credential.value = answer(credential);
      form.submit();
    } catch (fault) {
      say(form, reason(fault));
      button.disabled = false;
      button.focus();
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-passkey]")) return;
    event.preventDefault();
    if (window.PublicKeyCredential) ask(event.target);
    else say(event.target, "none");
  });

  // Going back to a page that the browser kept: its button must work again.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-passkey] button")) button.disabled = false;
  });
})();
