import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findModels, MissingModelsError } from "../src/model-folders.js";

describe("the folder of the models", () => {
  let folder: string;
  const put = async (subfolder: string, ...names: string[]): Promise<void> => {
    await mkdir(join(folder, subfolder), { recursive: true });
    for (const name of names) await writeFile(join(folder, subfolder, name), "");
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "faces-models-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("may have the files itself", async () => {
    await put(".", "16-symbol.json", "16-0000.params");
    expect(await findModels("retinaface", folder)).toBe(folder);
  });

  it("may have them in a subfolder", async () => {
    await put("retinaface-mobile", "16-symbol.json", "16-0000.params");
    expect(await findModels("retinaface", folder)).toBe(join(folder, "retinaface-mobile"));
  });

  it("that lacks some is named with what is missing, what is needed and where it comes from", async () => {
    await put("mtcnn", "det1-symbol.json", "det1-0001.params", "det2-symbol.json");
    await put("mtcnn", "det3-symbol.json", "det3-0001.params");
    const error = await findModels("mtcnn", folder).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingModelsError);
    const { message } = error as Error;
    expect(message).toContain(`${folder}: none of them`);
    expect(message).toContain(`${join(folder, "mtcnn")}: not det2-0001.params`);
    expect(message).toContain("mtcnn needs det1-symbol.json, det1-0001.params, det2-symbol.json");
    expect(message).toContain("https://github.com/deepinsight/insightface");
  });

  it("need not exist to be told what belongs there", async () => {
    await expect(findModels("retinaface", join(folder, "nowhere"))).rejects.toThrow(
      /nowhere: none of them\n.*retinaface needs 16-symbol.json, 16-0000.params: /s,
    );
  });
});
