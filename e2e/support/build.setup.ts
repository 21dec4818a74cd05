import { test } from '@playwright/test'
import { build } from '../../main/cli/build.ts'

test('the window is built from the present sources', async () => {
  await build({ only: ['main', 'children', 'sandbox', 'preload', 'renderer', 'console', 'verify', 'icons'] }, (line) => process.stdout.write(`${line}\n`))
})
