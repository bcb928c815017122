/** Starts the page. */
import { countCameras } from "./camera.js";
import { takeDroppedFiles } from "./drop-zone.js";
import { digits } from "./network-choice.js";
import { keepForOffline } from "./offline-use.js";
import { part } from "./part.js";
import { RecogniserApp } from "./recogniser-app.js";
import { Recognition } from "./recognition.js";

const recognition = new Recognition(
  () => new Worker(new URL("../worker/recognition-worker.ts", import.meta.url), { type: "module" }),
);
const app = new RecogniserApp(recognition);
takeDroppedFiles((files) => void app.takeFiles(files));
void app.open(digits).then(keepForOffline);
part("camera-button").hidden = (await countCameras()) === 0;
