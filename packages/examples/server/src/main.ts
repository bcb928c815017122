/** Starts the server, and ends it on SIGTERM or SIGINT. */
import { Classifier, PredictError } from "@libpredict/core";
import { buildServer } from "./build-server.js";
import { help, readArguments, type ServerOptions, UsageError } from "./server-options.js";

/** How long requests that are under way may take after a signal. */
const gracePeriodMs = 10_000;

async function start(options: ServerOptions): Promise<void> {
  const { host, port, model, preset, labels, pool, threads, maxWaiting } = options;
  const classifier = await Classifier.load(model, {
    preset,
    maxWaiting,
    ...(labels === undefined ? {} : { labels }),
    ...(pool === undefined ? {} : { size: pool }),
    ...(threads === undefined ? {} : { threads }),
  });
  const server = buildServer(classifier);
  const address = await server.listen({ host, port }).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const { size, threads: threadsOfOne } = classifier.stats();
  console.log(
    `listening on ${address} with ${size} predictors of ${threadsOfOne} ${threadsOfOne === 1 ? "thread" : "threads"} each`,
  );

  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(1); // a second signal does not wait
    ending = true;
    console.log(`${signal}: answering the requests that are under way`);
    setTimeout(() => {
      console.error(`error: requests were still under way after ${gracePeriodMs / 1000} s`);
      process.exit(1);
    }, gracePeriodMs).unref();
    server.close().then(
      () => console.log("ended"),
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === "help") process.stdout.write(help);
  else await start(options);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`error: ${error.message}\n--help tells more`);
    process.exitCode = 2;
  } else {
    const code = error instanceof PredictError ? ` (${error.code})` : "";
    console.error(`error${code}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
