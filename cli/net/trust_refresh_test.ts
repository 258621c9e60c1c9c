import assert from "node:assert/strict";
import { openCaStore, openCrlStore, type TrustStore } from "../../core/host/trust_store.ts";
import { certificateToPem } from "../../core/x509/certificate.ts";
import { chainOf, crlOf, type Generation, leafOf, newGeneration } from "../../tests/support/generations.ts";
import { DAY, LIFE_SPAN, NOW } from "../../tests/support/issuing.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { refreshCaStore, refreshCrlStore, type TrustApi } from "./trust_refresh.ts";

/** Three generations, 2 L apart; 4 L each. */
const [first, second, third] = await Promise.all([
  newGeneration(NOW),
  newGeneration(NOW + 2 * LIFE_SPAN),
  newGeneration(NOW + 4 * LIFE_SPAN),
]);
const stranger = await newGeneration(NOW);

interface Answers {
  /** The first CA certificate handed out, and those after it. */
  readonly generations?: readonly Generation[];
  readonly chain?: string;
  readonly crls?: readonly string[];
}

/** A server that says that; `asked` collects what it is asked. */
function fakeApi(answers: Answers, asked: string[] = []): TrustApi {
  const { generations = [first], chain, crls = [] } = answers;
  return {
    serverUrl: "http://ca/",
    caCertificate: () => {
      asked.push("certificate");
      return Promise.resolve(generations[0]?.pem ?? "");
    },
    caChain: () => {
      asked.push("chain");
      return chain === undefined ? chainOf(generations) : Promise.resolve(chain);
    },
    crls: () => Promise.resolve(crls.join("\n")),
  };
}

/** Runs the case with a file and with a folder that hold `pems`. */
function forBothKinds(
  name: string,
  { open, pems }: { open: (path: string) => TrustStore; pems: readonly string[] },
  body: (store: TrustStore) => Promise<void>,
): void {
  for (const path of ["store.pem", "store"]) {
    Deno.test(`${name} (a ${path === "store" ? "folder" : "file"})`, async () => {
      await using folder = await tempFolder();
      const store = open(`${folder.path}/${path}`);
      if (pems.length > 0) await store.write(pems);
      await body(store);
    });
  }
}

async function assertHolds(store: TrustStore, pems: readonly string[]): Promise<void> {
  assert.deepEqual((await store.read()).toSorted(), pems.toSorted());
}

forBothKinds("refreshCaStore() fills a new store", { open: openCaStore, pems: [] }, async (store) => {
  const asked: string[] = [];
  const { current, changed } = await refreshCaStore(fakeApi({ generations: [first, second] }, asked), store, {
    now: NOW + 2 * LIFE_SPAN,
  });
  assert.deepEqual(current.map(certificateToPem), [first.pem, second.pem]);
  assert.equal(changed, true);
  assert.deepEqual(asked, ["certificate", "chain"]);
  await assertHolds(store, [first.pem, second.pem]);
});

forBothKinds(
  "refreshCaStore() follows the chain and drops what has expired",
  { open: openCaStore, pems: [first.pem, second.pem] },
  async (store) => {
    const asked: string[] = [];
    const api = fakeApi({ generations: [first, second, third] }, asked);
    const { changed } = await refreshCaStore(api, store, { now: NOW + 4 * LIFE_SPAN + DAY });
    assert.equal(changed, true);
    assert.deepEqual(asked, ["chain"], "who knows a CA asks for no other");
    await assertHolds(store, [second.pem, third.pem]);
  },
);

forBothKinds("refreshCaStore() changes nothing when nothing is new", {
  open: openCaStore,
  pems: [first.pem],
}, async (store) => {
  assert.equal((await refreshCaStore(fakeApi({}), store, { now: NOW })).changed, false);
  await assertHolds(store, [first.pem]);
});

forBothKinds(
  "refreshCaStore() changes nothing when all stored ones have expired",
  { open: openCaStore, pems: [first.pem] },
  async (store) => {
    const api = fakeApi({ generations: [first, second, third] });
    await assert.rejects(refreshCaStore(api, store, { now: NOW + 4 * LIFE_SPAN + 1 }), {
      code: "untrusted",
      message: `cannot update ${store.path} from http://ca/: all known CA certificates have expired`,
    });
    await assertHolds(store, [first.pem]);
  },
);

const hostile = await chainOf([stranger, second]);
const HOSTILE_CHAINS: readonly (readonly [what: string, chain: string, code: string])[] = [
  ["is no JSON", "<html>", "malformed"],
  ["is no list", "{}", "malformed"],
  ["breaks", JSON.stringify([...JSON.parse(await chainOf([first, second])), ...JSON.parse(hostile)]), "untrusted"],
];

for (const [what, chain, code] of HOSTILE_CHAINS) {
  forBothKinds(`refreshCaStore() changes nothing when the chain ${what}`, {
    open: openCaStore,
    pems: [first.pem],
  }, async (store) => {
    await assert.rejects(refreshCaStore(fakeApi({ chain }), store, { now: NOW }), {
      code,
      message: /^cannot update .*store.* from http:\/\/ca\/: /,
    });
    await assertHolds(store, [first.pem]);
  });
}

