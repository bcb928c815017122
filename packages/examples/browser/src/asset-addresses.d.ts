/** What Vite makes of an import that ends with `?url`: the address of a file that comes with the page. */
declare module "*?url" {
  const address: string;
  export default address;
}
