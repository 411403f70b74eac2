import type { Config } from "../../project/config.ts"

/** Owns the configuration that is in force now. Parts read it at each use, so that live options act at once. */
export class ConfigHolder {
  #current: Config

  constructor(config: Config) {
    this.#current = config
  }

  get current(): Config {
    return this.#current
  }

  swap(config: Config): void {
    this.#current = config
  }
}
