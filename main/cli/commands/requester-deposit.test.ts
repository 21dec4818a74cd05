/** Paying in from the command line, against a real coordinator whose chain nobody reaches. */
import { expect, test } from 'vitest'
import type { DepositView } from '../../../shared/contract/funding.ts'
import { run } from '../run.fixture.ts'
import { reachTestServer } from '../test-server.fixture.ts'

const reached = reachTestServer()
const requester = (...words: readonly string[]) => run('requester', ...words, ...reached().access)

test('a deposit is asked for by a link and a QR code, the same one however often, and listed', async () => {
  const shown = await requester('deposit', '--usd', '5', '--deposit', 'first', '--no-wait')
  expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/Pay 0\.025.* SOL for \$5\.00.*localnet/)])
  const [, url = ''] = /^(solana:\S+)$/m.exec(shown.out) ?? []
  expect(url).toMatch(/amount=0\.025&reference=\w+&label=Windfall&message=\S+&memo=wf-deposit%3Afirst/)
  expect(shown.out.split('\n').length).toBeGreaterThan(20)
  const again = JSON.parse((await requester('deposit', '--usd', '5', '--deposit', 'first', '--no-wait', '--json')).out) as DepositView
  expect(again).toMatchObject({ depositId: 'first', state: 'waiting', url, microUsd: '5000000', units: '25000000' })
  expect((await requester('deposits')).out).toMatch(/first +waiting +\$5\.00/)
  expect((await requester('deposits', '--state', 'held')).out).toBe('No deposits.\n')
})

test.each([
  [['deposit', '--usd', 'five'], 2, 'amount of US dollars'],
  [['deposit', '--usd', '0.5', '--no-wait'], 2, 'A deposit is $1.00 to'],
  [['deposit', '--usd', '5', '--asset', 'usdc', '--no-wait'], 2, 'takes no USDC'],
  [['deposits', '--everybody'], 4, 'Only the operator'],
  [['decide-deposit', '1'.repeat(64), '--reason', 'why'], 2, 'Say what becomes of it: --credit or --returned'],
])('windfall requester %j says what is wrong', async (words, code, why) => {
  expect(await requester(...words)).toMatchObject({ code, err: expect.stringContaining(why) })
})
