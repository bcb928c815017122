/** The settings of an operator that a reader looks for first, in few characters. */

/** `3×3 /2 · 64` for a convolution; empty where nothing stands out. Attributes are the file's text. */
export function layerSettings(op: string, attrs: Readonly<Record<string, string>>): string {
  const window = tuple(attrs["kernel"]).join("×");
  const strides = tuple(attrs["stride"]);
  const stride = strides.some((s) => s !== "1")
    ? `/${new Set(strides).size === 1 ? strides[0] : strides.join("×")}`
    : "";
  const join = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(" ");
  const withCount = (text: string, count: string | undefined): string =>
    [text, count].filter(Boolean).join(" · ");
  switch (op) {
    case "Convolution":
    case "Convolution_v1":
    case "Deconvolution": {
      const dilate = tuple(attrs["dilate"]).some((d) => d !== "1") ? "dilated" : "";
      const groups = attrs["num_group"] ?? "1";
      const filters = attrs["num_filter"];
      const grouped = groups === filters ? "depthwise" : `groups ${groups}`;
      return withCount(join(window, stride, dilate, groups === "1" ? "" : grouped), filters);
    }
    case "Pooling":
    case "Pooling_v1":
      if (/^(true|1)$/i.test(attrs["global_pool"] ?? ""))
        return join(attrs["pool_type"] ?? "max", "global");
      return join(attrs["pool_type"] ?? "max", window, stride);
    case "FullyConnected":
      return attrs["num_hidden"] ?? "";
    case "Activation":
    case "LeakyReLU":
      return attrs["act_type"] ?? (op === "LeakyReLU" ? "leaky" : "");
    case "UpSampling":
      return join(attrs["sample_type"], attrs["scale"] && `×${attrs["scale"]}`);
    case "RNN":
      return withCount(attrs["mode"] ?? "", attrs["state_size"]);
    case "Reshape":
    case "reshape":
      return attrs["shape"] ?? attrs["target_shape"] ?? "";
    case "Concat":
    case "concat":
      return `axis ${attrs["dim"] ?? "1"}`;
    case "softmax":
    case "log_softmax":
      return `axis ${attrs["axis"] ?? "-1"}`;
    case "Embedding":
      return join(attrs["input_dim"], "→", attrs["output_dim"]);
    default:
      return "";
  }
}

/** The entries of `(3, 3)`; the file's own text, so nothing is interpreted. */
function tuple(text: string | undefined): string[] {
  return (text ?? "")
    .replace(/[()[\]\s]/g, "")
    .split(",")
    .filter((part) => part !== "")
    .map((part) => part.replace(/L$/, ""));
}
