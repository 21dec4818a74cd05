import { expect, test } from 'vitest'
import type { EmissionSum } from '../../../shared/contract/emissions.ts'
import type { ProfitSum } from '../../../shared/contract/profitability.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const anEmission = (key: string | null): EmissionSum => ({
  key,
  zone: null,
  receipts: 2,
  jobs: 1,
  energyKWh: 0.5,
  emissionsG: 60,
  marketBasedG: null,
  baselineG: 80,
  attributedSavingG: 20,
  embodiedG: null,
  gpuHours: 1,
  gPerJob: 60,
  gPerGpuHour: 60,
  sci: [],
  byOrigin: { live: { energyKWh: 0.4, emissionsG: 50 }, recorded: { energyKWh: 0.1, emissionsG: 10 }, modelled: { energyKWh: 0, emissionsG: 0 } },
  estimatedKWh: 0,
  unmeteredKWh: 0.05,
  uncertaintyPct: 5,
})

const emissions: FakeHandlers = {
  getEmissions: ({ by }) => ({
    since: null,
    until: null,
    by,
    total: anEmission(null),
    items: [anEmission('whisper@3'), anEmission(null)],
    next: null,
    basis: 'Location-based, on average intensity.',
  }),
}

test('emissions say how much of them is measured and where the grid data comes from', async () => {
  const { screen } = await openConsole({ address: '#/emissions', handlers: emissions })
  await expect.element(screen.getByText(/10% of it estimated, not metered/)).toBeVisible()
  await expect.element(screen.getByText(/80% live, 20% recorded, 0% modelled/)).toBeVisible()
  await expect.element(screen.getByText('Location-based, on average intensity.')).toBeVisible()
  expect(screen.getByRole('link', { name: 'whisper@3' }).element().getAttribute('href')).toBe('#/receipts?model=whisper%403')
})

test('a requester sums what is theirs, never by requester', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/emissions?by=zone', me: aPerson('requester'), handlers: emissions })
  await expect.poll(() => coordinator.asked.filter(({ name }) => name === 'getEmissions').at(-1)?.input).toMatchObject({ by: 'zone' })
  expect(screen.getByRole('combobox', { name: 'Summed by' }).element().textContent).not.toContain('requester')
})

const aProfit = (changes: Partial<ProfitSum> = {}): ProfitSum => ({
  key: null,
  jobs: 3,
  revenueMicroUsd: '1000000',
  nodeShareMicroUsd: '850000',
  marginMicroUsd: '-20000',
  verificationMicroUsd: '170000',
  networkFeeLamports: '5000',
  receipts: 3,
  energyKWh: 2,
  measuredKWh: 1,
  estimatedKWh: 1,
  emissionsG: 300,
  gPerEur: null,
  marginPerEur: -0.02,
  ...changes,
})

test('profitability shows margins below nothing as such, and says why there are no grams per euro', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/profitability?by=kind',
    handlers: {
      getProfitability: ({ by }) => ({
        from: null,
        to: null,
        by,
        total: aProfit(),
        items: [aProfit({ key: 'render' })],
        next: null,
        rate: null,
        rateReason: 'Set WINDFALL_MICRO_USD_PER_EUR.',
        basis: 'Sums of the books.',
      }),
    },
  })
  await expect.element(screen.getByText(/Set WINDFALL_MICRO_USD_PER_EUR/)).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /render.*3.*\$1\.00.*\$0\.85.*-\$0\.02.*-2%/ })).toBeVisible()
  await expect.element(screen.getByText(/50% of it metered/)).toBeVisible()
  expect(coordinator.asked).toContainEqual({ name: 'getProfitability', input: { by: 'kind', after: null, limit: 200 } })
})

test('what an owner earns is not for viewers', async () => {
  const { screen } = await openConsole({ address: '#/profitability', me: aPerson('viewer') })
  await expect.element(screen.getByText(/needs the permission ledger.read/)).toBeVisible()
})
