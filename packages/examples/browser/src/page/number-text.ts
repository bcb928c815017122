/** Numbers with units, as they are shown. */

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** `203 KB`, `1.40 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 999.5) return `${bytes} B`;
  if (bytes < 999.5e3) return `${threeDigits(bytes / 1e3)} KB`;
  return bytes < 999.5e6 ? `${threeDigits(bytes / 1e6)} MB` : `${threeDigits(bytes / 1e9)} GB`;
}

/** `950`, `1.40 k`, `3.86 G`. */
export function countText(count: number): string {
  if (count < 999.5) return String(count);
  if (count < 999.5e3) return `${threeDigits(count / 1e3)} k`;
  return count < 999.5e6 ? `${threeDigits(count / 1e6)} M` : `${threeDigits(count / 1e9)} G`;
}

/** `0.84 ms`, `13.1 ms`, `1.20 s`. */
export function timeText(ms: number): string {
  if (ms >= 999.5) return `${threeDigits(ms / 1000)} s`;
  return `${ms < 1 ? ms.toFixed(2) : threeDigits(ms)} ms`;
}

/** `99.8 %`; never 100 for less. */
export function shareText(share: number): string {
  const percent = 100 * share;
  if (percent >= 99.95) return share >= 0.9999 ? "100 %" : "99.9 %";
  return `${percent.toFixed(1)} %`;
}
