import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, HOUR, renewalTime } from "./jitter.ts";
import {
  type Holding,
  type Observed,
  plan,
  type RequestFate,
  type Task,
  TASK_OF,
  TASKS,
  type Track,
  UNTRIED,
  type UpdaterAction,
} from "./plan.ts";

const NOW = 1_800_000_000;
const rules = { threshold: 31 * DAY, crlThreshold: 7 * DAY, maxSleep: 31 * DAY, seed: "host" };

/** A task that succeeded that many seconds ago. */
function done(ago: number): Track {
  return { ...UNTRIED, lastTry: NOW - ago, lastSuccess: NOW - ago };
}

/** A task that failed for the nth time that many seconds ago. */
function failed(ago: number, failures = 1, notBefore: number | null = null): Track {
  return { lastTry: NOW - ago, lastSuccess: NOW - 20 * DAY, failures, notBefore, error: "refused" };
}

function held(left: number, { lifeSpan = 93 * DAY, request = "unsent" as RequestFate } = {}): Holding {
  return { kind: "held", request, notBefore: NOW + left - lifeSpan, notAfter: NOW + left };
}

type ObservedChange = Partial<Omit<Observed, "tracks">> & { readonly tracks?: Partial<Observed["tracks"]> };

/** A host for which nothing is due, but for what `change` says. */
function observed({ tracks, ...change }: ObservedChange = {}): Observed {
  return {
    rules,
    hasCa: true,
    crls: [{ thisUpdate: NOW - 10 * DAY, nextUpdate: NOW + 20 * DAY }],
    crlDamaged: false,
    certificate: held(60 * DAY),
    hookPending: false,
    reportPending: false,
    demanded: new Set(),
    ...change,
    tracks: {
      ca: done(DAY),
      crl: done(DAY),
      certificate: done(33 * DAY),
      hook: done(33 * DAY),
      report: UNTRIED,
      ...tracks,
    },
  };
}

/** What an updater does until it sleeps, where each action succeeds but those that are there to complain. */
function actionsOf(change: ObservedChange): UpdaterAction[] {
  const actions: UpdaterAction[] = [];
  let seen = observed({ ...change, demanded: new Set(change.demanded) });
  for (let next = plan(seen, NOW); next.action !== undefined; next = plan(seen, NOW)) {
    actions.push(next.action);
    assert.ok(actions.length < 10, `no end of ${actions}`);
    if (next.action === "stop") break;
    seen = after(next.action, seen);
  }
  return actions;
}

function after(action: UpdaterAction, seen: Observed): Observed {
  const task = TASK_OF[action];
  const track = action === "complain" ? failed(0, seen.tracks[task].failures + 1) : done(0);
  return {
    ...seen,
    ...(action === "renew" && { certificate: held(93 * DAY) }),
    ...(action === "sendRequest" && { certificate: { kind: "absent", request: "sent" } as const }),
    ...(action === "replace" && { certificate: held(-1, { request: "sent" }) }),
    ...(action === "refreshCrl" && { crls: [{ thisUpdate: NOW, nextUpdate: NOW + 30 * DAY }] }),
    ...(action === "runHook" && { hookPending: false }),
    ...(action === "report" && { reportPending: false }),
    tracks: { ...seen.tracks, [task]: track },
    demanded: new Set([...seen.demanded].filter((demanded) => demanded !== task)),
  };
}

const stale = [{ thisUpdate: NOW - 24 * DAY, nextUpdate: NOW + 6 * DAY }];

