import { alyxError } from "../../../errors.ts"
import type { Clock } from "../../../lib/clock.ts"
import type { AuthConfig } from "../auth.ts"
import { providerDefinition } from "./known-providers.ts"
import { OAuth2Provider } from "./oauth2-provider.ts"
import { OpenIdProvider } from "./openid-provider.ts"
import type { OAuthProvider, ProviderConfig } from "./provider.ts"

/** The providers of `auth.oauth`. */
export class OAuthProviders {
  readonly #config: () => AuthConfig
  readonly #clock: Clock
  /** By the frozen entry, so that a changed one makes a new provider and what was found out of an equal one is kept. */
  readonly #made = new WeakMap<ProviderConfig, OAuthProvider>()

  constructor({ config, clock }: { readonly config: () => AuthConfig; readonly clock: Clock }) {
    this.#config = config
    this.#clock = clock
  }

  /** In the order in which they are written. */
  names(): readonly string[] {
    return Object.keys(this.#config().auth.oauth)
  }

  /** The provider of a name; throws PROVIDER_NOT_FOUND. */
  require(name: string): OAuthProvider {
    const { oauth } = this.#config().auth
    const config = Object.hasOwn(oauth, name) ? oauth[name] : undefined
    const definition = config === undefined ? null : providerDefinition(name, config.issuer)
    if (config === undefined || definition === null) throw providerNotFound(this.names())
    const known = this.#made.get(config)
    if (known !== undefined) return known
    const made =
      definition.kind === "openid"
        ? new OpenIdProvider({ name, definition, config, clock: this.#clock })
        : new OAuth2Provider({ name, definition, config })
    this.#made.set(config, made)
    return made
  }
}

function providerNotFound(names: readonly string[]): Error {
  return alyxError("PROVIDER_NOT_FOUND", {
    next: names.length === 0 ? "Providers are set in alyx.yaml, under auth.oauth." : `There are ${names.join(", ")}.`,
  })
}
