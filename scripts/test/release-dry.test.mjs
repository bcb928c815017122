// The release's rehearsal, as far as it takes seconds: versions from changesets, and what stops it.
// The whole of it, with a build, is `npm run release:dry`.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { planRelease, ReleaseError, requireCleanTree } from "../release-plan.mjs";
import { projectFolder } from "./packed-release.mjs";

const manifest = (/** @type {string} */ name, dependencies = {}) =>
  JSON.stringify({ name, version: "1.2.0", license: "Apache-2.0", dependencies });

/** @type {string} */
let repository;

/** @param {string[]} args */
function git(...args) {
  const identity = ["-c", "user.name=Tester", "-c", "user.email=tester@localhost"];
  const result = spawnSync("git", [...identity, ...args], { cwd: repository, encoding: "utf8" });
  expect(result.stderr).toBe("");
  return result.stdout.trim();
}

/** @param {string[][]} fixed @param {boolean} withChange */
function commitRepository(fixed, withChange = true) {
  writeFileSync(
    join(repository, ".changeset/config.json"),
    JSON.stringify({
      changelog: false,
      commit: false,
      fixed,
      access: "public",
      baseBranch: "main",
    }),
  );
  const change = join(repository, ".changeset/change.md");
  if (withChange) writeFileSync(change, '---\n"low": minor\n---\n\nSomething new.\n');
  else rmSync(change, { force: true });
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message=all");
}

beforeEach(() => {
  repository = projectFolder(
    "repository",
    {
      "package.json": '{ "private": true }',
      "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - packages/platforms/*\n",
      "packages/high/package.json": manifest("high", { low: "workspace:*" }),
      "packages/low/package.json": manifest("low"),
      "packages/platforms/here/package.json": manifest("here"),
      "packages/tool/package.json": '{ "name": "tool", "version": "9.0.0", "private": true }',
      ".changeset/change.md": "",
    },
    { withPackages: false },
  );
});

test("changesets set the versions, in a clone; the repository keeps its own", async () => {
  commitRepository([["high", "low", "here"]]);
  const clone = join(repository, "../clone-one");
  const plan = await planRelease(repository, clone);
  expect(plan.map(({ name, oldVersion, newVersion }) => [name, oldVersion, newVersion])).toEqual([
    ["low", "1.2.0", "1.3.0"],
    ["high", "1.2.0", "1.3.0"],
    ["here", "1.2.0", "1.3.0"],
  ]);
  expect(plan[0]?.type).toBe("minor");
  expect(readdirSync(join(clone, ".changeset"))).toEqual(["config.json"]);
  expect(git("status", "--porcelain")).toBe("");
  expect(existsSync(join(repository, ".changeset/change.md"))).toBe(true);
});

test("a commit without branches is released too", async () => {
  commitRepository([["high", "low", "here"]]);
  git("checkout", "--quiet", "--detach");
  git("branch", "--quiet", "--delete", "--force", "main");
  const plan = await planRelease(repository, join(repository, "../clone-two"));
  expect(plan).toHaveLength(3);
});

test("packages whose versions would differ stop it", async () => {
  commitRepository([["high", "low"]]);
  const failure = planRelease(repository, join(repository, "../clone-three"));
  await expect(failure).rejects.toThrow(
    /"fixed"[\s\S]*low 1\.3\.0\n {2}high 1\.3\.0\n {2}here 1\.2\.0/,
  );
});

test("no changeset stops it", async () => {
  commitRepository([["high", "low", "here"]], false);
  const failure = planRelease(repository, join(repository, "../clone-four"));
  await expect(failure).rejects.toThrow(/nothing to release/);
});

test("changed and unknown files stop it, and are listed", async () => {
  commitRepository([["high", "low", "here"]]);
  await requireCleanTree(repository);
  writeFileSync(join(repository, "packages/low/package.json"), "{}");
  writeFileSync(join(repository, "stray.txt"), "");
  await expect(requireCleanTree(repository)).rejects.toThrow(ReleaseError);
  await expect(requireCleanTree(repository)).rejects.toThrow(
    / M packages\/low\/package\.json\n\?\? stray\.txt/,
  );
});

test("wrong arguments end with code 2; --help tells the options and exit codes", () => {
  const script = join(REPOSITORY_ROOT, "scripts/release-dry.mjs");
  const dry = (/** @type {string[]} */ ...args) =>
    spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  for (const [args, text] of /** @type {[string[], string][]} */ ([
    [["--publish"], "--publish"],
    [["stray"], "stray"],
    [["--output", ""], "--output DIR is empty"],
  ])) {
    const { status, stderr } = dry(...args);
    expect(stderr).toContain(text);
    expect(status).toBe(2);
  }
  const help = dry("--help");
  expect(help.status).toBe(0);
  for (const text of ["--output", "Exit codes", "Nothing leaves this machine"]) {
    expect(help.stdout).toContain(text);
  }
});

test("no script of the repository publishes by itself", () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, "package.json"), "utf8"));
  for (const command of Object.values(scripts)) expect(command).not.toMatch(/\bpublish\b/);
});
