import { Command, Option } from 'commander'
import { withFolderOptions } from './folder-options.ts'
import type { FolderOptions } from './folder-options.ts'

/** What `plugbay graph` is asked for. */
export interface GraphOptions extends FolderOptions {
  readonly mermaid?: boolean
  readonly dot?: boolean
  readonly json?: boolean
}

/** `plugbay graph`. */
export function graphCommand(): Command {
  return withFolderOptions(new Command('graph'))
    .description(
      'Shows which plugin needs which, and whether a start would run it. Runs none of their code. At the left of the ' +
        'tree stand the plugins that nobody needs, and below each is what it needs; what comes again is shown in full ' +
        'once. Exit code 1 if one of them cannot run as wanted.',
    )
    .addOption(new Option('--mermaid', 'print a Mermaid flowchart').conflicts(['dot', 'json']))
    .addOption(new Option('--dot', 'print a graph for graphviz').conflicts(['mermaid', 'json']))
    .addOption(
      new Option('--json', 'print JSON (schema/cli-graph.schema.json)').conflicts(['mermaid', 'dot']),
    )
    .addHelpText('after', '\nExample:\n  $ plugbay graph --dot | dot -Tsvg > plugins.svg')
    .action(async (options: GraphOptions) => {
      const { showGraph } = await import('./graph/graph-show.ts')
      process.exitCode = await showGraph(options)
    })
}
