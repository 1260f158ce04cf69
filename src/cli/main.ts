#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { isPluginError } from '../model/problem.ts'

/** What a command's file gives: the command, ready to be parsed. */
export type CommandMaker = () => Command

/** One command, as far as the others need to know it. */
export interface CommandRow {
  readonly summary: string
  readonly load: () => Promise<CommandMaker>
  /** For programs, not for people. */
  readonly hidden?: true
}

/** Loaded only when named, so that the help of all costs nothing. */
const COMMANDS: Readonly<Record<string, CommandRow>> = {
  new: {
    summary: 'make a plugin of a template: base, ui or api',
    load: async () => (await import('./new.ts')).newCommand,
  },
  start: {
    summary: 'run a folder of plugins, with live routes and a page',
    load: async () => (await import('./start.ts')).startCommand,
  },
  list: {
    summary: 'what a start would do with each plugin, and why',
    load: async () => (await import('./list.ts')).listCommand,
  },
  check: {
    summary: 'everything that is wrong with plugins and config',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  why: {
    summary: 'why a plugin runs or not, and what would change it',
    load: async () => (await import('./why.ts')).whyCommand,
  },
  graph: {
    summary: 'show who needs whom, as a tree, Mermaid, DOT or JSON',
    load: async () => (await import('./graph.ts')).graphCommand,
  },
  enable: {
    summary: 'turn plugins on in the config file',
    load: async () => (await import('./enable.ts')).enableCommand,
  },
  disable: {
    summary: 'turn plugins off in the config file',
    load: async () => (await import('./disable.ts')).disableCommand,
  },
  completion: {
    summary: 'let your shell complete what you type',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  complete: {
    summary: 'what the scripts of completion ask for',
    load: async () => {
      const { completeCommand } = await import('./complete.ts')
      return () => completeCommand(COMMANDS)
    },
    hidden: true,
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
    .addHelpText(
      'after',
      '\nEach command explains itself:\n  $ plugbay help list\n\n' +
        'Exit codes:\n  0  all is well\n  1  something is wrong\n  2  it was called in a wrong way',
    )
  for (const [name, { summary, load, hidden = false }] of Object.entries(COMMANDS)) {
    if (values.includes(name)) {
      const make = await load()
      program.addCommand(make().copyInheritedSettings(program).summary(summary), { hidden })
    } else program.command(name, { hidden }).summary(summary)
  }
  if (values.length === 0) {
    program.outputHelp()
    return
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
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

await main(process.argv.slice(2))
