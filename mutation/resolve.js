// Puts stands-in of this folder in the place of what the tests import.
const STANDS = { 'node:test': './collected.js', 'fast-check': './few-cases.js' }

export function resolve(specifier, context, next) {
  const stand = STANDS[specifier]
  if (stand === undefined) return next(specifier, context)
  const url = new URL(stand, import.meta.url).href
  return context.parentURL === url ? next(specifier, context) : { url, shortCircuit: true }
}
