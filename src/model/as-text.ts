/**
 * Options of `readFileSync` for UTF-8. Of a mere `'utf8'` Node makes an object with a layout of its own in each call, in
 * which it then looks up each option: a fifth of the time that a small file takes.
 */
export const asText: { readonly encoding: 'utf8'; readonly flag: 'r' } = { encoding: 'utf8', flag: 'r' }
