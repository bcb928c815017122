/** The part of autocannon that the benchmark uses; the package brings no types. */
declare module "autocannon" {
  interface Options {
    readonly url: string;
    readonly method: "POST" | "GET";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
  }
  /** Latencies in milliseconds. */
  interface Result {
    readonly requests: { readonly average: number; readonly total: number };
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly non2xx: number;
    readonly errors: number;
  }
  function autocannon(options: Options): Promise<Result>;
  // biome-ignore lint/style/noDefaultExport: as the package has it
  export default autocannon;
}
