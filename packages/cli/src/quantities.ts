/** Numbers with their units, as people read them. JSON output has plain numbers instead. */

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `203 KiB`, `1.4 MiB`: three digits, binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1023.7 KiB would be shown as 1024 KiB.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? bytes : threeDigits(value)} ${byteUnits[unit]}`;
}

/** `50,138`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

const countUnits = ["", " k", " M", " G", " T"] as const;

/** `1.58 G`: three digits, decimal units. */
export function formatRoundCount(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < countUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? String(count) : `${threeDigits(value)}${countUnits[unit]}`;
}

/** `42.0 µs`, `0.42 ms`, `13.1 ms`, `2.40 s`. */
export function formatDuration(ms: number): string {
  if (ms >= 999.5) return `${threeDigits(ms / 1000)} s`;
  if (ms < 0.09995) return `${threeDigits(ms * 1000)} µs`;
  return `${threeDigits(ms)} ms`;
}

/** `62.6`: three digits; nothing where there was nothing to count. */
export function formatGflops(gflops: number): string {
  return gflops === 0 ? "" : threeDigits(gflops);
}

/** `0.42`, `61.3`, `20,746`: of something that is counted each second. */
export function formatRate(rate: number): string {
  return rate >= 99.95 ? formatCount(Math.round(rate)) : threeDigits(rate);
}

/** `12.3 %`. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `1×3×224×224`; a scalar is `scalar`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
