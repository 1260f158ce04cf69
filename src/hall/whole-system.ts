import { editConfig } from '../act/edit-config.ts'
import { createLoader } from '../act/load/loader.ts'
import type { System } from '../model/system.ts'
import { readConfigText } from '../read/config-text.ts'
import { disk } from '../read/disk.ts'
import { realClock } from '../read/real-clock.ts'
import { watch } from '../read/watch.ts'

const real: System = {
  files: disk,
  watch,
  clock: realClock,
  loader: createLoader,
  config: { read: readConfigText, edit: editConfig },
}

/** The parts that are given, and the real thing for the others. */
export function wholeSystem(given: Partial<System> | undefined): System {
  return given === undefined ? real : { ...real, ...given }
}
