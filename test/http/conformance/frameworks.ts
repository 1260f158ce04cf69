import { express4Host, express5Host } from './express.ts'
import { fastify } from './fastify.ts'
import type { Framework } from './framework.ts'
import { hono } from './hono.ts'
import { plain } from './plain.ts'

/** All of them must pass the same tests. */
export const frameworks: readonly Framework[] = [plain, hono, express5Host, express4Host, fastify]
