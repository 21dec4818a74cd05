import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { NOW, at } from '../../lib/afternoon.fake.ts'
import { CARBON, aStatus } from '../../lib/fixtures.fake.ts'
import { atWork } from '../../lib/jobs.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const voice = () => [...document.querySelectorAll('body output.sr-only')].at(-1)?.textContent ?? ''

describe('moving about', () => {
  test('the menu leads to each page, marks it, and the heading takes the focus', async () => {
    const { screen } = await openWindow()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Home' })).not.toHaveFocus()
    for (const name of ['Day report', 'Jobs', 'Earnings', 'Receipts', 'Payouts', 'This machine', 'Home']) {
      await screen.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click()
      await expect.element(screen.getByRole('heading', { level: 1, name })).toHaveFocus()
      await expect.element(screen.getByRole('navigation').getByRole('link', { name })).toHaveAttribute('aria-current', 'page')
      await expect.poll(() => document.title).toBe(`${name} · Windfall`)
    }
  })

  test('the first stop of the keyboard leads past the menu', async () => {
    const { screen } = await openWindow()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toBeVisible()
    document.body.focus()
    await userEvent.tab()
    await expect.element(screen.getByRole('button', { name: 'Skip to content' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('main')).toHaveFocus()
  })

  test('an address that leads nowhere leads home', async () => {
    const { screen } = await openWindow({ address: '#/nowhere' })
    await expect.element(screen.getByText('There is no such page.')).toBeVisible()
    await screen.getByRole('link', { name: 'Go to Home' }).click()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toBeVisible()
  })
})

describe('when something is out of reach', () => {
  test('the coordinator: since when, what still works, what does not', async () => {
    const transport = createFakeTransport()
    transport.answer({ getStatus: () => aStatus({ coordinator: { state: 'offline', url: null, lastSyncAt: at(-40 * 60_000), message: null } }) })
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText(/Offline since 14:01\./)).toBeVisible()
    await expect.element(screen.getByText(/Your running job continues; its receipts will sync\. New jobs and payouts need a connection\./)).toBeVisible()
    transport.answer({
      getStatus: () =>
        aStatus({ running: [atWork(), atWork({ leaseId: 'b' })], coordinator: { state: 'offline', url: null, lastSyncAt: null, message: null } }),
    })
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.element(screen.getByText(/Your running jobs continue; their receipts will sync\./)).toBeVisible()
  })

  test('the agent: what was known stays, and everything is asked again when it is back', async () => {
    const { screen, transport } = await openWindow()
    await expect.element(screen.getByText('Connected')).toBeVisible()
    transport.setLink({ state: 'lost', since: NOW - 60_000 })
    await expect.element(screen.getByText('The agent on this computer has not answered since 14:40.')).toBeVisible()
    await expect.element(screen.getByText('Agent not reached')).toBeVisible()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('$0.281')
    await screen.getByRole('button', { name: 'Try now' }).click()
    expect(transport.retries()).toBe(1)

    transport.answer({ getStatus: () => aStatus({ display: 'ready', job: null }) })
    transport.setLink({ state: 'open' })
    await expect.element(screen.getByText('Ready — no job right now').first()).toBeVisible()
    await expect.element(screen.getByText('Connected')).toBeVisible()
  })

  test('a wrong token: says what to open instead', async () => {
    const transport = createFakeTransport()
    transport.setLink({ state: 'refused', message: 'The access token is not the one of this Windfall. Open the address it printed most recently.' })
    const { screen } = await openWindow({ transport })
    await expect.element(screen.getByText(/This window may not talk to the agent\./)).toBeVisible()
    await expect.element(screen.getByText(/Open the address it printed most recently\./)).toBeVisible()
  })
})

describe('what is said aloud', () => {
  test('only a change of state, and at most one in ten seconds', async () => {
    const transport = createFakeTransport()
    const { screen, clock } = await openWindow({ transport })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toBeVisible()
    expect(voice()).toBe('')

    transport.answer({ getStatus: () => aStatus({ display: 'waiting', job: null, reasons: [CARBON] }) })
    transport.push('changed', { seq: 1, what: ['status'] })
    await expect.element(screen.getByText('Grid is not green')).toBeVisible()
    const voiceNow = () => {
      clock.advance(0)
      return voice()
    }
    await expect.poll(voiceNow).toBe(`Windfall: Waiting. ${CARBON.message}`)

    transport.answer({ getStatus: () => aStatus() })
    transport.push('changed', { seq: 2, what: ['status'] })
    await expect.element(screen.getByText('Grid is not green')).not.toBeInTheDocument()
    clock.advance(9_000)
    expect(voice()).toContain('Waiting')
    clock.advance(1_000)
    await expect.poll(voice).toBe('Windfall: Earning.')
  })

  test('not that one of several jobs began or ended', async () => {
    const transport = createFakeTransport()
    const { screen, clock } = await openWindow({ transport })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Running Galaxy')
    for (const [seq, more] of [
      [1, 2],
      [2, 1],
      [3, 3],
    ] as const) {
      transport.answer({
        getStatus: () => aStatus({ running: [atWork(), ...Array.from({ length: more }, (_, index) => atWork({ leaseId: `more-${index}` }))] }),
      })
      transport.push('changed', { seq, what: ['status'] })
      await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent(`Running ${more + 1} jobs`)
      clock.advance(20_000)
      expect(voice()).toBe('')
    }
  })
})
