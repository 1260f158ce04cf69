// The whole package is four times as many files.
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff/lib/patch/create.js'

/**
 * The change of one file as a unified diff that `patch -p0` takes; empty if there is none.
 * @param before `undefined` where there was no file
 */
export function diff(file: string, before: string | undefined, after: string): string {
  if (before === after) return ''
  return createTwoFilesPatch(
    before === undefined ? '/dev/null' : file,
    file,
    before ?? '',
    after,
    undefined,
    undefined,
    {
      headerOptions: FILE_HEADERS_ONLY,
    },
  )
}
