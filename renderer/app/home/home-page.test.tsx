import { describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { at } from '../../lib/afternoon.fake.ts'
import { CARBON, PAUSED, PRESENT, aGrid, aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const disk = new WindfallError('storage.failed', 'The agent could not read its database: the disk is full.')

const todaysEmissions = () => [...document.querySelectorAll('dl > div')].find(({ textContent }) => textContent?.startsWith('CO₂e today'))?.textContent

describe('what the machine does', () => {
  test('earning: state, today’s money, the job and its power', async () => {
    const { screen } = await openWindow()
    const now = screen.getByRole('region', { name: 'Right now' })
    await expect
      .element(now)
      .toMatchTextContent(
        /Earning.*\$0\.281.*confirmed today, before electricity; \$0\.000123 more is accrued.*Running Galaxy cluster fit, block 12, science at 172/,
      )
    await expect.element(screen.getByRole('progressbar', { name: 'Progress of Galaxy cluster fit, block 12' })).toHaveAttribute('value', '0.63')
  })

  test('waiting: every reason, each with the time it ends', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ display: 'waiting', job: null, reasons: [CARBON, PRESENT] }) })
    const { screen } = await openWindow({ transport })
    const reasons = screen.getByRole('list', { name: 'What stands in the way' }).getByRole('listitem')
    await expect.element(reasons.nth(0)).toMatchTextContent(/Grid is not green.*168 g\/kWh.*Until tomorrow 00:41, in 10/)
    await expect.element(reasons.nth(1)).toMatchTextContent(/You are using the computer.*End not known/)
    expect(reasons.elements()).toHaveLength(2)
  })

  test('action needed: the cause in plain words', async () => {
    const transport = createFakeTransport()
    transport.answer({
      getStatus: () =>
        aStatus({ display: 'action-needed', job: null, reasons: [{ code: 'blocked', message: 'Driver 535 is too old for signed jobs.', until: null }] }),
    })
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent(/Action needed.*Driver 535 is too old for signed jobs\./)
  })

  test('before consent it is that which is waited for, not a pause of the owner’s', async () => {
    const transport = createFakeTransport()
    const reason = { code: 'consent', message: 'Windfall is not set up yet: nothing runs before you have agreed to it.', until: null } as const
    transport.answer({ getStatus: () => aStatus({ display: 'action-needed', policy: 'blocked', job: null, running: [], power: null, reasons: [reason] }) })
    const { screen } = await openWindow({ transport })
    const now = screen.getByRole('region', { name: 'Right now' })
    await expect.element(now).toMatchTextContent(/Action needed.*Waits for your consent.*not set up yet.*Until you agree/)
    await expect.element(now).not.toMatchTextContent(/Until you resume|Paused/)
  })

  test('an estimate looks like one, and explains itself', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ power: { watts: 12.2, method: 'estimate', at: at(0) } }) })
    const { screen } = await openWindow({ transport })
    await screen.getByRole('button', { name: /≈ 12\sW.*explain/ }).click()
    await expect.element(screen.getByText(/offers no energy counter/)).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByText(/offers no energy counter/)).not.toBeVisible()
  })

  test('the day’s emissions bear the label of the least trustworthy data they rest on', async () => {
    await openWindow()
    await expect.poll(todaysEmissions).toMatch(/41\.2\sg on 6 receipts.*recorded 18 March 2024/)
  })

  test('accrued, confirmed, paying and paid are kept apart', async () => {
    const { screen } = await openWindow()
    const book = screen.getByRole('region', { name: 'Earnings' })
    for (const line of [
      /Accrued.*still being checked.*\$0\.31/,
      /Confirmed.*never expires.*\$14\.72/,
      /Paying.*not final yet.*\$1\.25/,
      /Paid.*1\.4217\sSOL.*\$203\.10/,
      /today brought \$0\.281 confirmed and \$0\.000123 accrued/,
    ])
      await expect.element(book).toMatchTextContent(line)
  })
})

