import { EventEmitter } from 'node:events'
import { record } from './effects.ts'

interface Template {
  readonly id?: string
  readonly label?: string
  readonly type?: 'normal' | 'separator' | 'submenu' | 'checkbox' | 'radio'
  readonly enabled?: boolean
  readonly checked?: boolean
  readonly submenu?: readonly Template[] | Menu
  readonly click?: (item: MenuItem, window: unknown, event: unknown) => void
}

export class MenuItem {
  readonly id: string
  readonly label: string
  readonly type: NonNullable<Template['type']>
  enabled: boolean
  checked: boolean
  readonly submenu?: Menu
  readonly click: () => void

  constructor(template: Template) {
    this.id = template.id ?? ''
    this.label = template.label ?? ''
    this.type = template.type ?? (template.submenu ? 'submenu' : 'normal')
    this.enabled = template.enabled ?? true
    this.checked = template.checked ?? false
    if (template.submenu) this.submenu = template.submenu instanceof Menu ? template.submenu : Menu.buildFromTemplate(template.submenu)
    this.click = () => {
      if (!this.enabled) return
      if (this.type === 'checkbox') this.checked = !this.checked
      template.click?.(this, undefined, {})
    }
  }
}

export class Menu extends EventEmitter {
  readonly items: MenuItem[] = []

  static buildFromTemplate(template: readonly (Template | MenuItem)[]): Menu {
    const menu = new Menu()
    for (const item of template) menu.append(item instanceof MenuItem ? item : new MenuItem(item))
    return menu
  }
  static setApplicationMenu(menu: Menu | null): void {
    record('Menu.setApplicationMenu', menu === null ? null : menu.items.length)
  }
  append(item: MenuItem): void {
    this.items.push(item)
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
}
