// Prints what the lookup finds, or what it tried. argv: entry of the package.
const { loadLibrary } = await import(process.argv[2]);
try {
  console.log(JSON.stringify({ path: loadLibrary().path }));
} catch (error) {
  console.log(JSON.stringify({ tried: error.tried }));
}
