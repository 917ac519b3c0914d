/** What a host puts into its page and on its server. Code to copy, the same in every language. */
export const tagOf = (origin: string, id: string) => `<script src="${origin}/embed.js" data-embed="${id}" async></script>`;
/** The script comes by itself: once the page is loaded it is there. */
export const openOf = () => `addEventListener("load", () => {
  Yinuo.configure({
    product: "ecs",
    instance: "i-0abc123",
    token: () => fetch("/support-token", { method: "POST" }).then((r) => r.text()),
  });
  document.querySelector("#help").onclick = () => Yinuo.open();
});`;
/** Node.js without any package; ES256 and EdDSA and RS256 differ in one line. */
export function signOf(origin: string, id: string, alg: string): string {
  const sign = alg === "ES256" ? 'sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" })' : alg === "EdDSA" ? "sign(null, Buffer.from(text), key)" : 'sign("sha256", Buffer.from(text), key)';
  return `import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const key = createPrivateKey(readFileSync("support-key.pem"));
const part = (o) => Buffer.from(JSON.stringify(o)).toString("base64url");

export function supportToken(person) {
  const iat = Math.floor(Date.now() / 1000);
  const head = { alg: "${alg}", typ: "JWT" };
  const claims = {
    iss: "${id}",
    sub: person.email,
    aud: "${origin}",
    iat, exp: iat + 300, jti: randomUUID(),
  };
  const text = part(head) + "." + part(claims);
  return text + "." + ${sign}.toString("base64url");
}`;
}
export const makeKeyOf = (alg: string) =>
  `${alg === "ES256" ? "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256" : alg === "EdDSA" ? "openssl genpkey -algorithm ed25519" : "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072"} -out support-key.pem
openssl pkey -in support-key.pem -pubout`;
