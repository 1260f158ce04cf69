import type { Ajv } from 'ajv'

/**
 * Evaluates ajv, which is kept in one file of ours (scripts/build-schemas.js): importing its hundred files takes four
 * times as long, and most processes do without it.
 */
export function loadAjv(): { readonly Ajv: typeof Ajv; readonly addFormats: (ajv: Ajv) => Ajv }
