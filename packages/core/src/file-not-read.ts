/** That a file could not be read, and why; becomes an entry of `LoadError.tried`. Never leaves the package. */
export class FileNotRead extends Error {}
