// Says of each mutant that no test noticed where it is, as soon as that is known: a run takes long.
import { PluginKind, declareClassPlugin } from '@stryker-mutator/api/plugin'
import { isMissed, survivor } from './report.js'

class AsFound {
  onMutantTested(mutant) {
    if (isMissed(mutant)) process.stdout.write(`${survivor(mutant)}\n`)
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'as-found', AsFound)]
