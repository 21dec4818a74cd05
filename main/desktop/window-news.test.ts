import { expect, test } from 'vitest'
import { createWindowNews } from './window-news.ts'

function aWindow(seen: boolean) {
  const window = { seen, heard: [] as [string, unknown][] }
  const news = createWindowNews({ isSeen: () => window.seen, send: (...said) => void window.heard.push(said) })
  return { window, news }
}

test('a window in sight hears everything at once', () => {
  const { window, news } = aWindow(true)
  news.tell('changed', { seq: 1 })
  news.tell('power', { watts: 172 })
  expect(window.heard).toEqual([
    ['changed', { seq: 1 }],
    ['power', { watts: 172 }],
  ])
})

test('a hidden one hears nothing, and when it is seen again the last change, once', () => {
  const { window, news } = aWindow(false)
  for (let seq = 1; seq <= 100; seq++) {
    news.tell('changed', { seq })
    news.tell('power', { watts: seq })
  }
  expect(window.heard).toEqual([])
  window.seen = true
  news.seen()
  news.seen()
  expect(window.heard).toEqual([['changed', { seq: 100 }]])
})

test('what the shell itself asks of a window reaches it hidden, too', () => {
  const { window, news } = aWindow(false)
  news.tell('opened', { receipt: 'a.wfreceipt' })
  expect(window.heard).toHaveLength(1)
})
