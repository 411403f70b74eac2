// What the plug-in exports, for extism-js; Alyx's own compiler finds it by itself.
declare module "main" {
  export function hello(): I32
}
