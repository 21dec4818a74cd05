import { describe, expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { aJob, atWork } from '../../lib/jobs.fake.ts'
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

  test('marks all that run, with what each has drawn and how far it is', async () => {
    const transport = createFakeTransport()
    const items = [aJob({ leaseId: 'b', name: 'Second' }), aJob({ name: 'First' }), aJob({ leaseId: 'c', name: 'Before', state: 'accepted' })]
    const second = atWork({ leaseId: 'b', name: 'Second', code: 'ceiling', message: 'It is too warm.', joules: 36_000, progress: 0.2 })
    transport.answer({
      listJobs: () => ({ items: items.map((job) => ({ ...job, joules: null, progress: null })), next: null }),
      getStatus: () => aStatus({ running: [atWork({ name: 'First' }), second] }),
    })
    const { screen } = await openWindow({ address: '#/jobs', transport })
    const row = (name: RegExp) => screen.getByRole('row', { name })
    await expect.element(row(/First/)).toMatchTextContent(/Running 63%.*74\.4\sWhso far/)
    await expect.element(row(/Second/)).toMatchTextContent(/Resting 20%It is too warm\..*10\sWhso far/)
    await expect.element(row(/Before/)).not.toMatchTextContent('so far')
    const marked = screen
      .getByRole('row')
      .elements()
      .filter((element) => getComputedStyle(element.firstElementChild ?? element, '::before').width === '3px')
    expect(marked.map(({ textContent }) => /First|Second|Before/.exec(textContent)?.[0])).toEqual(['Second', 'First'])
  })

  test('what was asked back has not failed', async () => {
    const transport = createFakeTransport()
    const ended = { endedAt: aJob().startedAt, progress: null }
    const items = [
      aJob({ ...ended, leaseId: 'a', name: 'Planned', state: 'failed', code: 'plan', message: 'The job goes on later from its checkpoint.' }),
      aJob({ ...ended, leaseId: 'b', name: 'Proven', state: 'given-back', message: 'This run is paid when it is finished.', proofId: 'p' }),
      aJob({ ...ended, leaseId: 'c', name: 'In vain', state: 'given-back', code: 'unpaid.failed', message: 'The job failed.' }),
      aJob({ ...ended, leaseId: 'd', name: 'Broken', state: 'failed', code: 'job.exit-code', message: 'It ended with exit code 1.' }),
    ]
    transport.answer({ listJobs: () => ({ items, next: null }), getStatus: () => aStatus({ job: null, display: 'ready' }) })
    const { screen } = await openWindow({ address: '#/jobs', transport })
    for (const [name, words] of [
      [/Planned/, /Goes on later.*from its checkpoint/],
      [/Proven/, /Goes on later.*paid when it is finished/],
      [/In vain/, /Not paid.*The job failed/],
      [/Broken/, /Failed.*exit code 1/],
    ] as const)
      await expect.element(screen.getByRole('row', { name })).toMatchTextContent(words)
    await screen.getByRole('link', { name: 'Proven' }).click()
    await expect.element(screen.getByRole('region', { name: 'Result' })).toMatchTextContent(/EarnedPaid when the job is finished/)
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
    await expect.element(screen.getByRole('region', { name: 'Result' })).toMatchTextContent(/120\sWh ±\s5\.2% energy counter.*Earned\$0\.0281/)
    await screen.getByRole('link', { name: 'Open and check the receipt' }).click()
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Receipt receipt-1' })).toHaveFocus()
  })

  test('at work: its device, its watts and its energy so far', async () => {
    const { screen } = await openWindow({ address: `#/jobs/${aJob().leaseId}` })
    await expect.element(screen.getByRole('region', { name: 'Work' })).toMatchTextContent(/Works onGeForce RTX 4070Power now172\sW.*Progress63%/)
    await expect.element(screen.getByRole('region', { name: 'Result' })).toMatchTextContent(/Energy so far74\.4\sWh.*EarnedOnce its result is accepted/)
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