describe('the grid', () => {
  test('a recording bears its date, a model its name, and live data is called live', async () => {
    const transport = createFakeTransport()
    const { screen } = await openWindow({ transport })
    const grid = screen.getByRole('region', { name: 'Your grid, next 48 hours' })
    await expect.element(grid.getByText('recorded 18–19 March 2024')).toBeVisible()
    const signal = aGrid().signal
    if (!signal) throw new Error('the fixture has a signal')
    transport.answer({ getGrid: () => aGrid({ signal: { ...signal, origin: 'modelled', recordedOn: null } }) })
    transport.push('changed', { seq: 1, what: ['grid'] })
    await expect.element(grid.getByText('modelled, not measured')).toBeVisible()
    transport.answer({ getGrid: () => aGrid({ signal: { ...signal, origin: 'live', recordedOn: null } }) })
    transport.push('changed', { seq: 2, what: ['grid'] })
    await expect.element(grid.getByText('live', { exact: true })).toBeVisible()
  })

  test('says when it is green, and when next', async () => {
    const transport = createFakeTransport()
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText('Green now, until 16:00')).toBeVisible()
    transport.answer({ getGrid: () => aGrid({ greenWindows: aGrid().greenWindows.slice(1) }) })
    transport.push('changed', { seq: 1, what: ['grid'] })
    await expect.element(screen.getByText(/Next green window tomorrow 01:00–10:00, in 10\sh/)).toBeVisible()
  })

  test('says why nothing starts now, when it will, what is left of the pay, and what the sun gives', async () => {
    const transport = createFakeTransport()
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText('Why not now')).not.toBeInTheDocument()
    const until = aGrid().greenWindows[1]?.from ?? ''
    const net = { currency: 'GBP', payMinor: 10, costMinor: 12.34, netMinor: -2.34, method: 'An estimate.' }
    const reasons = [{ code: 'tariff' as const, message: 'This job would not earn more than its electricity costs.', until: null }]
    transport.answer({
      getStatus: () => aStatus({ outlook: { reasons, nextStart: until, message: `Next start, by what is known now: ${until}.`, net } }),
      getGrid: () =>
        aGrid({
          tariff: { words: 'Your electricity costs 0.28 GBP per kWh.', now: { minorPerKWh: 28, currency: 'GBP', until } },
          solar: { watts: 640, at: until, basis: 'metered', message: null },
        }),
    })
    transport.push('changed', { seq: 1, what: ['grid', 'status'] })
    await expect.element(screen.getByText('This job would not earn more than its electricity costs.')).toBeVisible()
    await expect.element(screen.getByText('Next start, by what is known now: tomorrow 01:00.')).toBeVisible()
    await expect.element(screen.getByText('≈ -£0.0234: £0.10 of pay less £0.1234 of electricity. An estimate.')).toBeVisible()
    await expect.element(screen.getByText(/£0.28 per kWh now, until tomorrow 01:00/)).toBeVisible()
    await expect.element(screen.getByText(/640\sW left over for jobs, metered/)).toBeVisible()
    const always = { minorPerKWh: 28, currency: 'GBP', until: at(2 * 86_400_000 - 60_000) }
    transport.answer({ getGrid: () => aGrid({ tariff: { words: 'Your electricity costs 0.28 GBP per kWh.', now: always } }) })
    transport.push('changed', { seq: 2, what: ['grid'] })
    await expect.element(screen.getByText(/per kWh now, until/)).not.toBeInTheDocument()
    await expect.element(screen.getByText('Your electricity costs 0.28 GBP per kWh.', { exact: true })).toBeVisible()
  })

  test('the hours can be walked with the keyboard and read out', async () => {
    const { screen } = await openWindow()
    const strip = screen.getByRole('slider', { name: 'Carbon intensity, hour by hour' })
    await expect.element(strip).toHaveAttribute('aria-valuetext', expect.stringMatching(/^14:00–15:00: \d+\sg\/kWh, green window$/))
    strip.element().focus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}')
    await expect.element(strip).toHaveAttribute('aria-valuetext', expect.stringMatching(/^16:00–17:00: 123\sg\/kWh$/))
    await userEvent.keyboard('{End}')
    await expect.element(strip).toHaveAttribute('aria-valuetext', expect.stringMatching(/^23 Nov, 13:00–14:00/))
  })

  test('the same hours are there as a table', async () => {
    const { screen } = await openWindow()
    await screen.getByText('Show the hours as a table').click()
    const rows = screen.getByRole('region', { name: 'Show the hours as a table' }).getByRole('row')
    await expect.element(rows.nth(1)).toMatchTextContent(/14:00.*g\/kWh.*yes/)
    expect(rows.elements()).toHaveLength(49)
  })

  test('old and missing forecasts say so and what that means', async () => {
    const transport = createFakeTransport()
    transport.answer({ getGrid: () => aGrid({ state: 'stale', signal: null, message: 'The provider has not answered for 3 h.' }) })
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText(/This forecast is old\./)).toBeVisible()
    await expect.element(screen.getByText(/Jobs that wait for green power keep waiting\. The provider has not answered for 3 h\./)).toBeVisible()
  })
})

