/**
 * Keeps the whole page for use without a network. Its files are taken on the first visit; those of
 * a new version wait until no page of the old one is open.
 */
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, type PrecacheEntry, precacheAndRoute } from "workbox-precaching";

/** Written in by the build: every file of the page, with a hash where its name has none. */
declare const PAGE_FILES: (PrecacheEntry | string)[];

precacheAndRoute(PAGE_FILES);
cleanupOutdatedCaches();
clientsClaim();
