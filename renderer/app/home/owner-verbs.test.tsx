import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { HOUR, MINUTE, NOW, at } from '../../lib/afternoon.fake.ts'
import { CARBON, PAUSED, aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const disk = new WindfallError('storage.failed', 'The agent could not read its database: the disk is full.')

const pausedFor = (ms: number | null) => {
  const until = ms === null ? null : at(ms)
  return aStatus({ display: 'paused', policy: 'off', job: null, power: null, pausedUntil: until, reasons: [{ ...PAUSED, until }] })
}
const withStatus = (status: ReturnType<typeof aStatus>) => {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => status })
  return transport
}

describe('pausing', () => {
  test.each([
    ['For 15 minutes', at(15 * MINUTE), 'Paused until 14:56'],
    ['For 30 minutes', at(30 * MINUTE), 'Paused until 15:11'],
    ['For 1 hour', at(HOUR), 'Paused until 15:41'],
    ['Until tomorrow', new Date(2026, 10, 22).toISOString(), 'Paused until tomorrow 00:00'],
    ['Until I resume', null, 'Paused until you resume'],
  ])('%s', async (choice, until, headline) => {
    const { screen, transport } = await openWindow()
    await screen.getByRole('button', { name: 'Pause…' }).click()
    await screen.getByRole('button', { name: new RegExp(`^${choice}`) }).click()
    await expect.element(screen.getByText(headline).first()).toBeVisible()
    expect(transport.asked).toContainEqual({ name: 'pause', input: { until } })
    await expect.element(screen.getByRole('button', { name: 'Resume' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toHaveFocus()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Earning')
  })

  test('what is left of it counts down by the second, and is not read out by itself', async () => {
    const { screen, clock } = await openWindow({ transport: withStatus(pausedFor(15 * MINUTE)) })
    await expect.element(screen.getByRole('timer')).toMatchTextContent(/^15:00$/)
    clock.advance(61_000)
    await expect.element(screen.getByRole('timer')).toMatchTextContent(/^13:59$/)
    expect(screen.getByRole('timer').element().closest('[aria-live]')).toBeNull()
    clock.advance(15 * MINUTE)
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Resumes any moment now.')
  })

  test('it can be made longer without resuming first', async () => {
    const { screen, transport } = await openWindow({ transport: withStatus(pausedFor(15 * MINUTE)) })
    await screen.getByRole('button', { name: 'Change the pause…' }).click()
    await screen.getByRole('button', { name: /^For 1 hour/ }).click()
    await expect.element(screen.getByText('Paused until 15:41').first()).toBeVisible()
    expect(transport.asked.map(({ name }) => name)).not.toContain('resume')
    await expect.element(screen.getByRole('button', { name: 'Change the pause…' })).toHaveFocus()
  })

  test('says when it does not work, and changes nothing', async () => {
    const transport = createFakeTransport()
    transport.fail('pause', disk)
    const { screen } = await openWindow({ transport })
    await screen.getByRole('button', { name: 'Pause…' }).click()
    await screen.getByRole('button', { name: /^For 1 hour/ }).click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent('That did not work: The agent could not read its database: the disk is full.')
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Earning')
  })

  test('needs the agent, and says so on the spot', async () => {
    const { screen, transport } = await openWindow()
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeEnabled()
    transport.setLink({ state: 'lost', since: NOW })
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeDisabled()
    await expect.element(screen.getByRole('button', { name: 'Finish, then pause' })).toBeDisabled()
    await expect.element(screen.getByText('Needs the agent, which does not answer.')).toBeVisible()
  })
})

describe('finishing', () => {
  test('lets the job end and says what comes then; it can be taken back, or stopped at once', async () => {
    const { screen, transport } = await openWindow()
    const now = screen.getByRole('region', { name: 'Right now' })
    await screen.getByRole('button', { name: 'Finish, then pause' }).click()
    await expect.element(now).toMatchTextContent(/Finishing this job.*Then Windfall pauses until you resume\./)
    expect(transport.asked).toContainEqual({ name: 'finish', input: {} })
    await expect.element(screen.getByRole('button', { name: 'Pause now…' })).toBeVisible()
    await expect.element(screen.getByRole('button', { name: 'Cancel finish' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.element(now).toMatchTextContent('Earning')
    expect(transport.asked).toContainEqual({ name: 'resume', input: {} })
    await expect.element(screen.getByRole('button', { name: 'Finish, then pause' })).toHaveFocus()
  })

  test('stays in sight where no job runs, cannot be chosen, and says why', async () => {
    const { screen, transport } = await openWindow({ transport: withStatus(aStatus({ display: 'waiting', policy: 'blocked', job: null, reasons: [CARBON] })) })
    const finish = screen.getByRole('button', { name: 'Finish, then pause' })
    await expect.element(finish).toHaveAttribute('aria-disabled', 'true')
    await expect.element(finish).toHaveAccessibleDescription('No job is running, so there is none to finish.')
    finish.element().focus()
    await userEvent.keyboard('{Enter}')
    expect(transport.asked.map(({ name }) => name)).not.toContain('finish')
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeVisible()
  })
})

describe('running anyway', () => {
  test('for an hour, where only the owner’s own rules stand in the way; it can be taken back on the spot', async () => {
    const reasons = [{ code: 'owner-present' as const, message: 'You are using this machine.', until: null }]
    const waiting = aStatus({ display: 'waiting', policy: 'blocked', job: null, power: null, reasons, mayRunAnyway: true })
    const { screen, transport } = await openWindow({ transport: createFakeTransport(happyHandlers(null, waiting)) })
    await screen.getByRole('button', { name: 'Run anyway for 1 hour' }).click()
    expect(transport.asked).toContainEqual({ name: 'runAnyway', input: { until: at(HOUR) } })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toMatchTextContent('Running anyway until 15:41')
    await expect.element(screen.getByRole('button', { name: 'Back to my rules' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    expect(transport.asked).toContainEqual({ name: 'resume', input: {} })
    await expect.element(screen.getByRole('region', { name: 'Right now' })).not.toMatchTextContent('Running anyway')
  })

  test('is not offered where it would change nothing', async () => {
    const { screen } = await openWindow({ transport: withStatus(aStatus({ display: 'waiting', policy: 'blocked', job: null, reasons: [CARBON] })) })
    await expect.element(screen.getByRole('button', { name: 'Pause…' })).toBeVisible()
    await expect.element(screen.getByRole('button', { name: /Run anyway/ })).not.toBeInTheDocument()
  })
})
