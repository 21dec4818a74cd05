/** `npm run pictures`: photographs the window of a real `windfall up` on recorded grid data for the README, in light and in dark. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Page, chromium } from '@playwright/test'
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts'
import { submitSample } from '../support/fleet.ts'
import { temporaryDirectory } from '../support/windfall.ts'
import { type Pixels, smallPng } from '../support/small-png.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SIZE = { width: 1280, height: 800 }
const MAX_BYTES = 150_000
/** Large enough to be at work while it is photographed; what this machine takes for it is of no importance. */
const AT_WORK = ['800', '600', '16']

/** Starts `windfall up` and resolves with the window's address once its first job is paid. */
function startUp(dataDirectory: string): Promise<{ readonly address: string; readonly stop: () => Promise<unknown> }> {
  const args = ['up', '--data', dataDirectory, '--zone', 'GB-13', '--no-window', '--no-live-grid']
  const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'], DOCKER_HOST: process.env['DOCKER_HOST'], WINDFALL_OFFLINE: '1' }
  const child = spawn(process.execPath, [join(ROOT, 'main', 'cli', 'windfall.mjs'), ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let said = ''
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /^Running\. Window: (\S+)/m.exec(said)?.[1]
      if (address !== undefined) resolve({ address, stop: () => (child.kill('SIGTERM'), ended) })
    })
    void ended.then((code) => reject(new Error(`windfall up ended with ${String(code)}: ${said}`)))
  })
}

/** A browser reads the file for us, in a page of its own without a content security policy. */
async function pixelsOf(page: Page, png: Buffer): Promise<Pixels> {
  const reader = await page.context().newPage()
  const base64 = await reader.evaluate(async (file) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${file}`)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas?.drawImage(image, 0, 0)
    const bytes = canvas?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray()
    let text = ''
    for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
    return btoa(text)
  }, png.toString('base64'))
  await reader.close()
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  return { width, height, rgba: Buffer.from(base64, 'base64') }
}

/** What is in sight, once in light and once in dark. */
async function photograph(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const path = join(ROOT, '.github', `${name}-${colorScheme}.png`)
    const png = smallPng(await pixelsOf(page, await page.screenshot({ animations: 'disabled' })))
    writeFileSync(path, png)
    const size = png.length
    process.stdout.write(`.github/${name}-${colorScheme}.png, ${Math.round(size / 1_000)} kB\n`)
    if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES / 1_000} kB.`)
  }
}

async function takePictures(page: Page, dataDirectory: string): Promise<void> {
  await submitSample(dataDirectory, 'wasm', AT_WORK)
  const now = page.getByRole('region', { name: 'Right now' })
  await now.getByText('Earning', { exact: true }).waitFor()
  await now.getByText(/^\d+%$/).waitFor()
  await photograph(page, 'home')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Receipts' }).click()
  await page.getByRole('main').getByRole('table').getByRole('link').last().click()
  await page.getByRole('status').filter({ hasText: 'Valid' }).waitFor()
  await photograph(page, 'receipt')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Grid' }).click()
  await page.getByRole('img', { name: /^Map of the zones/ }).waitFor()
  // Tall enough for the first lines of the list, which say where the map is known from.
  await page.setViewportSize({ ...SIZE, height: 960 })
  await page.getByRole('heading', { name: 'Zones' }).evaluate((heading) => heading.scrollIntoView({ block: 'start' }))
  await page.mouse.wheel(0, -24)
  await photograph(page, 'grid')
}

using data = temporaryDirectory()
const dataDirectory = join(data.path, 'data')
const up = await startUp(dataDirectory)
const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_ARGS })
try {
  const context = await browser.newContext({ viewport: SIZE, locale: 'en-GB', timezoneId: 'Europe/London' })
  const page = await context.newPage()
  await page.goto(up.address)
  await takePictures(page, dataDirectory)
} finally {
  await browser.close()
  await up.stop()
}
