import { readFileSync } from 'node:fs'

/** The versions of the contenders' packages, as they are installed. */
export function versions(contenders) {
  const names = contenders.flatMap(({ packages = [] }) => packages)
  return Object.fromEntries(
    names.map((name) => {
      const file = new URL(`node_modules/${name}/package.json`, import.meta.url)
      return [name, JSON.parse(readFileSync(file, 'utf8')).version]
    }),
  )
}
