/** Has the page kept for use without a network. */
import { part } from "./part.js";

/** Registers the service worker, which only the built page has. */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  try {
    await navigator.serviceWorker.register("./service-worker.js");
    await navigator.serviceWorker.ready;
    part("offline").textContent = "It works without a network, too.";
  } catch {
    // Private windows and some settings forbid it; the page works, with a network.
  }
}
