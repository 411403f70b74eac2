/** The name of every bundle in stack traces of the guest; map-stack.ts turns its places into those of the source. */
export const bundleFileName = "alyx-function.js"
