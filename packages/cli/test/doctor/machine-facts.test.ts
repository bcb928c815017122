import { describe, expect, it } from "vitest";
import { cgroupProcessors, instructionSets } from "../../src/doctor/machine-facts.js";

const files =
  (texts: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    texts[path];

describe("instructionSets", () => {
  it("picks what matters from x86-64's and arm64's cpuinfo", () => {
    expect(instructionSets("processor : 0\nflags\t\t: fpu sse2 avx fma avx2 xsave\n")).toEqual([
      "avx",
      "fma",
      "avx2",
    ]);
    expect(instructionSets("Features\t: fp asimd aes asimddp\n")).toEqual(["asimd", "asimddp"]);
  });

  it("does not know without cpuinfo", () => {
    expect(instructionSets(undefined)).toBeNull();
    expect(instructionSets("nothing of the kind")).toBeNull();
  });
});

describe("cgroupProcessors", () => {
  it("reads the quota of control groups of version 2, the strictest on the way up", () => {
    expect(
      cgroupProcessors(
        files({
          "/proc/self/cgroup": "0::/pod/container\n",
          "/sys/fs/cgroup/pod/container/cpu.max": "max 100000\n",
          "/sys/fs/cgroup/pod/cpu.max": "150000 100000\n",
          "/sys/fs/cgroup/cpu.max": "400000 100000\n",
        }),
      ),
    ).toBe(1.5);
  });

  it("reads the quota of version 1", () => {
    expect(
      cgroupProcessors(
        files({
          "/proc/self/cgroup": "5:memory:/m\n4:cpu,cpuacct:/docker/abc\n",
          "/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us": "200000\n",
          "/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us": "100000\n",
          "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
          "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        }),
      ),
    ).toBe(2);
  });

  it("knows no limit without files, and without a quota", () => {
    expect(cgroupProcessors(files({}))).toBeNull();
    expect(
      cgroupProcessors(
        files({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n" }),
      ),
    ).toBeNull();
  });
});
