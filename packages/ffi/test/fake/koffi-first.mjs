// Another user of koffi loads a library before the package does. argv: koffi, entry, library.
const { default: koffi } = await import(process.argv[2]);
koffi.load(null);
const { loadLibrary } = await import(process.argv[3]);
const library = loadLibrary({ path: process.argv[4] });
const symbol = Buffer.from("{}");
library.LPModelFree(library.LPModelCreate(symbol, 2, null, 0));
try {
  await library.LPModelCreateAsync(symbol, 2, null, 0);
} catch (error) {
  console.log(error.code, error.message);
}
