import agent from './agent.cjs'
import { contenders } from './contenders/index.js'

/** The application of a contender that runs in the process of whoever uses it. */
const { id, names, setting, http } = JSON.parse(process.env.PEERS_HOST)
const contender = contenders.find((one) => one.id === id)
const begun = agent.now()
const running = await contender.open({ root: process.cwd(), names, setting, http })
agent.attach({ ...running, opened: agent.now() - begun })
