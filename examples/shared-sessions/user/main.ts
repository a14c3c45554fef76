import { serve } from '../shared/serve.ts'
import { createUserApp } from './app.ts'

await serve(createUserApp)
