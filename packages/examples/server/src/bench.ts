/**
 * `npm run bench`: how the server does under load, and how late its event loop is, with `run()` on
 * a pool and with `runSync()` on the main thread. It measures; it judges nothing.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import autocannon from "autocannon";
import sharp from "sharp";
import type { BenchReply, BenchSetup } from "./bench-server.js";
import { digitsPrefix } from "./digits.js";
import type { EventLoopDelay } from "./event-loop-delay.js";

const help = `usage: npm run bench -- [options]

  --model PREFIX     a model to measure besides the digit network (may be repeated);
                     by default some of ~/.cache/libpredict/zoo, if they are there
  --preset NAME      how its images are prepared (gluon)
  --connections N    clients at the same time (16)
  --seconds N        length of each measurement (8)
`;

interface Workload {
  readonly title: string;
  readonly model: string;
  readonly preset: string;
  readonly type: string;
  readonly body: Buffer;
}

interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
  readonly delay: EventLoopDelay;
  /** Of `GET /health` meanwhile: what a request waits that needs no network. */
  readonly healthP99: number;
}

/** A photograph's size without a photograph: 640 x 480 pixels of noise, blurred. */
async function picture(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return sharp({
    create: { width: 640, height: 480, channels: 3, background: "grey", noise },
  })
    .blur(2)
    .jpeg()
    .toBuffer();
}

async function workloads(models: readonly string[], preset: string): Promise<Workload[]> {
  const elements = Buffer.from(new Float32Array(64).fill(0.5).buffer);
  const photo = await picture();
  return [
    {
      title: "digits, 256 bytes of numbers",
      model: digitsPrefix,
      preset: "digits",
      type: "application/octet-stream",
      body: elements,
    },
    ...models.map((model) => ({
      title: `${model.split("/").at(-1)}, JPEG of 640 x 480`,
      model,
      preset,
      type: "image/jpeg",
      body: photo,
    })),
  ];
}

function zooModels(): string[] {
  const zoo = join(homedir(), ".cache", "libpredict", "zoo");
  return ["mobilenet1.0", "resnet50_v1"]
    .map((name) => join(zoo, name))
    .filter((prefix) => existsSync(`${prefix}-symbol.json`));
}

function reply(child: ChildProcess): Promise<BenchReply> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error("the server ended"));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as BenchReply);
    });
  });
}

async function measure(
  workload: Workload,
  mode: BenchSetup["mode"],
  connections: number,
  seconds: number,
): Promise<Measurement> {
  const setup: BenchSetup = { mode, model: workload.model, preset: workload.preset };
  const child = fork(fileURLToPath(new URL("bench-server.js", import.meta.url)), [
    JSON.stringify(setup),
  ]);
  try {
    const { url } = (await reply(child)) as { url: string };
    const fire = (duration: number): ReturnType<typeof autocannon> =>
      autocannon({
        url: `${url}/classify`,
        method: "POST",
        headers: { "content-type": workload.type },
        body: workload.body,
        connections,
        duration,
      });
    await fire(1); // to warm up
    const delayOf = async (): Promise<EventLoopDelay> => {
      const answer = reply(child);
      child.send("delay");
      return ((await answer) as { delay: EventLoopDelay }).delay;
    };
    await delayOf();
    let over = false;
    const probed = probe(`${url}/health`, () => over);
    const result = await fire(seconds);
    over = true;
    const delay = await delayOf();
    return {
      requestsPerSecond: result.requests.total / seconds,
      p50: result.latency.p50,
      p99: result.latency.p99,
      failed: result.non2xx + result.errors,
      delay,
      healthP99: await probed,
    };
  } finally {
    child.disconnect();
  }
}

/** The 99th percentile, in milliseconds, of requests one after the other. */
async function probe(url: string, over: () => boolean): Promise<number> {
  const took: number[] = [];
  while (!over()) {
    const began = performance.now();
    await (await fetch(url)).arrayBuffer();
    took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  took.sort((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)] ?? Number.NaN;
}

const columns = [
  "requests/s",
  "p50 ms",
  "p99 ms",
  "failed",
  "loop mean ms",
  "loop p99 ms",
  "loop max ms",
  "health p99 ms",
];

function row(mode: string, m: Measurement): string {
  const numbers = [
    m.requestsPerSecond.toFixed(m.requestsPerSecond < 100 ? 1 : 0),
    m.p50.toFixed(0),
    m.p99.toFixed(0),
    String(m.failed),
    m.delay.mean.toFixed(1),
    m.delay.p99.toFixed(1),
    m.delay.max.toFixed(1),
    m.healthP99.toFixed(1),
  ];
  const cells = numbers.map((text, i) => text.padStart(columns[i]?.length ?? 0));
  return [mode.padEnd(10), ...cells].join("  ");
}

const { values } = parseArgs({
  options: {
    model: { type: "string", multiple: true },
    preset: { type: "string", default: "gluon" },
    connections: { type: "string", default: "16" },
    seconds: { type: "string", default: "8" },
    help: { type: "boolean" },
  },
});
if (values.help) process.stdout.write(help);
else {
  const connections = Number(values.connections);
  const seconds = Number(values.seconds);
  console.log(
    `${connections} connections, ${seconds} s each; the load comes from the same machine`,
  );
  for (const workload of await workloads(values.model ?? zooModels(), values.preset)) {
    console.log(`\n${workload.title}\n${["".padEnd(10), ...columns].join("  ")}`);
    for (const mode of ["run", "runSync"] as const)
      console.log(row(`${mode}()`, await measure(workload, mode, connections, seconds)));
  }
}
