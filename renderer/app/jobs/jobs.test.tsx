import { describe, expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { aJob } from '../../lib/jobs.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

describe('the list', () => {
  test('shows each attempt with its state, and why one was refused', async () => {
    const { screen } = await openWindow({ address: '#/jobs' })
    const row = (name: RegExp) => screen.getByRole('row', { name })
    await expect.element(row(/Galaxy cluster fit/)).toMatchTextContent('Running')
    await expect.element(row(/Image batch/)).toMatchTextContent(/Accepted.*120\sWh.*\$0\.0281/)
    await expect.element(row(/Embedding shard/)).toMatchTextContent(/Refused.*claims more energy than the card can draw/)
    await expect.element(row(/Prime gaps/)).toMatchTextContent(/≈ 310\sJ/)
  })

  test('fetches older ones when asked', async () => {
    const transport = createFakeTransport()
    transport.answer({
      listJobs: ({ after }) =>
        after === null ? { items: [aJob()], next: 'lease-1' } : { items: [aJob({ leaseId: 'older', name: 'An older job' })], next: null },
    })
    const { screen } = await openWindow({ address: '#/jobs', transport })
    await screen.getByRole('button', { name: 'Show older' }).click()
    await expect.element(screen.getByRole('link', { name: 'An older job' })).toBeVisible()
    expect(transport.asked).toContainEqual({ name: 'listJobs', input: { after: 'lease-1', limit: 50 } })
    expect(screen.getByRole('button', { name: 'Show older' }).elements()).toHaveLength(0)
  })

  test('names what is loading', async () => {
    const transport = createFakeTransport()
    transport.hang('listJobs')
    const { screen } = await openWindow({ address: '#/jobs', transport })
    await expect.element(screen.getByText('Loading your jobs…')).toBeInTheDocument()
  })

  test('says when there is none, and when the first one comes', async () => {
    const transport = createFakeTransport()
    transport.answer({ listJobs: () => ({ items: [], next: null }) })
    const { screen } = await openWindow({ address: '#/jobs', transport })
    await expect.element(screen.getByText('No jobs yet.')).toBeVisible()
  })

  test('a failure names what failed', async () => {
    const transport = createFakeTransport()
    transport.fail('listJobs', new WindfallError('storage.failed', 'The disk is full.'))
    const { screen } = await openWindow({ address: '#/jobs', transport })
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/Could not load your jobs\..*The disk is full\./)
  })
})

describe('one job', () => {
  test('its window, energy, method and uncertainty, and the way to its receipt', async () => {
    const { screen } = await openWindow({ address: '#/jobs/lease-accepted' })
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Image batch 7f3a' })).toBeVisible()
    await expect
      .element(screen.getByRole('region', { name: 'Work' }))
      .toMatchTextContent(/Inference.*Docker container.*14:11–15:11, expected to take 41\smin.*Took41\smin/)
    await expect.element(screen.getByRole('region', { name: 'Result' })).toMatchTextContent(/120\sWh ±\s5\.2\s% energy counter.*Earned\$0\.0281/)
    await screen.getByRole('link', { name: 'Open and check the receipt' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Receipt receipt-1' })).toHaveFocus()
  })

  test('a refusal shows its sentence and its code', async () => {
    const { screen } = await openWindow({ address: '#/jobs/lease-refused' })
    await expect.element(screen.getByText('Nothing was booked.', { exact: false })).toBeVisible()
    await expect.element(screen.getByText('proof.implausible')).toBeVisible()
  })

  test('is found by the id of its job too, and on a later page', async () => {
    const transport = createFakeTransport()
    transport.answer({
      listJobs: ({ after }) =>
        after === null ? { items: [aJob()], next: 'x' } : { items: [aJob({ leaseId: 'deep', jobId: 'job-deep', name: 'A job far down' })], next: null },
    })
    const { screen } = await openWindow({ address: '#/jobs/job-deep', transport })
    await expect.element(screen.getByRole('heading', { level: 1, name: 'A job far down' })).toBeVisible()
  })

  test('an unknown one is said to be unknown', async () => {
    const { screen } = await openWindow({ address: '#/jobs/nobody' })
    await expect.element(screen.getByText('This computer has no such job.')).toBeVisible()
  })
})
