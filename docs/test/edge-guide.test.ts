/** The Android part of the guide to the edge, on this machine: CMake builds it, Java reads digits with it. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findJava } from "@libpredict/toolchains";
import { describe, expect, it } from "vitest";
import { codeBlocks } from "./markdown-code.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const work = join(root, "docs/build/edge-guide");
const digits = join(root, "packages/examples/models/digits");
const java = findJava();
const required = process.env["LIBPREDICT_REQUIRE_ALL"] === "1";

/** Runs a program; what it printed. */
function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: work,
    encoding: "utf8",
    timeout: 250_000,
  });
  expect(status, `${command} ${args.join(" ")}: ${error ?? ""}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

function missing(): string | undefined {
  if (required) return undefined;
  if ("missing" in java) return `the guide's Android project: ${java.missing}`;
  return spawnSync("cmake", ["--version"]).status === 0
    ? undefined
    : "the guide's Android project: no cmake. To run: apt-get install cmake";
}

/** Reads all held-out digits, then what must fail; prints how many were right. */
const program = `
import java.nio.file.*;
import org.example.digits.Digits;

public class ReadDigits {
    public static void main(String[] args) throws Exception {
        byte[] symbol = Files.readAllBytes(Path.of(args[0], "digits-symbol.json"));
        byte[] params = Files.readAllBytes(Path.of(args[0], "digits-0000.params"));
        byte[] images = Files.readAllBytes(Path.of(args[0], "digits-heldout.bin"));
        int count = images.length / 65, right = 0;
        Digits digits = new Digits(symbol, params);
        for (int i = 0; i < count; i++) {
            float[] pixels = new float[64];
            for (int k = 0; k < 64; k++) pixels[k] = images[i * 64 + k] / 16f;
            float[] scores = digits.read(pixels);
            int best = 0;
            for (int k = 1; k < 10; k++) if (scores[k] > scores[best]) best = k;
            if (best == images[count * 64 + i]) right++;
        }
        System.out.println(right + " of " + count);
        tell(() -> digits.read(new float[63]));
        digits.close();
        digits.close();
        tell(() -> digits.read(new float[64]));
        tell(() -> new Digits(new byte[] {'{'}, params));
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException error) {
            System.out.println(error.getClass().getSimpleName() + ": " + error.getMessage());
        }
    }
}
`;

describe("an Android project", () => {
  it("reads digits", ({ skip }) => {
    const reason = missing();
    skip(reason !== undefined, reason);
    if ("missing" in java) throw new Error(java.missing);
    const home = java.environment["JAVA_HOME"] ?? "";
    rmSync(work, { recursive: true, force: true });
    mkdirSync(join(work, "build"), { recursive: true });
    const blocks = codeBlocks(root, "docs/guides/edge.md").filter(({ file }) => file !== undefined);
    expect(blocks.map(({ file }) => file)).toEqual([
      "CMakeLists.txt",
      "digits_jni.c",
      "Digits.java",
    ]);
    for (const { file = "", code } of blocks) writeFileSync(join(work, file), code);
    for (const file of ["predict.c", "c_predict_api.h"])
      copyFileSync(join(root, "packages/c-api/dist/amalgamation", file), join(work, file));
    writeFileSync(join(work, "ReadDigits.java"), program);

    const headers = `-I${home}/include -I${home}/include/linux`;
    const warnings = "-Wall -Wextra -Wconversion -Wshadow -Werror";
    run("cmake", "-S", ".", "-B", "build", `-DCMAKE_C_FLAGS=${headers} ${warnings}`);
    run("cmake", "--build", "build");
    run(
      join(home, "bin/javac"),
      "-Xlint:all,-restricted",
      "-Werror",
      "-d",
      "build",
      "Digits.java",
      "ReadDigits.java",
    );
    const printed = run(
      join(home, "bin/java"),
      "--enable-native-access=ALL-UNNAMED",
      `-Djava.library.path=${work}/build`,
      ...["-cp", "build", "ReadDigits", digits],
    );
    const lines = printed.trimEnd().split("\n");
    const { accuracy } = JSON.parse(readFileSync(join(digits, "digits.json"), "utf8"));
    expect(lines[0]).toBe(`${accuracy.correct} of ${accuracy.of}`);
    expect(lines[1]).toMatch(/^ArrayIndexOutOfBoundsException/);
    expect(lines[2]).toBe("IllegalStateException: closed");
    expect(lines[3]).toMatch(/^IllegalStateException: .*JSON/i);
    expect(lines).toHaveLength(4);
  });
});
