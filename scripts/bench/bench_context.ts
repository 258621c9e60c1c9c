/** What every measurement works with: the programs, their prepared databases, and where results go. */
import * as path from "node:path";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { type BenchHolder, makeHolderKeys, makeHolders, makeRequests } from "./holders.ts";
import type { BenchLedger, ProgramName } from "./ledger.ts";
import { type BenchServer, DATABASE, type Program, startProgram } from "./program.ts";
import { materialNeeded, type Scale, type Volume } from "./scale.ts";
import { type Amounts, seedDatabase } from "./seed.ts";

export interface BenchContext {
  readonly scale: Scale;
  readonly programs: readonly Program[];
  readonly ledger: BenchLedger;
  /** Requests for certificates, PEM: good once on each database. */
  readonly requests: readonly string[];
  holders(program: ProgramName): readonly BenchHolder[];
  /**
   * Calls `measure` as often as `rounds` says, for one program after the other, each time with a server on a fresh copy
   * of a database that holds `amounts`. Every second round in the other order, so that no program always comes first.
   */
  eachRound(amounts: Amounts, rounds: Volume, measure: Measure): Promise<void>;
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
  const keys = await makeHolderKeys();
  const requests = await makeRequests(needed.requests);
  const holders = new Map<ProgramName, readonly BenchHolder[]>();
  for (const program of programs) {
    holders.set(program.name, await makeBase(program, baseFolder(folder, program), { keys, count: needed.holders }));
  }
  const copyOf = databaseCopier(folder);
  return {
    ...setup,
    requests,
    holders: (program) => holders.get(program) ?? [],
    async eachRound(amounts, rounds, measure) {
      for (let round = 0; round < Math.max(rounds.ours, rounds.reference); round++) {
        for (const program of round % 2 === 0 ? programs : programs.toReversed()) {
          if (round >= rounds[program.name]) continue;
          const copy = await copyOf(amounts, program);
          await useServer(program, copy, (server) => measure(server, round));
          await Deno.remove(copy, { recursive: true });
        }
      }
    },
  };
}

function baseFolder(folder: string, { name }: Program): string {
  return path.join(folder, name, "base");
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
  wanted: { readonly keys: readonly PrivateKey[]; readonly count: number },
): Promise<readonly BenchHolder[]> {
  await Deno.mkdir(folder, { recursive: true });
  await using _server = await startProgram(program, folder);
  const url = `http://127.0.0.1:${program.port}`;
  // The first CRL, so that the database has its date.
  await (await fetch(`${url}/cas/crl`)).body?.cancel();
  return await makeHolders(url, wanted);
}

/** Makes each kind of database once, and copies of it. */
function databaseCopier(folder: string) {
  let copies = 0;
  return async (amounts: Amounts, program: Program): Promise<string> => {
    const { certificates, revoked } = amounts;
    const template = path.join(folder, program.name, `${certificates}-${revoked}`);
    if (!(await exists(template))) {
      await copyFiles(baseFolder(folder, program), template);
      seedDatabase(path.join(template, DATABASE), amounts);
    }
    const copy = path.join(folder, program.name, `copy-${copies++}`);
    await copyFiles(template, copy);
    return copy;
  };
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(path.join(from, name), path.join(to, name));
}

async function exists(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
