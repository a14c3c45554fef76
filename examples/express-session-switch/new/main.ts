import { serve } from '../serve.ts'
import { createApp } from './app.ts'

const { app, close } = await createApp()
serve(app, close)
