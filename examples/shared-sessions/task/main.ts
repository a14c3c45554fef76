import { serve } from '../shared/serve.ts'
import { createTaskApp } from './app.ts'

await serve(createTaskApp)
