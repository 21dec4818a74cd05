import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import './global.css'
import { VirtualTable } from './virtual-table.tsx'

const COLUMNS = [{ name: 'Job' }, { name: 'Energy', align: 'end' }] as const
const rowAt = (index: number) => ({ key: `row ${index}`, cells: [<a key="name" href={`#/jobs/${index}`}>{`Job ${index}`}</a>, `${index} Wh`] })

const built = () => document.querySelectorAll('tbody tr[data-index]').length

test('of 100,000 rows only those in sight are built, each with its place in the whole', async () => {
  const screen = await render(<VirtualTable caption="Jobs" columns={COLUMNS} count={100_000} rowAt={rowAt} />)
  await expect.element(screen.getByRole('table', { name: 'Jobs' })).toHaveAttribute('aria-rowcount', '100001')
  await expect.element(screen.getByRole('link', { name: 'Job 0', exact: true })).toBeVisible()
  expect(built()).toBeLessThan(60)
  window.scrollTo(0, document.documentElement.scrollHeight)
  const last = screen.getByRole('link', { name: 'Job 99999', exact: true })
  await expect.element(last).toBeVisible()
  expect(last.element().closest('tr')?.getAttribute('aria-rowindex')).toBe('100001')
  expect(built()).toBeLessThan(60)
})

test('a row that has the focus stays, however far the page is scrolled, and Tab goes on from it', async () => {
  const screen = await render(<VirtualTable caption="Jobs" columns={COLUMNS} count={10_000} rowAt={rowAt} />)
  const third = screen.getByRole('link', { name: 'Job 3', exact: true })
  third.element().focus()
  window.scrollTo(0, 200_000)
  await expect.element(screen.getByRole('link', { name: /^Job [1-9]\d{3}$/ }).first()).toBeInTheDocument()
  expect(document.activeElement?.textContent).toBe('Job 3')
  window.scrollTo(0, 0)
  await expect.element(screen.getByRole('link', { name: 'Job 4', exact: true })).toBeVisible()
  await userEvent.keyboard('{Tab}')
  expect(document.activeElement?.textContent).toBe('Job 4')
})

test('Shift+Tab from below the list comes to its last row, although the page shows the first ones, and on to the one before it', async () => {
  await render(
    <>
      <VirtualTable caption="Jobs" columns={COLUMNS} count={5_000} rowAt={rowAt} />
      <a href="#/after">After</a>
    </>,
  )
  const after = document.querySelector<HTMLElement>('a[href="#/after"]')
  after?.focus({ preventScroll: true })
  window.scrollTo(0, 0)
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}')
  expect(document.activeElement?.textContent).toBe('Job 4999')
  await expect.poll(() => document.querySelector('tr[data-index="4998"]')).not.toBeNull()
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}')
  expect(document.activeElement?.textContent).toBe('Job 4998')
})

test('asks for more when the end is near, and says that the count is not known until then', async () => {
  let asked = 0
  const screen = await render(<VirtualTable caption="Jobs" columns={COLUMNS} count={50} rowAt={rowAt} hasMore loadMore={() => asked++} />)
  await expect.element(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '-1')
  window.scrollTo(0, document.documentElement.scrollHeight)
  await expect.poll(() => asked).toBeGreaterThan(0)
})
