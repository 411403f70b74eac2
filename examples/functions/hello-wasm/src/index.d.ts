// What the plug-in exports. extism-js needs this file; Alyx's own compiler keeps to it where it is there.
declare module "main" {
  export function hello(): I32
}
