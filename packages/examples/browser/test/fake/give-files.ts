/** Gives the page files, as a user does. */
import type { Page } from "playwright-core";
import type { NamedFile } from "./small-networks.js";

/** Drops files on the page, all at once. */
export async function dropFiles(page: Page, ...files: readonly NamedFile[]): Promise<void> {
  const texts = files.map(({ name, content }) => ({
    name,
    base64: Buffer.from(content).toString("base64"),
  }));
  await page.evaluate((all) => {
    const data = new DataTransfer();
    for (const { name, base64 } of all) {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const type = name.endsWith(".png") ? "image/png" : "";
      data.items.add(new File([bytes], name, { type }));
    }
    for (const type of ["dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }),
      );
  }, texts);
}

/** Chooses files in a hidden input, which the page's buttons open. */
export async function chooseFiles(page: Page, input: string, ...files: readonly NamedFile[]) {
  await page.setInputFiles(
    input,
    files.map(({ name, content }) => ({
      name,
      mimeType: name.endsWith(".png") ? "image/png" : "application/octet-stream",
      buffer: Buffer.from(content),
    })),
  );
}
