import type { Code } from '../act/code.ts'
import type { GenerationParts } from '../act/generation.ts'
import type { Identity } from './identity.ts'

/** What the newest of a plugin is made of. */
export class NewestParts implements GenerationParts {
  readonly candidate: GenerationParts['candidate']
  readonly code: Code
  readonly settings: GenerationParts['settings']
  readonly dependencies: readonly string[]
  readonly #identity: Identity

  constructor(identity: Identity) {
    const { candidate, settings, dependencies } = identity.verdict
    this.candidate = candidate as GenerationParts['candidate']
    this.code = identity.code
    this.settings = settings
    this.dependencies = dependencies
    this.#identity = identity
  }

  get identity(): string {
    return this.#identity.text
  }
}
