/** What only the operator may ask for, by the words of the contract itself. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { OPERATOR } from '../core.fake.ts'
import { generateApiKey, grantApiKey } from '../registry/api-keys.ts'
import { startTestServer } from './http.fake.ts'

const operatorOnly = Object.entries(coordinatorContract).flatMap(([name, { http }]) =>
  http?.method === 'GET' && /only for the operator/i.test(http.summary) && !http.path.includes('{') ? [{ name, path: http.path }] : [],
)

test('what only the operator may see is refused to every other requester and to whoever has no key', async () => {
  await using server = await startTestServer()
  const keyOf = async (requesterId: string) => {
    const apiKey = generateApiKey(randomBytes)
    await grantApiKey(server.core.db, { requesterId, name: requesterId, apiKey, at: server.core.clock.now() })
    return { authorization: `Bearer ${apiKey}` }
  }
  const [operator, stranger] = [await keyOf(OPERATOR), await keyOf('stranger')]
  const statusOf = async (url: string, headers: object) =>
    (await server.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...headers } })).statusCode
  expect(operatorOnly.map(({ name }) => name)).toEqual(expect.arrayContaining(['checkLedger', 'listPayouts', 'listPayoutBatches', 'listDisputes']))
  for (const { name, path } of operatorOnly) {
    expect([name, await statusOf(path, stranger), await statusOf(path, {})]).toEqual([name, 403, 401])
    // Payouts ask the chain, which is not there.
    if (name !== 'getPayoutStatus') expect([name, await statusOf(path, operator)]).toEqual([name, 200])
  }
})
