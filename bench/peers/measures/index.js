import { broken } from './broken.js'
import { cold } from './cold.js'
import { dropin } from './dropin.js'
import { edit } from './edit.js'
import { heap } from './heap.js'
import { kept } from './kept.js'
import { load } from './load.js'
import { shared } from './shared.js'

/** Everything that is measured, in the order of the tables. */
export const measures = [edit, cold, kept, heap, shared, broken, dropin, load]
