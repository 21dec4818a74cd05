import { expect, test } from 'vitest'
import { type FailureCode, WindfallError } from '../../shared/errors.ts'
import { type AgentLink, linkAgent } from './agent-link.ts'

const parts = { server: { dispatch: async () => null }, events: { subscribe: () => () => {} }, stop: async () => {} }
const attached: AgentLink = { ...parts, agentIsHere: false }
const attach = () => attached
const failing = (code: FailureCode) => () => Promise.reject(new WindfallError(code, 'It cannot start.'))

test('nobody runs an agent: it runs here', async () =>
  expect(await linkAgent('/data', { start: async () => parts, attach })).toMatchObject({ agentIsHere: true }))

test('somebody does: the window joins in', async () => {
  expect(await linkAgent('/data', { start: failing('instance.running'), attach })).toBe(attached)
})

test('an agent that cannot start is an error, not an empty window', async () => {
  await expect(linkAgent('/data', { start: failing('storage.newer'), attach })).rejects.toThrow(expect.objectContaining({ code: 'storage.newer' }))
})
