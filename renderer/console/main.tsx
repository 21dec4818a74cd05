import '../lib/no-eval.ts'
import '../ui/global.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const { openConsole } = await import('./open-console.tsx')
openConsole(root)
