import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { MAX_BUNDLE_BYTES } from '../../shared/domain/open-bundle.ts'
import { errandOfReceiptFile, readAtMost } from './receipt-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-receipts-'))
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(directory, name), content)
  return errandOfReceiptFile(name, directory)
}
const explained = (words: RegExp) => ({ do: 'explain', message: expect.stringMatching(words) })

test('a receipt is handed over as it is, to the byte', async () => {
  const text = '\uFEFF{"bundle":"ü"}\n'
  expect(await put('November.wfreceipt', text)).toEqual({ do: 'open-receipt', name: 'November.wfreceipt', text })
  expect(await errandOfReceiptFile(join(directory, 'November.wfreceipt'), '/nowhere')).toMatchObject({ do: 'open-receipt' })
})

test('a file of another kind is not even opened', async () => {
  expect(await errandOfReceiptFile('/etc/passwd', directory)).toEqual(explained(/\.wfreceipt and no others/))
})

test('what is missing, no file, too large or no text is explained', async () => {
  expect(await errandOfReceiptFile('gone.wfreceipt', directory)).toEqual(explained(/gone\.wfreceipt could not be read/))
  mkdirSync(join(directory, 'folder.wfreceipt'))
  expect(await errandOfReceiptFile('folder.wfreceipt', directory)).toEqual(explained(/folder\.wfreceipt/))
  await put('large.wfreceipt', '')
  truncateSync(join(directory, 'large.wfreceipt'), MAX_BUNDLE_BYTES + 1)
  expect(await errandOfReceiptFile('large.wfreceipt', directory)).toEqual(explained(/larger than 16 MiB/))
  expect(await put('binary.wfreceipt', Buffer.from([0xff, 0xfe, 0x00]))).toEqual(explained(/not text/))
})

test.skipIf(process.platform === 'win32')('a pipe that nobody writes into holds nothing up', async () => {
  execFileSync('mkfifo', [join(directory, 'pipe.wfreceipt')])
  expect(await errandOfReceiptFile('pipe.wfreceipt', directory)).toEqual(explained(/pipe\.wfreceipt is no file/))
})

test('a file that grows while it is read, or that says nothing of its size, is read no further than a receipt goes', async () => {
  let read = 0
  const endless = { read: async (buffer: Uint8Array, _offset: number, length: number) => ((read += length), buffer.fill(65), { bytesRead: length }) }
  expect(await readAtMost(endless, 1_000)).toBeNull()
  expect(read).toBeLessThan(1_000_000)
})

test('a file manager may name a file by its address, and none of another computer', async () => {
  await put('a friend’s.wfreceipt', 'text')
  const address = pathToFileURL(join(directory, 'a friend’s.wfreceipt'))
  expect(await errandOfReceiptFile(address.href, '/nowhere')).toEqual({ do: 'open-receipt', name: 'a friend’s.wfreceipt', text: 'text' })
  for (const strange of ['file://elsewhere/share/a.wfreceipt', 'file:///a%2fb.wfreceipt', 'file:///a%00.wfreceipt', 'file://%.wfreceipt'])
    expect(await errandOfReceiptFile(strange, directory)).toEqual(explained(/could not be read/))
})

test('a name that no window could show is cut', async () => {
  const errand = await errandOfReceiptFile(`${'x'.repeat(5_000)}.wfreceipt`, directory)
  expect(JSON.stringify(errand).length).toBeLessThan(500)
})
