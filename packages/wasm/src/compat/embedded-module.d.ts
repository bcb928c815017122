declare module "*/predict.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export = bytes;
}