Deno.test("plan() does what is due, and with anything due refreshes CA certificates and CRLs", () => {
  const cases: [name: string, change: ObservedChange, actions: UpdaterAction[]][] = [
    ["nothing is due", {}, []],
    ["the first start", {
      hasCa: false,
      crls: [],
      certificate: { kind: "absent", request: "unsent" },
      tracks: untried(),
    }, ["refreshCa"]],
    ["it has slept long enough", { tracks: { ca: done(31 * DAY), crl: done(31 * DAY) } }, ["refreshCa", "refreshCrl"]],
    ["a CRL nears its end", { crls: stale }, ["refreshCa", "refreshCrl"]],
    ["a CRL is missing", { crls: [], tracks: { crl: UNTRIED } }, ["refreshCa", "refreshCrl"]],
    ["a CRL is damaged", { crlDamaged: true }, ["refreshCa", "refreshCrl"]],
    ["it was damaged half an hour ago too", { crlDamaged: true, tracks: { crl: done(1800) } }, []],
    ["a CRL has no end", { crls: [{ thisUpdate: NOW, nextUpdate: undefined }] }, []],
    ["the certificate is due", { certificate: held(30 * DAY) }, ["refreshCa", "refreshCrl", "renew"]],
    ["it is due, the rest was done just now", { certificate: held(30 * DAY), tracks: { ca: done(5), crl: done(5) } }, [
      "renew",
    ]],
    ["it is due, and the CA fails", { certificate: held(30 * DAY), tracks: { ca: failed(5), crl: failed(5) } }, [
      "renew",
    ]],
    ["a certificate from the future", { certificate: held(200 * DAY) }, []],
    ["all CA certificates have expired", { hasCa: false, certificate: held(1 * DAY), tracks: { ca: failed(5) } }, []],
    ["no certificate is kept", { certificate: { kind: "none" } }, []],
    ["its files cannot be used", { certificate: { kind: "unusable" } }, ["complain"]],
    ["that was said a minute ago", { certificate: { kind: "unusable" }, tracks: { certificate: failed(30) } }, []],
    ["a person has mended it", { tracks: { certificate: failed(30) } }, ["confirm"]],
    ["the hook is pending", { hookPending: true }, ["runHook"]],
    ["the hook is pending, and more is due", { hookPending: true, crls: stale }, [
      "refreshCa",
      "refreshCrl",
      "runHook",
    ]],
    ["the hook failed just now", { hookPending: true, tracks: { hook: failed(5) } }, []],
    ["the hook failed two minutes ago", { hookPending: true, tracks: { hook: failed(120) } }, ["runHook"]],
  ];
  for (const [name, change, actions] of cases) assert.deepEqual(actionsOf(change), actions, name);
});

Deno.test("plan() sends a request that a user must sign, and waits, where no certificate can be had without", () => {
  const cases: [name: string, change: ObservedChange, actions: UpdaterAction[]][] = [
    ["there is none yet", { certificate: { kind: "absent", request: "unsent" } }, [
      "refreshCa",
      "refreshCrl",
      "sendRequest",
    ]],
    ["a request was sent a minute ago", {
      certificate: { kind: "absent", request: "sent" },
      tracks: { certificate: done(60) },
    }, [
      "pollRequest",
    ]],
    ["a request was sent just now", {
      certificate: { kind: "absent", request: "sent" },
      tracks: { certificate: done(5) },
    }, []],
    ["the request was rejected", { certificate: { kind: "absent", request: "rejected" } }, ["stop"]],
    ["the certificate has expired", { certificate: held(-1) }, ["refreshCa", "refreshCrl", "replace"]],
    ["a request for another was sent a minute ago", {
      certificate: held(-1, { request: "sent" }),
      tracks: { certificate: done(60) },
    }, ["pollRequest"]],
    ["that was rejected", { certificate: held(-1, { request: "rejected" }) }, ["complain"]],
    ["the clock was wrong, it has not expired", { certificate: held(60 * DAY, { request: "sent" }) }, []],
  ];
  for (const [name, change, actions] of cases) assert.deepEqual(actionsOf(change), actions, name);
});

Deno.test("plan() looks at everything that is demanded, but for what the server asked to be spared", () => {
  const demanded = new Set<Task>(TASKS);
  const cases: [name: string, change: ObservedChange, actions: UpdaterAction[]][] = [
    ["nothing due", {}, ["refreshCa", "refreshCrl"]],
    ["failing", { tracks: { ca: failed(5), crl: failed(5) } }, ["refreshCa", "refreshCrl"]],
    ["Retry-After", { tracks: { ca: failed(5, 1, NOW + HOUR), crl: failed(5, 1, NOW + HOUR) } }, []],
    ["Retry-After of a wrong server", { tracks: { ca: failed(DAY, 1, NOW + 900 * DAY) } }, ["refreshCa", "refreshCrl"]],
    ["Retry-After beyond the end", {
      crls: [{ thisUpdate: NOW - 30 * DAY, nextUpdate: NOW }],
      certificate: held(0),
      tracks: {
        ca: failed(5, 1, NOW + DAY),
        crl: failed(DAY / 2, 1, NOW + DAY),
        certificate: failed(HOUR, 1, NOW + DAY),
      },
    }, ["refreshCrl", "renew"]],
    ["a renewal that failed", { certificate: held(DAY), tracks: { certificate: failed(5) } }, [
      "refreshCa",
      "refreshCrl",
      "renew",
    ]],
  ];
  for (const [name, change, actions] of cases) {
    assert.deepEqual(actionsOf({ ...change, demanded }), actions, name);
  }
});

Deno.test("plan() forgets what was remembered while the clock was wrong", () => {
  const future = { ...failed(-3 * 365 * DAY, 9), notBefore: NOW + 4 * 365 * DAY };
  const actions = actionsOf({ certificate: held(30 * DAY), tracks: { ca: future, crl: future, certificate: future } });
  assert.deepEqual(actions, ["refreshCa", "refreshCrl", "renew"]);
});

