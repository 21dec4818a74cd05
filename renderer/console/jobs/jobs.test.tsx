import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { aDetail, aJob, aView, jobHandlers, jobIdOf, jobsHandlers, someFigures } from './jobs.fake.ts'

const requester = aPerson('requester')
const inputsOf = (asked: readonly { readonly name: string; readonly input: unknown }[], name: string) =>
  asked.filter((one) => one.name === name).map(({ input }) => input)

test('the list says how jobs fare, each figure with what it is of, and the chart can be read as a table', async () => {
  const { screen } = await openConsole({ address: '#/jobs', handlers: jobsHandlers([aJob(1)]) })
  await expect.element(screen.getByRole('heading', { name: 'Jobs', level: 1 })).toBeVisible()
  await expect.element(screen.getByText('p50 of 998 jobs submitted since', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('0.4%', { exact: false })).toBeVisible()
  await expect.element(screen.getByRole('img', { name: /Now 312, at most 400/ })).toBeVisible()
  await screen.getByText('Show as a table').click()
  await expect.element(screen.getByRole('cell', { name: '400' })).toBeVisible()
})

test('a requester has the same page about their own jobs, and asks for nobody else', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/jobs?requester=somebody&state=failed&since=2026-11-20',
    me: requester,
    handlers: { ...jobsHandlers([aJob(1)]), getJobSummary: () => someFigures('own') },
  })
  await expect.element(screen.getByRole('heading', { name: 'Your jobs' })).toBeVisible()
  await expect.element(screen.getByText('of your jobs', { exact: false })).toBeVisible()
  expect(inputsOf(coordinator.asked, 'browseJobs')).toEqual([expect.objectContaining({ state: 'failed', since: '2026-11-20T00:00:00.000Z' })])
  expect(JSON.stringify(inputsOf(coordinator.asked, 'browseJobs'))).not.toContain('somebody')
  expect(screen.getByRole('button', { name: /Take back/ }).query()).toBeNull()
})

test('jobs that were picked go back into the queue when ten seconds have passed, each under an id of its own', async () => {
  const jobs = [aJob(1, { state: 'failed' }), aJob(2, { state: 'expired' }), aJob(3)]
  const { screen, coordinator, clock } = await openConsole({
    address: '#/jobs',
    me: requester,
    handlers: { ...jobsHandlers(jobs), requeueJob: ({ newJobId }) => aView(aDetail({ jobId: newJobId })) },
  })
  await expect.element(screen.getByRole('table', { name: 'jobs' })).toBeVisible()
  await userEvent.keyboard('jxjxjx')
  await expect.element(screen.getByText('3 jobs picked')).toBeVisible()
  await screen.getByRole('button', { name: 'Re-queue 2' }).click()
  await expect.element(screen.getByText('2 jobs go back into the queue in 10 seconds, for at most $0.40 together.', { exact: false })).toBeVisible()
  expect(inputsOf(coordinator.asked, 'requeueJob')).toEqual([])
  clock.advance(10_000)
  await expect.element(screen.getByText('2 jobs were submitted again.')).toBeVisible()
  const asked = inputsOf(coordinator.asked, 'requeueJob') as readonly { readonly jobId: string; readonly newJobId: string }[]
  expect(asked.map(({ jobId }) => jobId).toSorted()).toEqual([jobIdOf(1), jobIdOf(2)])
  expect(new Set(asked.map(({ newJobId }) => newJobId)).size).toBe(2)
})

test('what was to be submitted again and is undone is not', async () => {
  const { screen, coordinator, clock } = await openConsole({ address: '#/jobs', me: requester, handlers: jobsHandlers([aJob(1, { state: 'failed' })]) })
  await screen.getByRole('checkbox', { name: `Pick ${jobIdOf(1)}` }).click()
  await screen.getByRole('button', { name: 'Re-queue 1' }).click()
  await screen.getByRole('button', { name: 'Undo' }).click()
  clock.advance(60_000)
  expect(inputsOf(coordinator.asked, 'requeueJob')).toEqual([])
})

