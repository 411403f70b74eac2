/** What is said to somebody. Change it while `alyx dev` runs, and call the function again. */
export function greet(name) {
  return `Hello, ${name}, from WASM!`
}
