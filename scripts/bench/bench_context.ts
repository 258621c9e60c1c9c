/** What every measurement works with: the programs, their prepared databases, and where results go. */
import * as path from "node:path";
import { CA_KINDS, type CaKind } from "./ca_material.ts";
import { DATABASE } from "./caucase_program.ts";
import { type BenchHolder, type BenchRequest, makeHolderKeys, makeHolders, makeRequests } from "./holders.ts";
import type { BenchLedger } from "./ledger.ts";
import { type BenchServer, startProgram } from "./bench_server.ts";
import type { Program } from "./program.ts";
import { CRL } from "./requests.ts";
import { materialNeeded, type Scale, type Volume } from "./scale.ts";
import { type Amounts, isEmpty, seedDatabase } from "./seed.ts";

export interface BenchContext {
  readonly scale: Scale;
  readonly programs: readonly Program[];
  readonly ledger: BenchLedger;
  /** Requests for certificates with keys of the kind: good once on each database. */
  requests(kind: CaKind): readonly BenchRequest[];
  holders(program: Program): readonly BenchHolder[];
  /**
   * Calls `measure` as often as `rounds` says, for one program after the other, each time with a server on a fresh copy
   * of its files. Every second round in the other order, so that no program always comes first.
   */
  eachRound(setting: Setting, rounds: Volume, measure: Measure): Promise<void>;
}

/** What is measured with which database. */
export interface Setting {
  readonly caKind: CaKind;
  /** What the database holds, unless the server makes it. Where it holds anything, step-ca is left out. */
  readonly amounts: Amounts | "new";
}

/** @param round from 0 */
export type Measure = (server: BenchServer, round: number) => Promise<void>;

interface BenchSetup {
  readonly scale: Scale;
  readonly programs: readonly Program[];
  readonly ledger: BenchLedger;
  /** For everything; removed by the caller. */
  readonly folder: string;
}

/** Makes keys, requests, and for each program a database with the certificates of the holders. */
export async function prepareBench(setup: BenchSetup): Promise<BenchContext> {
  const { scale, programs, folder } = setup;
  const needed = materialNeeded(scale);
  const requests = new Map<CaKind, readonly BenchRequest[]>();
  const holders = new Map<Program, readonly BenchHolder[]>();
  for (const kind of CA_KINDS) {
    requests.set(kind, await makeRequests(kind, needed.requests));
    const keys = await makeHolderKeys(kind);
    for (const program of programs.filter(({ caKind }) => caKind === kind)) {
      const base = templateFolder(folder, program, "base");
      holders.set(program, await makeBase(program, base, { keys, count: needed.holders }));
    }
  }
  const copyOf = copier(folder);
  return {
    ...setup,
    requests: (kind) => requests.get(kind) ?? [],
    holders: (program) => holders.get(program) ?? [],
    async eachRound({ caKind, amounts }, rounds, measure) {
      const suitable = programs.filter((program) => program.caKind === caKind && canHold(program, amounts));
      for (let round = 0; round < Math.max(...Object.values(rounds)); round++) {
        for (const program of round % 2 === 0 ? suitable : suitable.toReversed()) {
          if (round >= rounds[program.name]) continue;
          const copy = await copyOf(amounts, program);
          await useServer(program, copy, (server) => measure(server, round));
          await Deno.remove(copy, { recursive: true });
        }
      }
    },
  };
}

/** Rows can be written into our kind of database alone. */
function canHold({ isCaucase }: Program, amounts: Setting["amounts"]): boolean {
  return isCaucase || amounts === "new" || isEmpty(amounts);
}

function templateFolder(folder: string, { name, caKind }: Program, what: string): string {
  return path.join(folder, `${name}-${caKind}`, what);
}

async function useServer(
  program: Program,
  folder: string,
  use: (server: BenchServer) => Promise<void>,
): Promise<void> {
  await using server = await startProgram(program, folder);
  await use(server);
}

async function makeBase(
  program: Program,
  folder: string,
  wanted: Parameters<typeof makeHolders>[1],
): Promise<readonly BenchHolder[]> {
  await Deno.mkdir(folder, { recursive: true });
  await program.setUp(folder);
  await using _server = await startProgram(program, folder);
  // The first CRL, so that the database has its date.
  if (program.isCaucase) await (await fetch(`http://127.0.0.1:${program.port}${CRL}`)).body?.cancel();
  return await makeHolders((request) => program.obtain(request), wanted);
}

/** Makes each kind of database once, and copies of it. */
function copier(folder: string) {
  let copies = 0;
  return async (amounts: Setting["amounts"], program: Program): Promise<string> => {
    const copy = templateFolder(folder, program, `copy-${copies++}`);
    if (amounts === "new") {
      await Deno.mkdir(copy, { recursive: true });
      await program.setUp(copy);
      return copy;
    }
    const template = templateFolder(folder, program, `${amounts.certificates}-${amounts.revoked}`);
    if (!(await exists(template))) {
      await copyFiles(templateFolder(folder, program, "base"), template);
      if (!isEmpty(amounts)) seedDatabase(path.join(template, DATABASE), amounts);
    }
    await copyFiles(template, copy);
    return copy;
  };
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const copy = isDirectory ? copyFiles : Deno.copyFile;
    await copy(path.join(from, name), path.join(to, name));
  }
}

async function exists(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
