// Fits what an algorithm costs to what was measured: constants for the estimates of plans.

/**
 * Least squares of relative errors, by coordinate descent, no coefficient below 0.
 *
 * @param {number[][]} rows One row of terms for each measurement.
 * @param {number[]} times
 * @returns {number[]} A coefficient for each term.
 */
export function fitNonNegative(rows, times) {
  const terms = rows[0]?.length ?? 0;
  const coefficients = new Array(terms).fill(0);
  const scaled = rows.map((row, i) => row.map((term) => term / /** @type {number} */ (times[i])));
  const left = scaled.map(() => 1);
  for (let round = 0; round < 20000; round++) {
    const k = round % terms;
    let product = 0;
    let square = 0;
    scaled.forEach((row, i) => {
      const term = row[k] ?? 0;
      product += term * /** @type {number} */ (left[i]);
      square += term * term;
    });
    if (square === 0) continue;
    const next = Math.max(0, coefficients[k] + product / square);
    const step = next - coefficients[k];
    coefficients[k] = next;
    scaled.forEach((row, i) => {
      left[i] = /** @type {number} */ (left[i]) - step * (row[k] ?? 0);
    });
  }
  return coefficients;
}

/**
 * @param {{ op: string, algorithm: string, library: number, group: string, layer: string, ns: number,
 *   multiply_adds: number, bytes: number }[]} measurements
 * @returns {string} For each algorithm: start, per multiply-add, per float of the tensors, and how
 *   far the fit is off at worst.
 */
export function fitCosts(measurements) {
  const lines = [
    "",
    "ns = start + multiply-adds * a + floats of all tensors * b; the worst misses by the factor shown",
    `${"algorithm".padEnd(32)}${"start".padStart(10)}${"a".padStart(10)}${"1/a".padStart(8)}${"b".padStart(8)}${"layers".padStart(8)}   worst`,
  ];
  const mine = measurements.filter(
    (m) => m.library === 0 && m.multiply_adds > 0 && m.algorithm !== "",
  );
  for (const key of new Set(mine.map((m) => `${m.op} ${m.algorithm}`))) {
    const of = mine.filter((m) => `${m.op} ${m.algorithm}` === key);
    const rows = of.map((m) => [1, m.multiply_adds, m.bytes / 4]);
    const [start = 0, a = 0, b = 0] = fitNonNegative(
      rows,
      of.map((m) => m.ns),
    );
    let worst = { factor: 1, name: "" };
    for (const m of of) {
      const ratio = (start + a * m.multiply_adds + (b * m.bytes) / 4) / m.ns;
      const factor = Math.max(ratio, 1 / ratio);
      if (factor > worst.factor) worst = { factor, name: `${m.group}: ${m.layer}` };
    }
    lines.push(
      `${key.padEnd(32)}${start.toFixed(0).padStart(10)}${a.toFixed(5).padStart(10)}${(a > 0 ? 1 / a : 0).toFixed(1).padStart(8)}${b.toFixed(3).padStart(8)}${String(of.length).padStart(8)}   ${worst.factor.toFixed(2)} ${worst.name}`,
    );
  }
  return lines.join("\n");
}
