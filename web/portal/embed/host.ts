/** The talk with the page around this one (HANDSHAKE.md), and the bearer its word buys: kept in a variable, renewed before it ends and after it was refused. */
import { Refusal, type Me, type Pass } from "@api/client";

const READY_EVERY = 500, READY_FOR = 10_000, TOKEN_WITHIN = 15_000, BEFORE_END = 60_000, LASTS_LEAST = 90_000;
/** The refusal of whatever is asked while there is no bearer; the bar above says why. */
export const LOST = "embed_lost";
export interface About { product: string; instance: string; language: string }
/** What keeps somebody out: no page around, one that does not answer, one that cannot vouch, one whose word the house does not take. */
export type Trouble = { kind: "alone" } | { kind: "silent" } | { kind: "unvouched"; why: string } | { kind: "refused"; error: Refusal };
export interface Stand { me: Me | null; trouble: Trouble | null; about: About; /** How often the window was shown again. */ shown: number }
export interface Bearer { token: string; /** For how long, by the house's watch. */ lasts: number; me: Me }
/** Buys a bearer with the host's word. Throws a Refusal. */
export type Enter = (embed: string, token: string, origin: string) => Promise<Bearer>;
type Said = Record<string, unknown>;

export class Host implements Pass {
  private stand: Stand = { me: null, trouble: null, about: { product: "", instance: "", language: "" }, shown: 0 };
  private watchers = new Set<() => void>();
  private secret = "";
  private until = 0;
  private greeted = false;
  private embed: string;
  private origin: string | null;
  private renewing: Promise<string> | null = null;
  private answered: ((said: Said) => void) | null = null;
  private knocking: ReturnType<typeof setInterval> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  /** What a question that cannot be asked any more is told; set by who knows the words. */
  words: (trouble: Trouble) => [title: string, detail: string] = () => ["", ""];

  constructor(private here: Pick<Window, "parent" | "addEventListener">, asked: URLSearchParams, private enter: Enter) {
    this.embed = asked.get("embed") ?? "";
    const origin = asked.get("origin") ?? "";
    this.origin = isOrigin(origin) ? origin : null;
  }
  start() {
    if ((this.here as unknown) === this.here.parent) return this.be({ trouble: { kind: "alone" } });
    if (!this.origin) return this.be({ trouble: { kind: "silent" } });
    this.here.addEventListener("message", (event) => this.hear(event));
    addEventListener("online", () => { if (this.stand.trouble?.kind === "refused" && this.stand.trouble.error.offline) this.again(); });
    this.knock();
  }
  /** Says "ready" until somebody answers. */
  private knock() {
    const from = Date.now(), knock = () => {
      if (Date.now() - from < READY_FOR) return this.say({ yinuo: "ready" });
      clearInterval(this.knocking);
      this.be({ trouble: { kind: "silent" } });
    };
    clearInterval(this.knocking);
    this.knocking = setInterval(knock, READY_EVERY);
    knock();
  }
  say(word: { yinuo: string } & Said) { if (this.origin && (this.here as unknown) !== this.here.parent) this.here.parent.postMessage(word, this.origin); }
  private hear({ source, origin, data }: MessageEvent) {
    if (source !== this.here.parent || origin !== this.origin || !data || typeof data !== "object" || typeof (data as Said).yinuo !== "string") return;
    const said = data as Said;
    switch (said.yinuo) {
      case "hello": {
        // The host greets as often as it hears "ready"; once is enough, and each greeting's token would be spent.
        if (this.greeted) return;
        this.greeted = true;
        clearInterval(this.knocking);
        this.embed = text(said.embed) || this.embed;
        this.be({ about: { product: text(said.product), instance: text(said.instance), language: text(said.language) } });
        this.renewing ??= this.take(said).finally(() => { this.renewing = null; });
        this.renewing.catch(() => undefined);
        return;
      }
      case "token": this.answered?.(said); return;
      case "prefill": this.be({ about: { ...this.stand.about, product: text(said.product), instance: text(said.instance) } }); return;
      case "shown": this.be({ shown: this.stand.shown + 1 }); return;
    }
  }
  /** The host's word, handed to the house. */
  private async take(said: Said): Promise<string> {
    const token = text(said.token);
    if (!token) throw this.lost({ kind: "unvouched", why: text(said.error) });
    try {
      const { token: secret, lasts, me } = await this.enter(this.embed, token, this.origin!);
      const good = Math.max(lasts, LASTS_LEAST);
      this.secret = secret;
      this.until = Date.now() + good;
      clearTimeout(this.renewal);
      this.renewal = setTimeout(() => void this.fresh(secret).catch(() => undefined), good - BEFORE_END);
      this.be({ me, trouble: null });
      return secret;
    } catch (e) {
      throw this.lost({ kind: "refused", error: e instanceof Refusal ? e : new Refusal(0, "offline", "", null, [], "") });
    }
  }
  private lost(trouble: Trouble): Refusal {
    this.be({ trouble });
    return this.refusal(trouble);
  }
  private refusal(trouble: Trouble) {
    if (trouble.kind === "refused" && trouble.error.offline) return trouble.error;
    return new Refusal(401, LOST, ...this.words(trouble), [], "");
  }
  /** The bearer of now; another one where it is over. */
  async now(): Promise<string> {
    return this.secret && Date.now() < this.until ? this.secret : this.fresh(this.secret);
  }
  async fresh(old: string): Promise<string> {
    if (this.secret && this.secret !== old) return this.secret;
    // Nobody is asked again and again: after a "no" only who presses "again" asks; a line that was down is tried whenever something is asked.
    const { trouble } = this.stand;
    if (trouble && !(trouble.kind === "refused" && trouble.error.offline)) throw this.refusal(trouble);
    this.renewing ??= this.ask().then((said) => this.take(said)).finally(() => { this.renewing = null; });
    return this.renewing;
  }
  private ask(): Promise<Said> {
    return new Promise((give) => {
      const timer = setTimeout(() => this.answered?.({ silent: true }), TOKEN_WITHIN);
      this.answered = (said) => { clearTimeout(timer); this.answered = null; give(said); };
      this.say({ yinuo: "token?" });
    }).then((said) => { if ((said as Said).silent) throw this.lost({ kind: "silent" }); return said as Said; });
  }
  again() {
    this.be({ trouble: null });
    if (this.greeted) void this.fresh(this.secret).catch(() => undefined); else this.knock();
  }
  private be(part: Partial<Stand>) { this.stand = { ...this.stand, ...part }; for (const w of this.watchers) w(); }
  readonly get = () => this.stand;
  readonly watch = (f: () => void) => { this.watchers.add(f); return () => { this.watchers.delete(f); }; };
}
const text = (value: unknown) => (typeof value === "string" ? value.trim().slice(0, 8000) : "");
function isOrigin(text: string) { try { return new URL(text).origin === text; } catch { return false; } }