describe('before, without and instead of data', () => {
  test('while the agent has not answered, its places are kept and named', async () => {
    const transport = createFakeTransport()
    for (const name of ['getStatus', 'getGrid', 'getPower', 'listReceipts'] as const) transport.hang(name)
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText('Loading what Windfall is doing…')).toBeInTheDocument()
    await expect.element(screen.getByText('Loading the grid forecast…')).toBeInTheDocument()
  })

  test('what failed is named, the rest stays, and trying again works', async () => {
    const transport = createFakeTransport()
    transport.fail('getGrid', disk)
    const { screen } = await openWindow({ transport })
    const failure = screen.getByRole('alert')
    await expect.element(failure).toMatchTextContent(/Could not load the grid forecast\..*the disk is full\..*do not depend on this window.*storage\.failed/)
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toBeVisible()
    transport.answer({ getGrid: () => aGrid() })
    await failure.getByRole('button', { name: 'Try again' }).click()
    await expect.element(screen.getByText('recorded 18–19 March 2024').first()).toBeVisible()
  })

  test('a first day has no receipts and no power, and says why', async () => {
    const transport = createFakeTransport()
    transport.answer({
      listReceipts: () => ({ items: [], next: null }),
      getPower: () => ({ method: null, readings: [] }),
      getStatus: () => aStatus({ display: 'ready', job: null, power: null, devices: [] }),
    })
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText('No receipts yet.', { exact: false })).toBeVisible()
    await expect.element(screen.getByText('Nothing is metered now.', { exact: false })).toBeVisible()
    await expect.element(screen.getByText('No device that can be metered was found on this computer.')).toBeVisible()
    await expect.element(screen.getByText('nothing is metered')).toBeVisible()
  })

  test('paused: one verb, and who paused until when', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ display: 'paused', job: null, power: null, reasons: [PAUSED], pausedUntil: PAUSED.until }) })
    const { screen } = await openWindow({ transport })
    await expect
      .element(screen.getByRole('region', { name: 'Right now' }))
      .toMatchTextContent(/Paused until 15:11.*Paused by you.*You paused Windfall in this window\./)
    await expect.element(screen.getByRole('button', { name: 'Resume' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'Pause…' }).elements()).toHaveLength(0)
  })

  test('fits a phone’s width without sideways scrolling', async () => {
    await page.viewport(320, 720)
    const { screen } = await openWindow()
    await expect.element(screen.getByText('All receipts')).toBeInTheDocument()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320)
    await page.viewport(1080, 860)
  })
})
