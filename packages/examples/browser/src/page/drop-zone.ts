/** The whole page takes files that are dropped on it or pasted into it. */

/** @param take - gets the files */
export function takeDroppedFiles(take: (files: readonly File[]) => void): void {
  const root = document.documentElement;
  const carriesFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes("Files") ?? false;
  root.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    root.classList.add("dropping");
  });
  root.addEventListener("dragleave", (event) => {
    // Leaving a part for another one is not leaving the page.
    if (event.relatedTarget === null) root.classList.remove("dropping");
  });
  root.addEventListener("drop", (event) => {
    root.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
  root.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) take(files);
  });
}