Deno.test("plan() sleeps until the first thing that will be due", () => {
  const untilRenewal =
    renewalTime({ notBefore: NOW - 40 * DAY, notAfter: NOW + 53 * DAY }, rules.threshold, rules.seed) - NOW;
  const cases: [name: string, change: ObservedChange, seconds: number][] = [
    ["a CRL", {}, 13 * DAY],
    [
      "the longest sleep",
      {
        certificate: { kind: "none" },
        crls: [{ thisUpdate: NOW, nextUpdate: undefined }],
        tracks: { ca: done(0), crl: done(0) },
      },
      31 * DAY,
    ],
    ["a shorter longest sleep", { rules: { ...rules, maxSleep: 5 * DAY } }, 4 * DAY],
    [
      "the certificate",
      { certificate: held(53 * DAY), crls: [{ thisUpdate: NOW, nextUpdate: undefined }] },
      untilRenewal,
    ],
    [
      "an answer to the request",
      { certificate: { kind: "absent", request: "sent" }, tracks: { certificate: done(0) } },
      60,
    ],
    ["never sooner than a minute", {
      certificate: { kind: "absent", request: "sent" },
      tracks: { certificate: done(59) },
    }, 60],
  ];
  for (const [name, change, seconds] of cases) {
    assert.deepEqual(plan(observed(change), NOW), { action: undefined, wakeAt: NOW + seconds }, name);
  }
});

Deno.test("plan() tries a renewal more and more urgently as the end nears", () => {
  const pauseWith = (left: number) => {
    const change = { certificate: held(left), tracks: { ca: done(0), crl: done(0), certificate: failed(0, 30) } };
    const next = plan(observed(change), NOW);
    return next.action === undefined ? next.wakeAt - NOW : assert.fail(next.action);
  };
  assert.ok(pauseWith(30 * DAY) > 12 * HOUR - 1 && pauseWith(30 * DAY) <= DAY);
  assert.ok(pauseWith(DAY) <= DAY / 10);
  assert.ok(pauseWith(HOUR) <= HOUR / 10);
  assert.equal(pauseWith(100), 60);
});

Deno.test("plan() comes to rest: done or failed, no action is due again at once", () => {
  const track = fc.record({
    lastTry: fc.option(fc.integer({ min: NOW - 90 * DAY, max: NOW + DAY })),
    lastSuccess: fc.option(fc.integer({ min: NOW - 90 * DAY, max: NOW + DAY })),
    failures: fc.nat(40),
    notBefore: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 9 * DAY })),
    error: fc.constant(null),
  });
  const holding = fc.oneof(
    fc.constantFrom<Holding[]>({ kind: "none" }, { kind: "absent", request: "unsent" }, {
      kind: "absent",
      request: "sent",
    }, { kind: "unusable" }),
    fc.integer({ min: -DAY, max: 95 * DAY }).map((left) => held(left)),
  );
  const crl = fc.integer({ min: -DAY, max: 30 * DAY }).map((left) => ({
    thisUpdate: NOW + left - 30 * DAY,
    nextUpdate: NOW + left,
  }));
  const input = fc.record({
    tracks: fc.record({ ca: track, crl: track, certificate: track, hook: track, report: track }),
    certificate: holding,
    crls: fc.array(crl, { maxLength: 3 }),
    hasCa: fc.boolean(),
    hookPending: fc.boolean(),
    reportPending: fc.boolean(),
    success: fc.boolean(),
  });
  fc.assert(fc.property(input, ({ success, tracks, ...rest }) => {
    let current = tracks;
    for (let step = 0; step < 8; step++) {
      const next = plan(observed({ ...rest, tracks: current }), NOW);
      if (next.action === undefined) return assert.ok(next.wakeAt >= NOW + 60 && next.wakeAt <= NOW + 31 * DAY);
      const { action } = next;
      const task = TASK_OF[action];
      // A hook that succeeded is not pending, a renewed certificate is not due: here only failures stay as they are.
      if (
        success && ["renew", "runHook", "report", "complain", "sendRequest", "replace"].includes(action)
      ) return;
      const { failures } = current[task];
      current = { ...current, [task]: success ? done(0) : { ...failed(0, failures + 1), notBefore: null } };
      if (action === "confirm") return;
    }
    assert.fail("no end of actions");
  }));
});

function untried(): Observed["tracks"] {
  return { ca: UNTRIED, crl: UNTRIED, certificate: UNTRIED, hook: UNTRIED, report: UNTRIED };
}
