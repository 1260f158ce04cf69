// usage: node mutation.js [part of a file name …]
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import { report } from './report.js'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** Without what the build makes of ajv and the published schemas. */
const files = ['dist/decide/!(ajv|compiled-schemas).js', 'dist/act/effects.js', 'dist/act/transaction.js']
const parts = process.argv.slice(2)
const mutate = parts.length === 0 ? files : parts.map((part) => `dist/{decide,act}/${part}.js`)

const mutants = await new Stryker({
  configFile: 'mutation/stryker.config.json',
  mutate,
}).runMutationTest()
process.stdout.write(`\n${report(mutants)}\n`)
