type Esbuild = typeof import('esbuild')

let users = 0
let loaded: Promise<Esbuild> | undefined

/** A share in the one esbuild process; it is started by the first compile and stopped with the last share. */
export interface EsbuildShare {
  /** esbuild, loaded now if it has not been. Rejects once the share is given back. */
  get(): Promise<Esbuild>
  /** Gives the share back. A compile in flight rejects if it was the last one. */
  close(): Promise<void>
}

export function shareEsbuild(): EsbuildShare {
  let open = true
  users++
  return {
    async get() {
      if (!open) throw new Error('The loader is closed.')
      return (loaded ??= import('esbuild'))
    },
    async close() {
      if (!open) return
      open = false
      users--
      if (users === 0 && loaded !== undefined) await (await loaded).stop()
    },
  }
}
