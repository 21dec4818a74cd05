import { expectAccessible } from '../support/axe.ts'
import { expect, test } from '../support/fixtures.ts'
import { SAMPLE_GPU } from '../support/sample-facts.ts'

/** Every page, and what it shows once it has loaded. A receipt that verifies is looked at where a real one is made. */
const PAGES = {
  home: ['', 'recorded 18 March 2024'],
  jobs: ['#/jobs', 'Hash a data set'],
  'one job': ['#/jobs/job-1', 'WebAssembly sandbox'],
  receipts: ['#/receipts', 'receipt-1'],
  'a receipt that cannot be had': ['#/receipts/receipt-1', 'This agent keeps no receipt bundles'],
  'day report': ['#/day', 'From preparing it until its result was collected.'],
  'this machine': ['#/machine', 'Sample GPU'],
  grid: ['#/grid', 'Green windows'],
  settings: ['#/settings', 'Only on mains power.'],
  earnings: ['#/earnings', 'It held in 5 of the last 6 weeks.'],
  'one earning': ['#/earnings/earning-1', 'The coordinator booked the same'],
  payouts: ['#/payouts', '150 USD per SOL, sample'],
  'one payout': ['#/payouts/payout-31', 'What it is made of'],
  'a page that is missing': ['#/nowhere', 'There is no such page.'],
} as const

for (const [name, [hash, content]] of Object.entries(PAGES)) {
  test(`axe finds nothing on ${name}, light and dark, wide and narrow`, async ({ window }) => {
    await window.evaluate((target) => {
      location.hash = target
    }, hash)
    await expect(window.getByRole('main').getByText(content).first()).toBeVisible()
    await expectAccessible(window)
  })
}

test('axe finds nothing on Home and among the jobs while several run', async ({ window, agent }) => {
  const { running } = agent.status()
  const resting = { leaseId: 'lease-2', code: 'ceiling', message: 'It is at 84 °C; you allow 80 °C.', deviceIds: [SAMPLE_GPU.deviceId] }
  agent.become({ running: [...running, ...running.map((job) => ({ ...job, ...resting }))] })
  await expect(window.getByRole('table', { name: 'Jobs that run now' })).toBeVisible()
  await expectAccessible(window)
  await window.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click()
  await expect(window.getByRole('main').getByText('so far').first()).toBeVisible()
  await expectAccessible(window)
})
