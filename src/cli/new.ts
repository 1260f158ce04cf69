import { Command } from 'commander'
import type { MakeOptions } from './new/make-plugin.ts'

/** `plugbay new`. */
export function newCommand(): Command {
  return new Command('new')
    .description(
      'Makes a plugin that runs, of a template: base has a setting, a timer and a test; ui a page with a form; api a ' +
        'REST resource with its OpenAPI document; these two for hosts whose ctx.host.http is a Hono, as that of plugbay ' +
        'start. Overwrites nothing. A host that runs follows at once.',
    )
    .argument('[kind]', 'base, ui or api')
    .argument('[name]', 'its name, and that of its folder')
    .option('--dir, --output-dir <folder>', 'the plugins folder that it is made in', 'plugins')
    .option('--config <file>', 'which plugins are on, and their settings', 'plugins.config.json')
    .option('--js', 'plain ES modules instead of TypeScript', false)
    .option('--description <text>', 'what it does, in one line')
    .option('--yes', 'ask for nothing', false)
    .option('--json', 'print JSON (schema/cli-new.schema.json)', false)
    .addHelpText('after', '\nExample:\n  $ plugbay new ui guests --description "Who was here"')
    .action(async (kind: string | undefined, name: string | undefined, options: MakeOptions) => {
      const { makePlugin } = await import('./new/make-plugin.ts')
      process.exitCode = await makePlugin(kind, name, options)
    })
}
