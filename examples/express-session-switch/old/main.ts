import { serve } from '../serve.ts'
import { createApp } from './app.ts'

serve(await createApp())
