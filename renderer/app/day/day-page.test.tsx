import { describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { DayCode } from '../../../shared/contract/day-report.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { MINUTE, NOW } from '../../lib/afternoon.fake.ts'
import { aDayReport } from '../../lib/day.fake.ts'
import { DAY_MS, utcDayOf } from '../../lib/day-rows.ts'
import { CARBON, PRESENT, aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'
import { DAY_MEANING, dayTitle } from './day-words.ts'

const TODAY = utcDayOf(NOW)
const YESTERDAY = utcDayOf(NOW - DAY_MS)
const openDay = (transport = createFakeTransport()) => openWindow({ address: '#/day', transport })
const asked = (transport: ReturnType<typeof createFakeTransport>) => transport.asked.filter(({ name }) => name === 'getDayReport').map(({ input }) => input)

describe('where the day went', () => {
  test('every minute has its row, and the rows make the total', async () => {
    const { screen } = await openDay()
    const rows = screen.getByRole('table', { name: 'What every minute went to, longest first' }).getByRole('row')
    await expect.element(rows.nth(1)).toMatchTextContent(/A job was running.*5\sh 12\smin.*36%/)
    await expect.element(rows.nth(3)).toMatchTextContent(/A game is running.*2\sh 5\smin.*14%/)
    await expect.element(rows.nth(8)).toMatchTextContent(/GPU memory is taken.*< 1\smin.*< 1%/)
    await expect.element(rows.nth(9)).toMatchTextContent(/Together.*14\sh 41\smin.*100%/)
    expect(rows.elements()).toHaveLength(10)
  })

  test('the bar has a sentence and a key; the rest of today is still to come', async () => {
    const { screen } = await openDay()
    await expect
      .element(screen.getByRole('figure'))
      .toMatchTextContent(
        /Of the 14\sh 41\smin that have passed, jobs ran for 5\sh 12\smin \(36%\)\. What took most of the rest: “You are using the computer”, 3\sh 40\smin\./,
      )
    const key = screen.getByRole('list', { name: 'What the colours mean' })
    await expect.element(key).toMatchTextContent(/Working 5\sh 12\smin.*Kept for you 5\sh 45\smin.*Still to come 9\sh 19\smin/)
  })

  test('what may stand in a report has words and a meaning', () => {
    for (const code of DayCode.options) {
      expect(dayTitle(code).length, code).toBeGreaterThan(3)
      expect(DAY_MEANING[code], code).toMatch(/\.$/)
    }
    expect(new Set(DayCode.options.map(dayTitle)).size).toBe(DayCode.options.length)
  })

  test('today is asked again each minute, and whenever the status changes', async () => {
    const { screen, clock, transport } = await openDay()
    await expect.element(screen.getByRole('figure')).toBeVisible()
    expect(asked(transport)).toHaveLength(1)
    transport.answer({ getDayReport: ({ day }) => aDayReport(day, { totalMs: 120_000, entries: [{ code: 'battery', ms: 120_000 }] }) })
    clock.advance(MINUTE)
    await expect.element(screen.getByRole('figure')).toMatchTextContent(/no job ran\..*“On battery”, 2\smin/)
    transport.answer({ getDayReport: ({ day }) => aDayReport(day) })
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.element(screen.getByRole('figure')).toMatchTextContent('jobs ran for')
  })
})

describe('another day', () => {
  test('step by step, with the focus kept, and not beyond today', async () => {
    const { screen, transport } = await openDay()
    const before = screen.getByRole('button', { name: 'Earlier' })
    const after = screen.getByRole('button', { name: 'Later' })
    await expect.element(after).toHaveAttribute('aria-disabled', 'true')
    before.element().focus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('heading', { name: /^Where the day went: Yesterday/ })).toBeVisible()
    expect(asked(transport)).toEqual([{ day: TODAY }, { day: YESTERDAY }])
    await expect.element(before).toHaveFocus()
    await expect.element(screen.getByRole('region', { name: 'Why is nothing running?' })).not.toBeInTheDocument()
    await after.click()
    await expect.element(screen.getByRole('heading', { name: /^Where the day went: Today/ })).toBeVisible()
  })

  test('from a list of today and the fourteen days before it', async () => {
    const { screen, transport } = await openDay()
    const list = screen.getByRole('combobox', { name: 'Day' })
    expect(list.getByRole('option').elements()).toHaveLength(15)
    const oldest = utcDayOf(NOW - 14 * DAY_MS)
    await userEvent.selectOptions(list, oldest)
    await expect.element(screen.getByRole('button', { name: 'Earlier' })).toHaveAttribute('aria-disabled', 'true')
    expect(asked(transport)).toContainEqual({ day: oldest })
  })

  test('on which Windfall did not run', async () => {
    const transport = createFakeTransport()
    transport.answer({ getDayReport: ({ day }) => (day === TODAY ? aDayReport(day) : { day, totalMs: DAY_MS, entries: [{ code: 'off', ms: DAY_MS }] }) })
    const { screen } = await openDay(transport)
    await screen.getByRole('button', { name: 'Earlier' }).click()
    await expect.element(screen.getByText('Windfall did not run on this day.')).toBeVisible()
    await expect.element(screen.getByRole('table')).not.toBeInTheDocument()
  })
})

describe('right now', () => {
  test('all reasons and when work goes on', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ display: 'waiting', policy: 'blocked', job: null, reasons: [CARBON, PRESENT] }) })
    const { screen } = await openDay(transport)
    const why = screen.getByRole('region', { name: 'Why is nothing running?' })
    await expect
      .element(why)
      .toMatchTextContent(/Waiting.*Grid is not green.*You are using the computer.*Resumes once all of that is over, not before tomorrow 00:41\./)
  })

  test('nothing in the way, and a job that runs', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ display: 'ready', policy: 'waiting', job: null }) })
    const { screen } = await openDay(transport)
    await expect.element(screen.getByText(/Nothing stands in the way\. The next job that fits/)).toBeVisible()
    transport.answer({ getStatus: () => aStatus() })
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('“Galaxy cluster fit, block 12” is running.')
  })
})

