#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { isPluginError } from '../model/problem.ts'

/** What a command's file gives: the command, ready to be parsed. */
export type CommandMaker = () => Command

/** Loaded only when named, so that the help of all costs nothing. */
const COMMANDS: Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<CommandMaker> }>
> = {
  start: {
    summary: 'run a folder of plugins, with live routes and a page',
    load: async () => (await import('./start.ts')).startCommand,
  },
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Exit codes: 0 fine, 1 something went wrong, 2 wrong usage. */
async function main(values: readonly string[]): Promise<void> {
  const program = new Command('plugbay')
    .description('Drop a folder into plugins/ and it runs; save a file and it is live.')
    .version(version)
    .exitOverride()
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    if (values.includes(name)) {
      const make = await load()
      program.addCommand(make().copyInheritedSettings(program).summary(summary))
    } else program.command(name).summary(summary)
  }
  try {
    await program.parseAsync(values, { from: 'user' })
  } catch (cause) {
    if (cause instanceof CommanderError) process.exitCode = cause.exitCode === 0 ? 0 : 2
    else {
      console.error(isPluginError(cause) ? cause.message : cause)
      process.exitCode = 1
    }
  }
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

await main(process.argv.slice(2))
