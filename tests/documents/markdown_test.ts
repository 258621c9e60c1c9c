import assert from "node:assert/strict";
import { anchorsOf, blocksOf, codeSpansOf, linksOf } from "./markdown.ts";

const DOCUMENT = `# The CA's key, and \`more\`

Text with \`caucase
client\`, [a link](a.md#b) and <img src="c.svg">.

\`\`\`console again
$ echo "[no](link)"
# no heading
\`\`\`

## More
## More
\`\`\`json title="/etc/x"
{}
\`\`\`
`;

Deno.test("blocksOf() gives blocks with what is said about them", () => {
  const [first, second, ...others] = blocksOf(DOCUMENT);
  assert.deepEqual(others, []);
  assert.equal(first?.line, 6);
  assert.equal(first?.language, "console");
  assert.equal(first?.attributes, "again");
  assert.equal(first?.section, "the-cas-key-and-more");
  assert.deepEqual(first?.lines, ['$ echo "[no](link)"', "# no heading"]);
  assert.match(first?.prose ?? "", /^Text with/);
  assert.equal(second?.attributes, 'title="/etc/x"');
  assert.equal(second?.section, "more");
  assert.equal(second?.prose, "");
});

Deno.test("blocksOf() refuses a block without an end", () => {
  assert.throws(() => blocksOf("text\n```sh\nls\n"), /line 2/);
});

Deno.test("anchorsOf(), linksOf() and codeSpansOf() look at the text alone", () => {
  assert.deepEqual(anchorsOf(DOCUMENT), ["the-cas-key-and-more", "more", "more-1"]);
  assert.deepEqual(linksOf(DOCUMENT), ["a.md#b", "c.svg"]);
  assert.deepEqual(codeSpansOf(DOCUMENT), ["more", "caucase client"]);
});