describe('before, without and instead of data', () => {
  test('while it loads, its place is kept and named', async () => {
    const transport = createFakeTransport()
    transport.hang('getDayReport')
    const { screen } = await openDay(transport)
    await expect.element(screen.getByText('Loading the report of this day…')).toBeInTheDocument()
  })

  test('a day that has only just begun', async () => {
    const transport = createFakeTransport()
    transport.answer({ getDayReport: ({ day }) => ({ day, totalMs: 0, entries: [] }) })
    const { screen } = await openDay(transport)
    await expect.element(screen.getByText('This day has only just begun.')).toBeVisible()
  })

  test('what failed is named, and trying again works', async () => {
    const transport = createFakeTransport()
    transport.fail('getDayReport', new WindfallError('storage.failed', 'The agent could not read its database: the disk is full.'))
    const { screen } = await openDay(transport)
    const failure = screen.getByRole('alert')
    await expect.element(failure).toMatchTextContent(/Could not load the report of this day\..*the disk is full\./)
    transport.answer({ getDayReport: ({ day }) => aDayReport(day) })
    await failure.getByRole('button', { name: 'Try again' }).click()
    await expect.element(screen.getByRole('figure')).toBeVisible()
  })

  test('out of reach: a day that was seen stays, and another one comes when the agent is back', async () => {
    const { screen, transport } = await openDay()
    await expect.element(screen.getByRole('figure')).toBeVisible()
    transport.setLink({ state: 'lost', since: NOW })
    await expect.element(screen.getByRole('figure')).toBeVisible()
    await screen.getByRole('button', { name: 'Earlier' }).click()
    await expect.element(screen.getByText('Could not load the report of this day.')).toBeVisible()
    transport.setLink({ state: 'open' })
    await expect.element(screen.getByRole('figure')).toBeVisible()
  })

  test('fits a phone’s width without sideways scrolling', async () => {
    await page.viewport(320, 720)
    const { screen } = await openDay()
    await expect.element(screen.getByRole('figure')).toBeVisible()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320)
    await page.viewport(1080, 860)
  })
})
