import { expect, test, vi } from 'vitest'
import type { Errand } from '../../shared/contract/shell.ts'
import { followVisit } from './follow-visits.ts'
import type { Visit } from './visits.ts'

const readReceipt = async (name: string, directory: string): Promise<Errand> => ({ do: 'open-receipt', name, text: directory })

async function followed(visit: Partial<Visit>) {
  const open = vi.fn()
  const given: Errand[] = []
  await followVisit({ hidden: false, links: [], receipts: [], directory: '/home/me', ...visit }, { open, give: (errand) => given.push(errand), readReceipt })
  return { opened: open.mock.calls.length, given }
}

test('whoever starts Windfall again sees its window', async () => expect(await followed({})).toEqual({ opened: 1, given: [] }))

test('the start at login opens none, unless there is something to show', async () => {
  expect(await followed({ hidden: true })).toEqual({ opened: 0, given: [] })
  expect(await followed({ hidden: true, links: ['windfall://jobs'] })).toEqual({ opened: 1, given: [{ do: 'go', hash: '#/jobs' }] })
})

test('links and files become errands, in their order', async () => {
  const { given } = await followed({ links: ['windfall://payouts', 'windfall://pay'], receipts: ['a.wfreceipt'] })
  expect(given).toEqual([
    { do: 'go', hash: '#/payouts' },
    { do: 'explain', message: expect.any(String) },
    { do: 'open-receipt', name: 'a.wfreceipt', text: '/home/me' },
  ])
})
