/* The support portal inside another page: window.Yinuo.open({ product, instance, token }). How the two sides talk: HANDSHAKE.md. */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.Yinuo) return;
  const home = new URL(script.src).origin, embed = script.dataset.embed || "";
  const chinese = (document.documentElement.lang || navigator.language || "").toLowerCase().startsWith("zh");
  const words = chinese
    ? { open: "技术支持", away: "服务窗口没有打开。可能是这个页面没有登记，或网络不通。", portal: "前往服务中心（新标签页）", close: "关闭" }
    : { open: "Support", away: "The support window did not open. This page may not be registered, or the network is down.", portal: "Go to the portal, new tab", close: "Close" };
  let about = {}, frame = null, panel = null, button = null, opener = null, unread = 0, heard = false, making = null, silence = 0;

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
  /** The frame asks until it is greeted; one token is made meanwhile, however often it asks. */
  async function greet() {
    if (making) return;
    making = token();
    const made = await making;
    making = null;
    say({ yinuo: "hello", embed, ...fields(), language: about.language || "", ...made });
  }
  async function hear(event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const said = event.data;
    if (!said || typeof said !== "object" || typeof said.yinuo !== "string") return;
    heard = true;
    if (said.yinuo === "ready") greet();
    else if (said.yinuo === "token?") say({ yinuo: "token", ...(await token()) });
    else if (said.yinuo === "close") close();
    else if (said.yinuo === "height" && Number.isFinite(said.px)) style(panel, { height: "min(" + Math.max(320, said.px) + "px, calc(100vh - 32px))" });
    else if (said.yinuo === "unread" && Number.isFinite(said.n)) { unread = said.n; label(); }
  }
  addEventListener("message", hear);

  function style(node, rules) { for (const [name, value] of Object.entries(rules)) node.style.setProperty(name, value, "important"); }
  /** Not by `hidden`: a rule of the page's own for `div` or `button` would show it all the same. */
  function show(node, as) { if (node) style(node, { display: as }); }
  function make() {
    panel = document.createElement("div");
    style(panel, { position: "fixed", right: "16px", bottom: "16px", width: "min(420px, calc(100vw - 32px))", height: "min(680px, calc(100vh - 32px))", "z-index": "2147483000", "border-radius": "12px", overflow: "hidden", "box-shadow": "0 8px 40px rgba(0,0,0,.28)", background: "Canvas", color: "CanvasText" });
    frame = document.createElement("iframe");
    const address = new URL("/portal/embed", home);
    address.searchParams.set("embed", embed);
    address.searchParams.set("origin", location.origin);
    if (about.language) address.searchParams.set("lang", about.language);
    frame.title = words.open;
    frame.setAttribute("allow", "clipboard-write");
    frame.referrerPolicy = "origin";
    style(frame, { border: "0", width: "100%", height: "100%", display: "block" });
    frame.src = address.href;
    panel.append(frame);
    document.body.append(panel);
    silence = setTimeout(() => { if (!heard) away(); }, 12000);
  }
  /** A frame that was refused (or never came) cannot close itself: say so here, with the way out. */
  function away() {
    const box = document.createElement("div"), text = document.createElement("p"), link = document.createElement("a"), shut = document.createElement("button");
    box.setAttribute("role", "alert");
    style(box, { display: "block", padding: "16px", font: "15px/1.6 system-ui, sans-serif" });
    style(text, { margin: "0 0 8px" });
    text.textContent = words.away;
    link.textContent = words.portal;
    link.href = home + "/portal/";
    link.target = "_blank";
    link.rel = "noopener";
    shut.type = "button";
    shut.textContent = words.close;
    style(shut, { "margin-left": "16px", font: "inherit" });
    shut.addEventListener("click", () => { panel.remove(); panel = frame = null; close(); });
    box.append(text, link, shut);
    frame.remove();
    style(panel, { height: "auto" });
    panel.append(box);
  }
  function open(options) {
    const again = options && typeof options === "object" ? options : {};
    about = { ...about, ...again };
    if (document.activeElement !== frame) opener = document.activeElement;
    if (!frame) make();
    else {
      show(panel, "block");
      if ("product" in again || "instance" in again) say({ yinuo: "prefill", ...fields() });
      if (heard) say({ yinuo: "shown" });
      frame.focus();
    }
    show(button, "none");
  }
  function close() {
    clearTimeout(silence);
    show(panel, "none");
    show(button, "block");
    const back = opener && document.contains(opener) && opener !== document.body ? opener : button;
    if (back && back.focus) back.focus();
  }
  /** What `open` starts from when the button is pressed: the token function above all. */
  function configure(options) { about = { ...about, ...options }; }

  function label() { if (button) button.textContent = unread > 0 ? words.open + " (" + unread + ")" : words.open; }
  function addButton() {
    button = document.createElement("button");
    button.type = "button";
    style(button, { position: "fixed", right: "16px", bottom: "16px", display: "block", width: "auto", margin: "0", "z-index": "2147482999", padding: "10px 16px", border: "0", "border-radius": "999px", font: "600 14px system-ui, sans-serif", color: "#fff", background: "#17695e", cursor: "pointer", "box-shadow": "0 2px 12px rgba(0,0,0,.25)" });
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
