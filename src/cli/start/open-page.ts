import { spawn } from 'node:child_process'

/** What opens an address, by platform; `xdg-open` on all others. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // `start` is a word of the shell, which would read the address itself.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/**
 * Opens an address in the user's browser, and does not wait for it. The browser outlives this process.
 * @param onFailure told in words, when that did not work
 */
export function openPage(url: string, onFailure: (why: string) => void): void {
  const [command, ...first] = OPENERS[process.platform] ?? ['xdg-open']
  const failed = (why: string): void => onFailure(`no browser was opened (${command} ${why}); go to ${url}`)
  const child = spawn(command, [...first, url], { detached: true, stdio: 'ignore' })
  child.on('error', (error: NodeJS.ErrnoException) =>
    failed(error.code === 'ENOENT' ? 'is not installed' : `cannot be run: ${error.message}`),
  )
  child.on('exit', (code) => {
    if (code !== null && code !== 0) failed(`ended with ${code}`)
  })
  child.unref()
}
