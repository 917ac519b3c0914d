/* The support portal inside another page: window.Yinuo.open({ product, instance, token }). How the two sides talk: HANDSHAKE.md. */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.Yinuo) return;
  const home = new URL(script.src).origin, embed = script.dataset.embed || "";
  const chinese = (document.documentElement.lang || navigator.language || "").toLowerCase().startsWith("zh");
  const words = chinese ? { open: "技术支持", title: "技术支持" } : { open: "Support", title: "Support" };
  let about = {}, frame = null, panel = null, button = null, opener = null, unread = 0;

  const say = (word) => frame && frame.contentWindow && frame.contentWindow.postMessage(word, home);
  /** A fresh token each time: it is good once. */
  async function token() {
    try {
      const made = await (about.token ? about.token() : Promise.reject(new Error("no token function")));
      return typeof made === "string" && made ? { token: made.trim() } : { error: "empty" };
    } catch (e) {
      return { error: String((e && e.message) || e) };
    }
  }
  const fields = () => ({ product: about.product || "", instance: about.instance || "" });
  async function hear(event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const said = event.data;
    if (!said || typeof said !== "object" || typeof said.yinuo !== "string") return;
    if (said.yinuo === "ready") say({ yinuo: "hello", embed, ...fields(), language: about.language || "", ...(await token()) });
    else if (said.yinuo === "token?") say({ yinuo: "token", ...(await token()) });
    else if (said.yinuo === "close") close();
    else if (said.yinuo === "height" && Number.isFinite(said.px)) panel.style.height = Math.max(320, Math.min(said.px, innerHeight - 32)) + "px";
    else if (said.yinuo === "unread" && Number.isFinite(said.n)) { unread = said.n; label(); }
  }
  addEventListener("message", hear);

  function style(node, rules) { for (const [name, value] of Object.entries(rules)) node.style.setProperty(name, value); }
  function make() {
    panel = document.createElement("div");
    style(panel, { position: "fixed", right: "16px", bottom: "16px", width: "min(420px, calc(100vw - 32px))", height: "min(680px, calc(100vh - 32px))", "z-index": "2147483000", "border-radius": "12px", overflow: "hidden", "box-shadow": "0 8px 40px rgba(0,0,0,.28)", background: "Canvas" });
    frame = document.createElement("iframe");
    const address = new URL("/portal/embed", home);
    address.searchParams.set("embed", embed);
    address.searchParams.set("origin", location.origin);
    if (about.language) address.searchParams.set("lang", about.language);
    frame.title = words.title;
    frame.setAttribute("allow", "clipboard-write");
    frame.referrerPolicy = "origin";
    style(frame, { border: "0", width: "100%", height: "100%", display: "block" });
    frame.src = address.href;
    panel.append(frame);
    document.body.append(panel);
  }
  function open(options) {
    const again = options && typeof options === "object" ? options : {};
    about = { ...about, ...again };
    opener = document.activeElement;
    if (!frame) make();
    else {
      panel.hidden = false;
      if ("product" in again || "instance" in again) say({ yinuo: "prefill", ...fields() });
      say({ yinuo: "shown" });
      frame.focus();
    }
    if (button) button.hidden = true;
  }
  function close() {
    if (panel) panel.hidden = true;
    if (button) button.hidden = false;
    const back = opener && document.contains(opener) && opener !== document.body ? opener : button;
    if (back && back.focus) back.focus();
  }
  /** What `open` starts from when the button is pressed: the token function above all. */
  function configure(options) { about = { ...about, ...options }; }

  function label() { if (button) button.textContent = unread > 0 ? words.open + " (" + unread + ")" : words.open; }
  function addButton() {
    button = document.createElement("button");
    button.type = "button";
    style(button, { position: "fixed", right: "16px", bottom: "16px", "z-index": "2147482999", padding: "10px 16px", border: "0", "border-radius": "999px", font: "600 14px system-ui, sans-serif", color: "#fff", background: "#1a4fd0", cursor: "pointer", "box-shadow": "0 2px 12px rgba(0,0,0,.25)" });
    label();
    button.addEventListener("click", () => open());
    document.body.append(button);
  }
  window.Yinuo = Object.freeze({ open, close, configure });
  if (script.dataset.button !== "off") {
    if (document.body) addButton();
    else addEventListener("DOMContentLoaded", addButton);
  }
})();