forBothKinds("refreshCaStore() learns nothing from a chain that begins elsewhere", {
  open: openCaStore,
  pems: [first.pem],
}, async (store) => {
  assert.equal((await refreshCaStore(fakeApi({ chain: hostile }), store, { now: NOW })).changed, false);
  await assertHolds(store, [first.pem]);
});

Deno.test("refreshCaStore() starts from a CA where a newer certificate of a host lies beside it", async () => {
  await using folder = await tempFolder();
  const host = await leafOf(first, stranger.key.publicKey, NOW + LIFE_SPAN);
  await Deno.writeTextFile(`${folder.path}/host.crt`, certificateToPem(host));
  await Deno.writeTextFile(`${folder.path}/ca.crt`, first.pem);
  const now = NOW + 2 * LIFE_SPAN;
  const { current } = await refreshCaStore(fakeApi({ generations: [first, second] }), openCaStore(folder.path), {
    now,
  });
  assert.deepEqual(current.map(certificateToPem), [first.pem, second.pem]);
});

Deno.test("refreshCaStore() overwrites no store that holds certificates, but none of a CA", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/host.pem`;
  const content = certificateToPem(await leafOf(first, stranger.key.publicKey));
  await Deno.writeTextFile(path, content);
  await assert.rejects(refreshCaStore(fakeApi({}), openCaStore(path), { now: NOW }), {
    code: "file",
    message: `cannot use ${path}: no certificate in it is one of a CA`,
  });
  assert.equal(await Deno.readTextFile(path), content);
});

Deno.test("refreshCaStore() begins with no certificate that is not one of a CA", async () => {
  await using folder = await tempFolder();
  const leaf = await leafOf(first, stranger.key.publicKey);
  const store = openCaStore(`${folder.path}/store.pem`);
  const api = { ...fakeApi({}), caCertificate: () => Promise.resolve(certificateToPem(leaf)) };
  await assert.rejects(refreshCaStore(api, store, { now: NOW }), { code: "untrusted" });
  await assertHolds(store, []);
});

const CAS = [first.certificate, second.certificate];
const crl = {
  first4: await crlOf(first, 4n),
  first5: await crlOf(first, 5n),
  second6: await crlOf(second, 6n),
  stranger9: await crlOf(stranger, 9n),
};

interface CrlCase {
  readonly what: string;
  readonly stored: readonly string[];
  readonly received: readonly string[];
  readonly kept: readonly string[];
}

const CRL_CASES: readonly CrlCase[] = [
  { what: "fills a new store", stored: [], received: [crl.first4, crl.second6], kept: [crl.first4, crl.second6] },
  { what: "takes a higher number", stored: [crl.first4], received: [crl.first5], kept: [crl.first5] },
  { what: "never takes a lower number", stored: [crl.first5], received: [crl.first4], kept: [crl.first5] },
  {
    what: "compares the numbers of each CA alone",
    stored: [crl.first5],
    received: [crl.first4, crl.second6],
    kept: [crl.first5, crl.second6],
  },
  {
    what: "takes the highest of several",
    stored: [],
    received: [crl.first4, crl.first5],
    kept: [crl.first5],
  },
  {
    what: "keeps the one of a CA that the server leaves out",
    stored: [crl.first5, crl.second6],
    received: [crl.second6],
    kept: [crl.first5, crl.second6],
  },
  {
    what: "stores none that no stored CA signed",
    stored: [],
    received: [crl.stranger9, crl.first4],
    kept: [crl.first4],
  },
  {
    what: "drops the one of a CA that is trusted no more",
    stored: [crl.stranger9, crl.first4],
    received: [crl.first5],
    kept: [crl.first5],
  },
];

for (const { what, stored, received, kept } of CRL_CASES) {
  forBothKinds(`refreshCrlStore() ${what}`, { open: openCrlStore, pems: stored }, async (store) => {
    const { current, changed } = await refreshCrlStore(fakeApi({ crls: received }), store, CAS);
    assert.deepEqual(current.toSorted(), kept.toSorted());
    assert.equal(changed, stored.toSorted().join() !== kept.toSorted().join());
    await assertHolds(store, kept);
  });
}

Deno.test("refreshCrlStore() gets again what was damaged, keeps the rest, and tells", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/store.pem`;
  await Deno.writeTextFile(path, crl.first5 + crl.second6.slice(0, 100));
  const api = fakeApi({ crls: [crl.first4, crl.second6] });
  const { changed, damage } = await refreshCrlStore(api, openCrlStore(path), CAS);
  assert.equal(changed, true);
  assert.match(damage?.message ?? "", /^cannot use .*store\.pem: PEM: BEGIN X509 CRL without its END$/);
  await assertHolds(openCrlStore(path), [crl.first5, crl.second6]);
});

for (
  const [what, crls, code] of [
    ["there is none", [], "untrusted"],
    ["none is of a stored CA", [crl.stranger9], "untrusted"],
    ["one is broken", [crl.first5, crl.first4.replace(/^.{20}/m, "!")], "malformed"],
  ] as const
) {
  forBothKinds(`refreshCrlStore() changes nothing when ${what}`, {
    open: openCrlStore,
    pems: [crl.first4],
  }, async (store) => {
    await assert.rejects(refreshCrlStore(fakeApi({ crls }), store, CAS), {
      code,
      message: /^cannot update .*store.* from http:\/\/ca\/: /,
    });
    await assertHolds(store, [crl.first4]);
  });
}
