/**
 * What random histories begin with: always the same for a change that is tested, so that what fails is the change; any
 * other with `PLUGBAY_SEED`, and a new one each time in the soak, with `PLUGBAY_SEED=random`.
 */
const asked = process.env['PLUGBAY_SEED'] ?? '42'

/** For `fc.assert`. */
export const seed: { readonly seed?: number } = asked === 'random' ? {} : { seed: Number(asked) }
