// What decide/ needs of ajv, made ready so that no process pays for it again: importing ajv's hundred files takes longer
// than most commands, and so does compiling our own schemas. The part of `npm run build` after tsc. Makes of
//   dist/decide/compiled-schemas.js  validators of schema/*.json, and of JSON Schema itself; no ajv in them
//   dist/decide/ajv.js               ajv in one file, for the settings' schemas of plugins
// and of the licences of what is in them dist/decide/ajv.LICENSE.txt.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const draft07 = 'http://json-schema.org/draft-07/schema'

const verbose = { allErrors: true, verbose: true, code: { source: true, esm: true } }
const plain = { ...verbose, strict: false, validateSchema: false, meta: false }

const validators = {
  metadata: published('metadata'),
  config: published('plugins.config'),
  draft07: validatorCode(new Ajv(verbose), (ajv) => ajv.getSchema(draft07)),
}
const schemas = Object.keys(validators).map(
  (name) => `export { default as ${name} } from 'validator:${name}'`,
)
// A function, as most processes never call it: what is required in it is evaluated then.
const ajv = `export const loadAjv = () => ({ Ajv: require('ajv').Ajv, addFormats: require('ajv-formats').default })`

const bundled = new Set([
  ...(await bundle('compiled-schemas', schemas.join('\n'))),
  ...(await bundle('ajv', ajv)),
])
writeFileSync(`${root}/dist/decide/ajv.LICENSE.txt`, [...bundled].sort().map(licence).join('\n'))

function published(name) {
  const schema = JSON.parse(readFileSync(`${root}/schema/${name}.schema.json`, 'utf8'))
  const ajv = new Ajv(plain)
  // For editors, `settings` is a JSON Schema. Here that is judged when the plugin's settings are.
  ajv.addSchema({ $id: `${draft07}#` })
  return validatorCode(ajv, () => ajv.compile(schema))
}

function validatorCode(ajv, validator) {
  return standalone.default(ajv, validator(ajv))
}

/** Writes a module of dist/decide/ and its types. Gives the packages that are in it. */
async function bundle(name, contents) {
  const { metafile } = await build({
    stdin: { contents, resolveDir: root },
    outfile: `${root}/dist/decide/${name}.js`,
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    target: 'es2023',
    plugins: [{ name: 'validators', setup: provideValidators }],
  })
  copyFileSync(`${root}/src/decide/${name}.d.ts`, `${root}/dist/decide/${name}.d.ts`)
  return Object.keys(metafile.inputs).flatMap((file) => /^node_modules\/([^/]+)\//.exec(file)?.[1] ?? [])
}

function provideValidators({ onResolve, onLoad }) {
  const namespace = 'validator'
  onResolve({ filter: /^validator:/ }, ({ path }) => ({ path: path.slice(10), namespace }))
  onLoad({ filter: /./, namespace }, ({ path }) => ({ contents: validators[path], resolveDir: root }))
}

/** Throws if there is none: then it has to be looked for by hand. */
function licence(name) {
  const folder = `${root}/node_modules/${name}`
  const file = ['LICENSE', 'LICENSE.md', 'license'].find((each) => existsSync(`${folder}/${each}`))
  return `${name}\n\n${readFileSync(`${folder}/${file}`, 'utf8')}`
}
