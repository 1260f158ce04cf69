/** Why a module is not loaded as it is: it is left to esbuild. */
export class Refusal extends Error {}
