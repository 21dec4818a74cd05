import { describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { CARBON, PAUSED, PRESENT, VRAM, aStatus, aYield } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openWith(change: Partial<AgentStatus>) {
  const transport = createFakeTransport()
  transport.answer({ getStatus: () => aStatus(change) })
  const { screen } = await openWindow({ transport })
  return { screen, transport, now: screen.getByRole('region', { name: 'Right now' }) }
}

describe('how fast the machine was given back', () => {
  test('is a measured fact, with how it was measured one press away', async () => {
    const { screen, now } = await openWith({})
    await expect.element(now).toMatchTextContent(/Last gave your GPU back in 0\.4\ss.*\(median 0\.5\ss of 12\)/)
    await screen.getByRole('button', { name: /^Last gave your GPU back/ }).click()
    await expect
      .element(screen.getByText(/Measured on this computer, not estimated\..*computing stopped after 0\.1\ss.*GPU memory free again after 0\.4\ss/))
      .toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByText(/Measured on this computer/)).not.toBeVisible()
  })

  test('is not said before it was measured', async () => {
    const { now } = await openWith({ lastYield: null, yieldTimes: { count: 0, p50Ms: null, p95Ms: null } })
    await expect.element(now).toMatchTextContent('Earning')
    await expect.element(now).not.toMatchTextContent('gave')
  })

  test('a GPU that keeps its memory is not called given back', async () => {
    const { now } = await openWith({ lastYield: aYield({ memory: 'held', memoryMs: 5_000 }) })
    await expect.element(now).toMatchTextContent('the memory of your GPU did not come back in time')
    await expect.element(now).not.toMatchTextContent('(median')
    await expect.element(now).not.toMatchTextContent('gave your GPU back in')
  })
})

describe('when work goes on', () => {
  test.each<[string, AgentStatus['reasons'], RegExp]>([
    ['every end is known', [CARBON], /Resumes tomorrow 00:41, in 10\sh\./],
    ['one end is not known', [CARBON, PRESENT], /Resumes once all of that is over, not before tomorrow 00:41\./],
    ['no end is known', [PRESENT], /Resumes once that is over; when that will be, nobody can know\./],
  ])('%s', async (_name, reasons, sentence) => {
    const { now } = await openWith({ display: 'waiting', policy: 'blocked', job: null, reasons })
    await expect.element(now).toMatchTextContent(sentence)
  })
})

describe('an alarm', () => {
  const alarmed = { display: 'action-needed', policy: 'fault', job: null, reasons: [VRAM] } as const

  test('says what happened, what Windfall does and what the owner can do', async () => {
    const { screen, now } = await openWith({ ...alarmed, reasons: [VRAM] })
    await expect.element(now).toMatchTextContent(/Action needed.*your GPU has not given its memory back\. Until that is put right, no other job starts\./)
    expect(screen.getByRole('list', { name: 'What to do' }).getByRole('listitem').elements()).toHaveLength(3)
    await expect.element(now).toMatchTextContent(/goes on by itself once the memory is free.*restart the computer/)
  })

  test('what else stands in the way is listed, and the alarm is not said twice', async () => {
    const { screen } = await openWith({ ...alarmed, reasons: [VRAM, PRESENT] })
    const reasons = screen.getByRole('list', { name: 'What stands in the way' }).getByRole('listitem')
    await expect.element(reasons.nth(0)).toMatchTextContent('You are using the computer')
    expect(reasons.elements()).toHaveLength(1)
  })

  test('is said while the owner has paused, too, with the verb that is there', async () => {
    const { screen, now } = await openWith({ display: 'paused', policy: 'off', job: null, reasons: [VRAM, PAUSED], pausedUntil: PAUSED.until })
    await expect.element(now).toMatchTextContent(/Paused.*your GPU has not given its memory back\./)
    await expect.element(screen.getByRole('list', { name: 'What to do' })).toMatchTextContent(/choose “Resume”\.$/)
    const reasons = screen.getByRole('list', { name: 'What stands in the way' }).getByRole('listitem')
    expect(reasons.elements()).toHaveLength(1)
    await expect.element(reasons.nth(0)).toMatchTextContent(/^Paused by you/)
  })

  test('a pause alone, or a job that lacks GPU memory, is none', async () => {
    const { screen } = await openWith({ display: 'paused', policy: 'off', job: null, reasons: [{ ...PAUSED, message: 'Paused by you.' }, VRAM] })
    await expect.element(screen.getByRole('list', { name: 'What stands in the way' }).getByRole('listitem').nth(0)).toMatchTextContent(/^Paused by youUntil/)
    await expect.element(screen.getByRole('list', { name: 'What to do' })).not.toBeInTheDocument()
  })

  test('the owner can go on all the same', async () => {
    const { screen, transport, now } = await openWith({ ...alarmed, reasons: [VRAM] })
    await screen.getByRole('button', { name: 'Run jobs all the same' }).click()
    expect(transport.asked).toContainEqual({ name: 'resume', input: {} })
    await expect.element(now).toMatchTextContent('Earning')
  })

  test('the way to the day report is named after the question', async () => {
    const { screen } = await openWith({ ...alarmed, reasons: [VRAM] })
    await screen.getByRole('link', { name: 'Why is nothing running?' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Day report' })).toHaveFocus()
  })
})
