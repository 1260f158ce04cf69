import type { ValidateFunction } from 'ajv'

/**
 * The validator of `metadata.json`. Like the others it tells all errors, is verbose, and is made by `npm run build`
 * (scripts/build-schemas.js), as compiling a schema takes longer than most commands.
 */
export const metadata: ValidateFunction
/** The validator of `plugins.config.json`. */
export const config: ValidateFunction
/** The validator of JSON Schemas, draft-07. */
export const draft07: ValidateFunction
