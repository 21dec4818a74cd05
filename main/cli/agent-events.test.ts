import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { call, serve } from '../../shared/contract/define.ts'
import { createToken } from '../agent/http/gate.ts'
import { serveAgentHttp } from '../agent/http/serve.ts'
import { createLogger } from '../kernel/log.ts'
import { listenToAgent } from './agent-events.ts'

const token = createToken()
let agent: AbortController
let address: { url: string; token: string }
let tell: (event: string, payload: unknown) => void
beforeEach(async () => {
  agent = new AbortController()
  const server = serve({ ask: call(z.strictObject({}), z.strictObject({})) }, { ask: () => ({}) })
  const events = {
    subscribe: (listener: typeof tell) => {
      tell = listener
      return () => undefined
    },
  }
  const { url } = await serveAgentHttp({ port: 0, token, server, events, staticDirectory: '/nowhere', log: createLogger('test', 'silent') }, agent.signal)
  address = { url, token }
})
afterEach(() => agent.abort())

const tellTwice = () => {
  tell('changed', { what: ['status'] })
  tell('power', { watts: 1 })
}

test('hears what the agent tells, from the moment it says that it listens, until the agent is gone', async () => {
  const heard: unknown[] = []
  const two = Promise.withResolvers<void>()
  const onEvent = (name: string, payload: unknown) => {
    if (heard.push([name, payload]) === 2) two.resolve()
  }
  const ended = listenToAgent(address, { onOpen: tellTwice, onEvent }, new AbortController().signal)
  await two.promise
  expect(heard).toEqual([
    ['changed', { what: ['status'] }],
    ['power', { watts: 1 }],
  ])
  agent.abort()
  await ended
})

test('ends quietly when nobody answers, when the token is wrong, and when it is told to', async () => {
  const ears = { onOpen: () => undefined, onEvent: () => undefined }
  await listenToAgent({ url: 'http://127.0.0.1:1', token }, ears, new AbortController().signal)
  await listenToAgent({ ...address, token: createToken() }, ears, new AbortController().signal)
  const stop = new AbortController()
  await listenToAgent(address, { ...ears, onOpen: () => stop.abort() }, stop.signal)
  await listenToAgent(address, ears, AbortSignal.abort())
})
