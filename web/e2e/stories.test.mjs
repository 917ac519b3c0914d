// What people do all day, in two languages, in a real browser against the real program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openHouse } from "./house.mjs";

let house;
before(async () => { house = await openHouse(); }, { timeout: 120_000 });
after(() => house?.close());

test("the policy of every page lets nothing foreign in", async () => {
  for (const path of ["/console/", "/portal/"]) {
    const answer = await fetch(`${house.base}${path}`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(await answer.text(), /<script(?![^>]* src=)/);
  }
});
