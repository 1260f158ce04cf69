import type { Generation } from '../act/generation.ts'
import type { Metadata } from '../model/metadata.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Slot } from './slot.ts'

/** What runs of one plugin, as planning sees it. */
export class Running implements RunningFact {
  readonly #slot: Slot
  readonly #generation: Generation

  constructor(slot: Slot, generation: Generation) {
    this.#slot = slot
    this.#generation = generation
  }

  get name(): string {
    return this.#generation.name
  }

  get directory(): string {
    return this.#generation.parts.candidate.directory
  }

  get newest(): string {
    return this.#slot.prepared?.facts?.directory ?? this.directory
  }

  get metadata(): Metadata {
    return this.#generation.parts.candidate.metadata
  }

  get identity(): string {
    return this.#generation.parts.identity
  }

  get dependencies(): readonly string[] {
    return this.#generation.parts.dependencies
  }
}
