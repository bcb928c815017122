// Run with --expose-gc: models are created from arrays that only the call holds, while the
// collector runs and other arrays take the freed memory. argv: entry of the package, library.
const { loadLibrary } = await import(process.argv[2]);
const library = loadLibrary({ path: process.argv[3] });
const sizeBytes = 1 << 20;

function start() {
  const symbol = Buffer.from("slow");
  const params = new Uint8Array(sizeBytes).fill(3);
  return library.LPModelCreateAsync(symbol, 4, params, sizeBytes);
}

const calls = Array.from({ length: 40 }, start);
const noise = [];
const timer = setInterval(() => {
  globalThis.gc();
  noise.push(new Uint8Array(sizeBytes).fill(255));
  if (noise.length > 30) noise.length = 0;
}, 5);
let right = 0;
for (const model of await Promise.all(calls)) {
  if (library.LPModelGetInputCount(model) === 3 * sizeBytes) right++;
  library.LPModelFree(model);
}
clearInterval(timer);
console.log(`sums as expected: ${right}`);
