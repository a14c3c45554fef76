/** Serves the build behind a proxy that ends TLS, because react-router-serve has no option to trust one. */
import { createRequestHandler } from '@react-router/express'
import express from 'express'
import * as build from './build/server/index.js'

const { HOST = 'localhost', PORT = '3000' } = process.env

const app = express()
app.set('trust proxy', 1)
app.use(express.static('build/client'))
app.use(createRequestHandler({ build }))
app.listen(Number(PORT), HOST)
