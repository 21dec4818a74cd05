import '../lib/no-eval.ts'
import { readPreferences, showTheme } from '../lib/shell-link.ts'
import { speakLanguage } from '../lib/speak-language.ts'
import '../ui/global.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const preferences = await readPreferences()
showTheme(preferences.theme)
await speakLanguage(preferences, document.documentElement)
const { openApp } = await import('./open-app.tsx')
openApp(root)
