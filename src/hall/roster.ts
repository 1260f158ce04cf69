import type { Generation } from '../act/generation.ts'
import type { Verdict } from '../model/decision.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { PluginState } from '../model/snapshot.ts'
import { Running } from './running.ts'
import { createSlot, troublesOf } from './slot.ts'
import type { Slot } from './slot.ts'
import { becauseOf, stateOf } from './standing.ts'

/** Everybody who is known, what runs of them, and what is wrong with them; tells each change of state. */
export class Roster {
  readonly slots: Map<string, Slot> = new Map()
  readonly running: Map<string, RunningFact> = new Map()
  /** What is wrong, by plugin; only those with whom something is are here. */
  readonly troubles: Map<string, readonly Problem[]> = new Map()
  /** Whose newest files do not load. */
  readonly unloadable: Set<string> = new Set()
  readonly #onState: (slot: Slot, from: PluginState | undefined) => void

  constructor(onState: (slot: Slot, from: PluginState | undefined) => void) {
    this.#onState = onState
  }

  /** Makes room for those who are new. */
  include(names: Iterable<string>): void {
    for (const name of names) if (!this.slots.has(name)) this.slots.set(name, createSlot(name))
  }

  setLive(slot: Slot, generation: Generation | undefined): void {
    slot.live = generation
    if (!generation) this.running.delete(slot.name)
    else this.running.set(slot.name, new Running(slot, generation))
  }

  setState(slot: Slot, state: PluginState, because: string = slot.because): void {
    const from = slot.told ? slot.state : undefined
    slot.because = because
    if (from === state) return
    slot.told = true
    slot.state = state
    this.#onState(slot, from)
  }

  /** Brings state and troubles of a plugin in line with what is wanted of it; forgets one that is gone. */
  refresh(name: string, verdict: Verdict | undefined): void {
    const slot = this.slots.get(name)
    if (!slot) return
    const troubles = verdict ? troublesOf(slot, verdict) : []
    if (troubles.length > 0) this.troubles.set(name, troubles)
    else this.troubles.delete(name)
    if (verdict) {
      this.setState(slot, stateOf(slot, verdict), becauseOf(slot, verdict))
    } else if (!slot.live) {
      this.setState(slot, 'off', 'removed')
      this.slots.delete(name)
      this.unloadable.delete(name)
    }
  }

  /** Stops everything, dependents first. */
  async stop(): Promise<void> {
    const live = [...this.slots.values()].filter((slot) => slot.live)
    await Promise.all(live.map((slot) => slot.live!.drain()))
    live.sort((a, b) => b.live!.sequence - a.live!.sequence)
    const generations = live.map((slot) => slot.live!)
    for (const slot of live) {
      this.setState(slot, 'stopping')
      await slot.live!.stop()
      this.setLive(slot, undefined)
      this.setState(slot, 'off', 'closed')
    }
    for (const generation of generations) generation.settle()
    for (const slot of this.slots.values()) {
      const between = slot.state === 'stopping' || slot.state === 'loading' || slot.state === 'found'
      if (between) this.setState(slot, 'off', 'closed')
    }
  }
}
