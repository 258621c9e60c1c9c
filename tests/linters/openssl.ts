/** OpenSSL's strict checks: signatures, also those of CA certificates on themselves, chains, extensions, and CRLs. */
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { parseCrl } from "../../core/x509/crl.ts";
import { runCommand } from "../support/process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import type { LinterFinding, Specimen } from "./specimen.ts";

const ANCHOR = ["-no-CApath", "-no-CAstore", "-CAfile", "ca.pem"];
const STRICT = ["-x509_strict", "-check_ss_sig", ...ANCHOR];

/** One run of the command. */
interface Check {
  readonly args: readonly string[];
  /** By the name of the file that each is in, PEM. */
  readonly specimens: ReadonlyMap<string, Specimen>;
}

/** Judges all, as many at once as have one issuer and the same dates. */
export async function lintWithOpenssl(openssl: string, specimens: readonly Specimen[]): Promise<LinterFinding[]> {
  await using folder = await tempFolder();
  const findings: LinterFinding[] = [];
  for (const check of await checksFor(specimens)) {
    for (const [file, { kind, der, issuer }] of check.specimens) {
      const label = kind === "CRL" ? PEM_LABEL.CRL : PEM_LABEL.CERTIFICATE;
      await Deno.writeTextFile(`${folder.path}/${file}`, encodePem(label, der));
      await Deno.writeTextFile(`${folder.path}/ca.pem`, encodePem(PEM_LABEL.CERTIFICATE, issuer));
    }
    const { status, err } = await runCommand([openssl, ...check.args], { cwd: folder.path });
    if (status !== 0) findings.push(...findingsOf(check, err));
  }
  return findings;
}

async function checksFor(specimens: readonly Specimen[]): Promise<Check[]> {
  const crls = specimens.filter(({ kind }) => kind === "CRL");
  const certificates = specimens.filter(({ kind }) => kind !== "CRL");
  return [...(await Promise.all(crls.map(crlChecks))).flat(), ...await certificateChecks(certificates)];
}

/** Its signature, and that it serves to tell that its CA itself is not revoked. */
async function crlChecks(crl: Specimen): Promise<Check[]> {
  // A CA's first CRL may be dated before the CA itself: all CRLs of the same number have one date.
  const { notBefore } = await parseCertificate(crl.issuer);
  const time = String(Math.max(parseCrl(crl.der).thisUpdate, notBefore) + 1);
  const specimens = new Map([["crl.pem", crl]]);
  return [
    { args: ["crl", "-in", "crl.pem", "-noout", "-verify", ...ANCHOR], specimens },
    { args: ["verify", "-attime", time, ...STRICT, "-crl_check_all", "-CRLfile", "crl.pem", "ca.pem"], specimens },
  ];
}

async function certificateChecks(certificates: readonly Specimen[]): Promise<Check[]> {
  const withDates = await Promise.all(certificates.map(async (specimen) => {
    const { notBefore, notAfter } = await parseCertificate(specimen.der);
    return { specimen, notBefore, notAfter };
  }));
  const groups = Map.groupBy(
    withDates,
    ({ specimen, notBefore, notAfter }) => `${notBefore} ${notAfter} ${specimen.issuer.toBase64()}`,
  );
  return [...groups.values()].flatMap((group) => {
    const specimens = new Map(group.map(({ specimen }, index) => [`${index}.pem`, specimen]));
    const [first] = group;
    // OpenSSL ends a certificate at its last second, RFC 5280 4.1.2.5 after it.
    const times = first === undefined ? [] : [first.notBefore, first.notAfter - 1];
    return times.map((time) => ({
      args: ["verify", "-attime", String(time), ...STRICT, ...specimens.keys()],
      specimens,
    }));
  });
}

/** What failed, from lines such as `error 18 at 0 depth lookup: …` before each `error 0.pem: verification failed`. */
function findingsOf({ args: [command = ""], specimens }: Check, err: string): LinterFinding[] {
  const finding = (specimen: Specimen, details: string): LinterFinding => {
    const number = /^error (\d+) at/m.exec(details)?.[1];
    const code = number === undefined ? command : `${command} ${number}`;
    return { specimen, linter: "openssl", code, details: details.trim() };
  };
  const failures = [...err.matchAll(/([^]*?)^error (\S+): verification failed$/gm)];
  const found = failures.flatMap(([, details = "", file = ""]) => {
    // A CRL fails with the certificate that is checked by it.
    const specimen = specimens.get(file) ?? specimens.get("crl.pem");
    return specimen === undefined ? [] : [finding(specimen, details)];
  });
  return found.length > 0 ? found : [...specimens.values()].map((specimen) => finding(specimen, err));
}
