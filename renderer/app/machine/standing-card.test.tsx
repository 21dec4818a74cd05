import { expect, test } from 'vitest'
import type { NodeView } from '../../../shared/contract/node-admin.ts'
import { aNodeView } from '../../../shared/contract/node-view.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openStanding(answer: () => NodeView) {
  const transport = createFakeTransport()
  transport.answer({ getStanding: answer })
  const { screen } = await openWindow({ address: '#/machine', transport })
  const card = screen.getByRole('region', { name: 'How far it is trusted' })
  await expect.element(card).toBeVisible()
  return card
}

test('a machine that works well: what is in its favour, and how many results it may have', async () => {
  const card = await openStanding(aNodeView)
  await expect.element(card).toMatchTextContent(/Reputation0\.93 of 1 41 proven runs; 26\.4 in its favour and 1 against it/)
  await expect.element(card).toMatchTextContent(/Results today3 of 140 One more a day for each good result/)
  await expect.element(card).toMatchTextContent(/Nothing about its latest proofs\./)
})

test('whatever counts against it is said with its reason, and that unlikely proofs are paid', async () => {
  const signal = {
    signalId: 's',
    nodeId: 'n'.repeat(43),
    proofId: 'p',
    jobId: 'j',
    kind: 'below-idle' as const,
    message: '4 W is under half of 12 W.',
    at: toIso(NOW),
  }
  const node = aNodeView({
    state: 'quarantined',
    reason: 'Two wrong results.',
    quarantinedUntil: toIso(NOW + 86_400_000),
    standing: { jobs: 3, good: 2, bad: 16, faults: { 'wrong-result': 2 }, quarantines: 1 },
    quota: { perDay: 1, today: 1, freshAt: toIso(NOW + 3_600_000) },
    signals: [signal],
  })
  const card = await openStanding(() => node)
  await expect.element(card).toMatchTextContent(/quarantined Two wrong results\. Until .*, then it gets small jobs at first\./)
  await expect.element(card).toMatchTextContent(/2 wrong results of jobs that another machine did right/)
  await expect.element(card).toMatchTextContent(/1 of 1 It gets no more jobs until/)
  await expect.element(card).toMatchTextContent(/4 W is under half of 12 W\..*These proofs count and are paid\./)
})

test('a coordinator that does not answer is said to be that, and the rest of the page stays', async () => {
  const card = await openStanding(() => {
    throw new WindfallError('unavailable', 'The coordinator does not answer.')
  })
  await expect.element(card).toMatchTextContent(/Could not load what the coordinator says of this machine\./)
})
