import { edit } from './edit.js'
import { cold } from './cold.js'
export const measures = [edit, cold]
