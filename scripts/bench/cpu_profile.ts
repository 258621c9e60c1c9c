/** CPU profiles as V8 writes them: a tree of calls, and which of its nodes ran at each sample. */
import * as v from "valibot";

/** A function, as a profile names it. */
export interface Frame {
  readonly functionName: string;
  /** Of its module; empty for what is built in. */
  readonly url: string;
}

/** The innermost function first, with the time until the next sample. */
export interface Sample {
  readonly stack: readonly Frame[];
  /** When it was taken and how long it stands for, in microseconds of the profile's own clock. */
  readonly at: number;
  readonly length: number;
}

const FrameShape = v.object({ functionName: v.string(), url: v.string() });
const ProfileShape = v.object({
  nodes: v.array(v.object({ id: v.number(), callFrame: FrameShape, children: v.optional(v.array(v.number())) })),
  startTime: v.number(),
  endTime: v.number(),
  samples: v.array(v.number()),
  timeDeltas: v.array(v.number()),
});

export interface CpuProfile {
  /** When it began, in microseconds of its own clock. */
  readonly startTime: number;
  readonly samples: readonly Sample[];
}

/** @throws Error for what is no profile */
export function parseCpuProfile(text: string): CpuProfile {
  const { nodes, startTime, endTime, samples, timeDeltas } = v.parse(ProfileShape, JSON.parse(text));
  const stackOf = stackReader(nodes);
  let now = startTime;
  const times = timeDeltas.map((delta) => now += delta);
  return {
    startTime,
    samples: samples.map((node, index) => {
      const at = times[index] ?? endTime;
      return { stack: stackOf(node), at, length: Math.max(0, (times[index + 1] ?? endTime) - at) };
    }),
  };
}

type ProfileNode = v.InferOutput<typeof ProfileShape>["nodes"][number];

function stackReader(nodes: readonly ProfileNode[]): (id: number) => readonly Frame[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const stacks = new Map<number, readonly Frame[]>();
  return (id) => {
    const known = stacks.get(id);
    if (known !== undefined) return known;
    const stack: Frame[] = [];
    for (let node = byId.get(id); node !== undefined;) {
      stack.push(node.callFrame);
      const parent = parents.get(node.id);
      node = parent === undefined ? undefined : byId.get(parent);
    }
    stacks.set(id, stack);
    return stack;
  };
}

/** When a profile began, Unix milliseconds, and of which process it is: its name says so. */
export function parseProfileName(name: string): { readonly startedAt: number; readonly pid: number } | undefined {
  const [, startedAt, pid] = /^CPU\.(\d+)\.(\d+)\.cpuprofile$/.exec(name) ?? [];
  return startedAt === undefined || pid === undefined ? undefined : { startedAt: Number(startedAt), pid: Number(pid) };
}
