import { readFileSync } from 'node:fs'
import { Argument, Command } from 'commander'

const SHELLS = ['bash', 'zsh', 'fish']

/** `plugbay completion`. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('Prints a script that lets a shell complete commands, options and names of plugins.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  $ eval "$(plugbay completion bash)"\n\n' +
        'For ever, add it to your settings:\n' +
        '  ~/.bashrc   eval "$(plugbay completion bash)"\n' +
        '  ~/.zshrc    source <(plugbay completion zsh)\n' +
        '  ~/.config/fish/config.fish\n' +
        '              plugbay completion fish | source',
    )
    .action((shell: string) => {
      process.stdout.write(
        readFileSync(new URL(`../../completion/plugbay.${shell}`, import.meta.url), 'utf8'),
      )
    })
}
