import { expectAccessible } from '../support/axe.ts'
import { expect, test } from '../support/fixtures.ts'

test('commands, a page for receipt files and the shortcuts are found with the keyboard, and axe finds nothing on them', async ({ window }) => {
  await expect(window.getByRole('heading', { level: 1 })).toBeVisible()
  await window.keyboard.press('Control+k')
  const field = window.getByRole('combobox', { name: 'Find a command, page or setting' })
  await expect(field).toBeFocused()
  await expectAccessible(window)
  await field.fill('receipt file')
  await field.press('Enter')
  await expect(window.getByRole('heading', { level: 1, name: 'Receipt file' })).toBeFocused()
  await expectAccessible(window)
  await window.keyboard.press('?')
  await expect(window.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})

test('a theme and a language outlast the window', async ({ window }) => {
  await window.evaluate(() => {
    location.hash = '#/settings?rule=appearance'
  })
  const language = window.getByRole('combobox', { name: 'Language' })
  await expect(language).toBeFocused()
  await window.getByRole('radio', { name: 'Dark' }).click()
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'dark')
  await language.selectOption('de')
  await window.getByRole('button', { name: 'Use this language' }).click()
  await expect(window.locator('html')).toHaveAttribute('lang', 'de')
  await expect(window.getByRole('radio', { name: 'Dunkel' })).toBeChecked()
  await expect(window.locator('html')).toHaveAttribute('data-theme', 'dark')
})
