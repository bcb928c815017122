/** Finds a JDK with java.lang.foreign, and Maven. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firstLine, type Toolchain } from "./toolchain.js";

/** java.lang.foreign is final since this release. */
const leastRelease = 22;

/** Where systems put JDKs. */
const folders = ["/usr/lib/jvm", "/usr/java", "/opt/java", "/Library/Java/JavaVirtualMachines"];

/** Maven, with JAVA_HOME at a JDK that can build and run the Java binding. */
export function findMaven(): Toolchain {
  const home = findJdk();
  if (home === undefined) {
    return {
      missing: `no JDK ${leastRelease} or newer; install one and set JAVA_HOME (Temurin has them)`,
    };
  }
  if (firstLine("mvn", "--version") === undefined) {
    return { missing: "no mvn; install Maven (apt-get install maven)" };
  }
  return { command: ["mvn", "--batch-mode", "--no-transfer-progress"], environment: at(home) };
}

/** The `java` of such a JDK. */
export function findJava(): Toolchain {
  const maven = findMaven();
  if ("missing" in maven) {
    return maven;
  }
  const home = maven.environment["JAVA_HOME"] ?? "";
  return { command: [join(home, "bin", "java")], environment: maven.environment };
}

const at = (home: string): Record<string, string> => ({ JAVA_HOME: home });

/** JAVA_HOME if it is new enough, else the newest JDK of the usual folders. */
function findJdk(): string | undefined {
  const named = process.env["JAVA_HOME"];
  const installed = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .flatMap((home) => [home, join(home, "Contents", "Home")]);
  const usable = installed
    .map((home) => ({ home, release: releaseOf(home) }))
    .filter(({ release }) => release >= leastRelease)
    .sort((a, b) => b.release - a.release);
  return named && releaseOf(named) >= leastRelease ? named : usable[0]?.home;
}

/** The feature release of a JDK, from its `release` file; 0 if it is none. */
function releaseOf(home: string): number {
  const file = join(home, "release");
  if (!existsSync(file) || !existsSync(join(home, "bin", "javac"))) {
    return 0;
  }
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? 0);
}