test('an operator takes jobs back with a reason, and is told which were refused', async () => {
  const jobs = [aJob(1, { state: 'running' }), aJob(2, { state: 'leased' }), aJob(3, { state: 'completed' })]
  const { screen, coordinator } = await openConsole({
    address: '#/jobs',
    handlers: {
      ...jobsHandlers(jobs),
      takeBackWork: ({ jobId }) => {
        if (jobId === jobIdOf(2)) throw new WindfallError('conflict', 'Its machine has just finished it.')
        return aDetail({ jobId })
      },
    },
  })
  for (const number of [1, 2, 3]) await screen.getByRole('checkbox', { name: `Pick ${jobIdOf(number)}` }).click()
  await screen.getByRole('button', { name: 'Take back 2…' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Take back 2 jobs?' })
  await expect.element(dialog.getByText('at most $0.40', { exact: false })).toBeVisible()
  await dialog.getByRole('button', { name: 'Take back 2 jobs' }).click()
  await expect.element(dialog.getByRole('alert').getByText(/Say why/)).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The rack is rewired')
  await dialog.getByRole('button', { name: 'Take back 2 jobs' }).click()
  await expect.element(screen.getByText('Its machine has just finished it.', { exact: false })).toBeVisible()
  expect(inputsOf(coordinator.asked, 'takeBackWork')).toContainEqual({ jobId: jobIdOf(1), reason: 'The rack is rewired' })
  await expect.element(screen.getByText('2 jobs picked')).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Take back 1…' })).toBeVisible()
})

test('whoever only looks sees jobs without acts, and names are only text', async () => {
  const name = '<img src=x onerror=alert(1)> \u202eelif'
  const { screen } = await openConsole({ address: '#/jobs', me: aPerson('auditor'), handlers: jobsHandlers([aJob(1, { name })]) })
  await expect.element(screen.getByRole('link', { name: /<img src=x/ })).toBeVisible()
  expect(document.querySelector('img[src="x"]')).toBeNull()
  expect(screen.getByRole('checkbox', { name: /Pick/ }).query()).toBeNull()
  expect(screen.getByRole('button', { name: /Re-queue/ }).query()).toBeNull()
})

const said = (text: string, from: number) => ({ from, at: '2026-11-21T10:00:01.000Z', content: btoa(text) })
const attempts = [
  { attemptId: 'attempt-1', nodeId: 'n'.repeat(43), state: 'running', startedAt: '2026-11-21T10:00:00.000Z', endedAt: null, reason: null },
] as const

test('a job of one’s own shows its way, its plan, what it says and why others are out', async () => {
  const job = aDetail({ state: 'running', attempts: [...attempts] })
  let log = [said('frame 1\u001b[2J\n', 0)]
  const { screen, clock, coordinator } = await openConsole({
    address: `#/jobs/${job.jobId}`,
    me: requester,
    handlers: {
      ...jobHandlers(job),
      getJob: () => aView(job),
      getJobLog: ({ after }) => {
        const pieces = log.filter(({ from }) => from >= after)
        const last = pieces.at(-1)
        return { attemptId: 'attempt-1', pieces, next: last ? last.from + atob(last.content).length : after, isOver: false, expiresAt: null }
      },
    },
  })
  await expect.element(screen.getByRole('heading', { name: 'Frame 1' })).toBeVisible()
  await expect.element(screen.getByText('Attempt 1, goes on', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('without enough GPUs')).toBeVisible()
  await expect.element(screen.getByText('0.253 = intensity 0.178 + price 0.063 + utilisation 0.012', { exact: false })).toBeVisible()
  const shown = screen.getByRole('region', { name: 'Log' })
  await expect.element(shown).toHaveTextContent('frame 1␛[2J')
  log = [...log, said('frame 2\n', 12)]
  await expect
    .poll(() => {
      clock.advance(1_000)
      return shown.element().textContent
    })
    .toContain('frame 2')
  await screen.getByRole('searchbox', { name: 'Search in it' }).fill('FRAME 2')
  await expect.element(screen.getByText('1 line of 2 with this text.', { exact: false })).toBeVisible()
  await screen.getByRole('button', { name: 'Pause following' }).click()
  await expect.element(screen.getByRole('button', { name: 'Follow again' })).toBeVisible()
  const count = inputsOf(coordinator.asked, 'getJobLog').length
  clock.advance(60_000)
  expect(inputsOf(coordinator.asked, 'getJobLog')).toHaveLength(count)
})

test('a job of somebody else shows nothing of what it is made of', async () => {
  const job = aDetail({ requesterId: 'somebody', state: 'running', attempts: [...attempts] })
  const { screen, coordinator } = await openConsole({ address: `#/jobs/${job.jobId}`, handlers: jobHandlers(job) })
  await expect.element(screen.getByRole('button', { name: 'Take back…' })).toBeVisible()
  await expect.element(screen.getByRole('link', { name: 'nnnnnn…nnnnnn' })).toHaveAttribute('href', `#/fleet/${'n'.repeat(43)}`)
  expect(coordinator.asked.map(({ name }) => name)).not.toContain('getJob')
  expect(screen.getByRole('heading', { name: 'What it says' }).query()).toBeNull()
})

test('cancelling asks, with the money, and the focus stays on the page', async () => {
  const job = aDetail()
  let state: 'queued' | 'cancelled' = 'queued'
  const now = () => ({ ...job, state })
  const { screen, coordinator } = await openConsole({
    address: `#/jobs/${job.jobId}`,
    me: requester,
    handlers: {
      ...jobHandlers(job),
      getWork: now,
      getJob: () => aView(now()),
      cancelJob: () => {
        state = 'cancelled'
        return aView(now())
      },
    },
  })
  await screen.getByRole('button', { name: 'Cancel…' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Cancel 1 job?' })
  await expect.element(dialog.getByText('Up to $0.20 is set aside for it.', { exact: false })).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel 1 job' }).click()
  await expect.element(screen.getByRole('button', { name: 'Submit again' })).toBeVisible()
  expect(inputsOf(coordinator.asked, 'cancelJob')).toEqual([{ jobId: job.jobId }])
  await expect.poll(() => document.activeElement?.tagName).not.toBe('BODY')
})
