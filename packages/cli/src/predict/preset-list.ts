/** The presets in words. */
import type { PresetName } from "@libpredict/core";
import { textTable } from "../text-table.js";

/** For which models each preset is; one line each. */
const presetLines: Readonly<Record<PresetName, string>> = {
  gluon: "Gluon model zoo: RGB, 0..1, ImageNet mean and std",
  "gluon-inception-v3": "the same, 299×299",
  "imagenet-2015": "Inception of 2015: RGB, minus 117",
  "imagenet-2015-mean-image": "Inception-BN of 2015: RGB, minus --mean-image",
  "imagenet-rgb-mean": "train_imagenet, VGG: RGB, minus mean colour",
  "inception-v3": "the model gallery's: RGB, (x - 128) / 128, 299×299",
  caffe: "converted from Caffe: BGR, minus mean colour",
  raw: "the gallery's ResNet, ResNeXt: RGB, 0..255",
  gray: "small networks on drawn digits: gray, 0..1, 28×28",
};

/** The presets, one line each, for help and errors. @param title - colours the heading */
export function presetList(title: (text: string) => string = String): string {
  const rows = Object.entries(presetLines).map(([name, line]) => [name, line]);
  const lines = textTable([{ title: "" }, { title: "" }], rows).map((line) => `  ${line}`);
  return `${title("Presets")} (224×224 where nothing else is said):\n${lines.join("\n")}`;
}
