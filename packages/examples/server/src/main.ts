/** An HTTP server that classifies images. */
export {};
