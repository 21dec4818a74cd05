import { describe, expect, test } from 'vitest'
import { serializeBundle } from '../../../shared/domain/open-bundle.ts'
import { testBundle, testLogKey, testNode, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { VERIFICATION_STEPS } from '../../../shared/domain/verification.ts'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeTransport, happyHandlers } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

const pinned = [testReceiptKey.keyId, testLogKey.keyId]
const textOf = async () => new TextDecoder().decode(serializeBundle(await testBundle()))

/** The window with a receipt file that was opened outside, on a computer that trusts these keys. */
async function openFile(text: string, pinnedKeys: readonly string[] = pinned) {
  const transport = createFakeTransport(happyHandlers())
  transport.answer({ getPinnedKeys: () => ({ pinnedKeys: [...pinnedKeys] }) })
  const shell = createFakeShell({}, [{ do: 'open-receipt', name: 'from-a-friend.wfreceipt', text }])
  return openWindow({ transport, shell })
}
const drop = (content: string, name = 'dropped.wfreceipt') => {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([content], name))
  window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))
}

describe('a receipt file from outside', () => {
  test('is shown on a page of its own, checked here with every step', async () => {
    const { screen } = await openFile(await textOf())
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Receipt file' })).toHaveFocus()
    await expect.element(screen.getByText('from-a-friend.wfreceipt')).toBeVisible()
    const verdict = screen.getByRole('region', { name: 'Checked on this computer, without the network' })
    await expect.element(verdict.getByText('Valid', { exact: true })).toBeVisible()
    expect(verdict.getByRole('listitem').elements()).toHaveLength(VERIFICATION_STEPS.length)
    await expect.element(screen.getByRole('region', { name: 'What it states' })).toBeVisible()
  })

  test('is not valid when a byte of it is another', async () => {
    const text = await textOf()
    const { screen } = await openFile(text.replace('"leafIndex":5', '"leafIndex":4'))
    await expect.element(screen.getByText('Not valid', { exact: true })).toBeVisible()
    await expect.element(screen.getByText('These figures come from a receipt that failed its check.')).toBeVisible()
  })

  test.each([
    ['no JSON', 'PK\u0003\u0004', /This file cannot be checked\. .*it is not JSON text/],
    ['no receipt', '{"hello":"world"}', /This file cannot be checked\. .*it does not say that it is a/],
    ['empty', '', /This file cannot be checked\./],
    ['too large', ' '.repeat(16 * 1_048_576 + 1), /This file cannot be checked\. .*larger than 16 MiB/],
  ])('is refused when it is %s', async (_, text, why) => {
    const { screen } = await openFile(text)
    await expect.element(screen.getByRole('alert')).toMatchTextContent(why)
  })

  test('is said to be signed by a stranger, and whether the rest holds', async () => {
    const { screen } = await openFile(await textOf(), [testNode.keyId])
    await expect.element(screen.getByText('Not valid', { exact: true })).toBeVisible()
    await expect.element(screen.getByText('Signed by a key that this computer does not know.')).toBeVisible()
    await expect.element(screen.getByText(/Its signatures, sums and log entry hold, but not for the coordinator of this computer\./)).toBeVisible()
  })

  test('is valid only in itself where nobody knows the coordinator', async () => {
    const { screen, transport } = await openFile(await textOf(), [])
    await expect.element(screen.getByText(/has not met a coordinator yet/)).toBeVisible()
    transport.fail('getPinnedKeys', new WindfallError('unavailable', 'The agent does not answer.'))
    drop(await textOf())
    await expect.element(screen.getByText(/does not answer, so whose receipt this is was not checked\./)).toBeVisible()
  })
})

test('a file dropped on the receipts, or chosen there, is opened', async () => {
  const { screen } = await openWindow({ address: '#/receipts' })
  await expect.element(screen.getByText('Or drop it anywhere on this page.')).toBeVisible()
  drop('{}')
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Receipt file' })).toHaveFocus()
  await expect.element(screen.getByText('dropped.wfreceipt')).toBeVisible()
  await screen.getByRole('link', { name: 'All receipts' }).click()
  await screen.getByLabelText('Check a receipt file').upload(new File([await textOf()], 'chosen.wfreceipt'))
  await expect.element(screen.getByText('chosen.wfreceipt')).toBeVisible()
  await expect.element(screen.getByText('Valid in itself.')).toBeVisible()
})

describe('what else somebody outside wants', () => {
  test('a page that there is', async () => {
    const { screen } = await openWindow({ shell: createFakeShell({}, [{ do: 'go', hash: '#/payouts' }]) })
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Payouts' })).toBeVisible()
  })

  test('not one that there is not, nor anything but a page; a problem stays until it is closed', async () => {
    const shell = createFakeShell()
    const { screen, clock } = await openWindow({ shell })
    for (const hash of ['#/nowhere', 'https://example.org/', '#/jobs?x=1', 'javascript:alert(1)']) {
      shell.send({ do: 'go', hash })
      await expect.element(screen.getByRole('alert')).toMatchTextContent('That link leads to a page that Windfall does not have.')
      clock.advance(60_000)
      await screen.getByRole('button', { name: 'Close' }).click()
      await expect.element(screen.getByRole('main')).toHaveFocus()
    }
    expect(location.hash).toBe('#/')
    shell.send({ do: 'explain', message: 'This file is gone.' })
    await expect.element(screen.getByRole('alert')).toMatchTextContent('This file is gone.')
  })
})
