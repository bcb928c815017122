/**
 * A harness without a library, for tests of the runner. It reads the expected answers from the cases.
 *
 * FAKE_MODE   right    gives every expected answer
 *             wrong    changes every answer that a case checks
 *             crash    ends in the middle of every third case
 *             hang     never answers the first call of a case
 *             lie      declares the feature lp and one that does not exist, but does not know LP*
 *             partial  declares only `reshape`, and answers calls of other features with an error
 *             claim    declares all of part one, but does not know MXPredReshape
 *             codeless knows LPGetVersion and declares lp, but gives no error codes
 *             garbage  sends bytes that are no frame
 *             prints   writes a line of text before its first frame
 *             object   answers hello with features that are no list
 *             version  speaks another version of the protocol
 */

import {
  caseSteps,
  dtypeCodes,
  encodeFrame,
  FrameReader,
  features,
  neededFeatures,
  protocolVersion,
  readCases,
  specDType,
  tensorBytes,
} from "../dist/index.js";

const mode = process.env["FAKE_MODE"] ?? "right";
const cases = new Map(readCases().map((item) => [item.id, item]));
const partOne = features.filter((name) => name !== "lp" && name !== "pointers");
const declared = {
  lie: [...partOne, "lp", "telepathy"],
  partial: ["reshape"],
  codeless: [...partOne, "lp"],
  object: {},
};
const reader = new FrameReader();
let current;
let steps = [];
let position = 0;
let begun = 0;
let handles = 0;

process.stdin.on("data", (bytes) => {
  for (const { json } of reader.push(bytes)) {
    const answer = respond(json);
    if (answer !== undefined) {
      process.stdout.write(encodeFrame(answer.json, answer.payload ?? Buffer.alloc(0)));
    }
  }
});

function respond(message) {
  if (message.call === "hello") {
    const features = declared[mode] ?? partOne;
    if (mode === "prints") {
      process.stdout.write("loading\n");
    }
    const protocol = mode === "version" ? protocolVersion + 1 : protocolVersion;
    return { json: { protocol, name: `fake-${mode}`, library: "none", features } };
  }
  if (message.call === "begin") {
    current = cases.get(message.id);
    steps = caseSteps(current);
    position = 0;
    begun += 1;
    return { json: {} };
  }
  if (mode === "claim" && message.call === "MXPredReshape") {
    return { json: { unsupported: message.call } };
  }
  if (mode === "partial" && neededFeatures(current).some((name) => name !== "reshape")) {
    return { json: { rc: -1, error: "a call that this harness did not declare" } };
  }
  if (mode === "codeless" && message.call === "LPGetVersion") {
    return { json: { rc: 0, text: "0.0.0" } };
  }
  if (message.call.startsWith("LP")) {
    return { json: { unsupported: message.call } };
  }
  if (mode === "hang") {
    return undefined;
  }
  if (mode === "crash" && begun % 3 === 0) {
    console.error("the fake crashes\nat its third case");
    process.exit(3);
  }
  if (mode === "garbage") {
    process.stdout.write(Buffer.from("05000000000000006e6f206f6e65", "hex"));
    return undefined;
  }
  return next(message);
}

/** The expected answer to the next step; shape and type asked between steps are those of its array. */
function next(message) {
  const step = steps[position];
  if (step.call !== message.call) {
    const array = step.expect?.array ?? { shape: [1] };
    return {
      json: { rc: 0, shape: array.shape, slots: slotsOf(specDType(array)) },
    };
  }
  position += 1;
  if (current.fails !== undefined) {
    return mode === "wrong"
      ? { json: { rc: 0, handle: ++handles } }
      : { json: { rc: -1, error: `expected: ${current.fails.join(" ")}` } };
  }
  return expected(step);
}

function expected(step) {
  const expect = step.expect ?? {};
  if (expect.error !== undefined && mode !== "wrong") {
    return { json: { rc: -1, error: `expected: ${expect.error.join(" ")}` } };
  }
  const json = {
    rc: 0,
    handle: ++handles,
    handles: [],
    text: mode === "wrong" ? "" : "text",
    left: 0,
  };
  if (Array.isArray(step.as)) {
    json.handles = step.as.map(() => ++handles);
  }
  for (const field of ["shape", "left", "monitor", "length", "key", "slots"]) {
    if (expect[field] !== undefined) {
      json[field] = mode === "wrong" ? "wrong" : expect[field];
    }
  }
  if (expect.dtype !== undefined) {
    json.slots = mode === "wrong" ? slotsOf("bool") : slotsOf(expect.dtype);
  }
  if (expect.array === undefined) {
    return { json };
  }
  const payload = tensorBytes(expect.array);
  return {
    json,
    payload: mode === "wrong" ? Buffer.concat([payload, payload, Buffer.alloc(1)]) : payload,
  };
}

function slotsOf(dtype) {
  return [dtypeCodes[dtype], -1, -1, -1, -1, -1, -1, -1];
}
