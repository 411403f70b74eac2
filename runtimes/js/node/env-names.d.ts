/** Made for each function: the names that its manifest gives under `env`. */
declare module "alyx-env-names" {
  export const envNames: readonly string[]
}
