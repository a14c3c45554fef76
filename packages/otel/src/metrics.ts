// All metrics, for OpenTelemetry and for Prometheus. docs/reference/metrics.md has the same list; a test compares them.

import type { SessionEvent, SessionEventName } from '@sojourn/core'
import {
  type Attribute,
  backendOperation,
  bindingRefusal,
  by,
  discardReason,
  endReason,
  errorType,
  failedOperation,
  flag,
  loggedIn,
  misfit,
  type Operated,
  rotationCause,
  sessionOperation,
  stallCause,
  supersededOperation,
  what,
} from './attributes.ts'

/** A metric. */
export interface Metric<Source = never> {
  /** With dots, as OpenTelemetry writes it. */
  readonly name: `sojourn.${string}`
  /** `s` for seconds, or what is counted, in braces. */
  readonly unit: 's' | `{${string}}`
  readonly description: string
  readonly attributes: readonly Attribute<Source>[]
}

/** One counter for each event, with its closed fields as attributes. */
export const eventMetrics: {
  readonly [Name in SessionEventName]: Metric<SessionEvent<Name>>
} = {
  created: {
    name: 'sojourn.session.created',
    unit: '{session}',
    description: 'Sessions that were saved for the first time.',
    attributes: [loggedIn],
  },
  loaded: {
    name: 'sojourn.session.loaded',
    unit: '{session}',
    description: 'Sessions that a token has opened.',
    attributes: [loggedIn],
  },
  committed: {
    name: 'sojourn.session.committed',
    unit: '{commit}',
    description: 'Requests that have written their session.',
    attributes: [by, flag('changed'), loggedIn],
  },
  touched: {
    name: 'sojourn.session.touched',
    unit: '{session}',
    description: 'Sessions that were prolonged by their use.',
    attributes: [loggedIn],
  },
  loggedIn: {
    name: 'sojourn.session.logged_in',
    unit: '{login}',
    description: 'Logins.',
    attributes: [flag('again')],
  },
  rotated: {
    name: 'sojourn.session.rotated',
    unit: '{rotation}',
    description: 'Tokens that were replaced by new ones.',
    attributes: [rotationCause],
  },
  stalled: {
    name: 'sojourn.session.stalled',
    unit: '{rotation}',
    description: 'Rotations that a client does not take over.',
    attributes: [stallCause],
  },
  replayed: {
    name: 'sojourn.session.replayed',
    unit: '{token}',
    description: 'Uses of a token long after its replacement: stolen, or kept by a client.',
    attributes: [loggedIn],
  },
  evicted: {
    name: 'sojourn.session.evicted',
    unit: '{session}',
    description: 'Sessions that a login above the limit has ended.',
    attributes: [],
  },
  mismatch: {
    name: 'sojourn.session.mismatch',
    unit: '{request}',
    description: 'Requests whose client is not the one that began the session.',
    attributes: [loggedIn],
  },
  bound: {
    name: 'sojourn.session.bound',
    unit: '{session}',
    description: 'Sessions for which a browser has registered a key.',
    attributes: [],
  },
  refreshed: {
    name: 'sojourn.session.refreshed',
    unit: '{request}',
    description: 'Proofs of browsers that they have the key of a session.',
    attributes: [],
  },
  bindingRefused: {
    name: 'sojourn.session.binding_refused',
    unit: '{request}',
    description: 'Requests that were refused by the device binding of their session.',
    attributes: [bindingRefusal],
  },
  ended: {
    name: 'sojourn.session.ended',
    unit: '{session}',
    description: 'Sessions that were ended. Expiry does not count.',
    attributes: [endReason],
  },
  expired: {
    name: 'sojourn.session.expired',
    unit: '{session}',
    description: 'Sessions whose expiry the store has noticed. Redis notices none.',
    attributes: [],
  },
  everybodyRevoked: {
    name: 'sojourn.session.everybody_revoked',
    unit: '{event}',
    description: 'Ends of all sessions at once, on this server or noticed by it.',
    attributes: [flag('here')],
  },
  displaced: {
    name: 'sojourn.session.displaced',
    unit: '{session}',
    description: 'Sessions that a bounded store has dropped to make room.',
    attributes: [],
  },
  discarded: {
    name: 'sojourn.session.discarded',
    unit: '{event}',
    description: 'Tokens that were refused or not sent, and changes that were not saved.',
    attributes: [what, discardReason],
  },
  superseded: {
    name: 'sojourn.session.superseded',
    unit: '{operation}',
    description: 'Writes that were refused because another request has elevated the session.',
    attributes: [supersededOperation],
  },
  conflict: {
    name: 'sojourn.session.conflict',
    unit: '{conflict}',
    description: 'Writes of two requests that changed the same keys.',
    attributes: [],
  },
  corrupt: {
    name: 'sojourn.session.corrupt',
    unit: '{session}',
    description: 'Stored sessions that could not be decoded.',
    attributes: [],
  },
  invalidData: {
    name: 'sojourn.session.invalid_data',
    unit: '{session}',
    description: 'Sessions whose data does not fit the schema or does not migrate.',
    attributes: [misfit],
  },
  secretsChanged: {
    name: 'sojourn.session.secrets_changed',
    unit: '{event}',
    description: 'Changes of the secrets of a rollingSecret: another one signs, or others verify.',
    attributes: [],
  },
  secretsRefused: {
    name: 'sojourn.session.secrets_refused',
    unit: '{event}',
    description: 'Times that the file of a rollingSecret could not be used. The secrets stay.',
    attributes: [],
  },
  failed: {
    name: 'sojourn.session.failed',
    unit: '{operation}',
    description: 'Operations of the store that failed, each attempt, and commits that failed.',
    attributes: [failedOperation, errorType],
  },
}

/** How long operations of a session take, their calls of the store included. */
export const sessionDuration: Metric<Operated> = {
  name: 'sojourn.operation.duration',
  unit: 's',
  description: 'Duration of the operations of sessions.',
  attributes: [sessionOperation, errorType],
}

/** How long calls of the store take, each attempt. */
export const storeDuration: Metric<Operated> = {
  name: 'sojourn.store.operation.duration',
  unit: 's',
  description: 'Duration of the calls of the session store, each attempt.',
  attributes: [backendOperation, errorType],
}

/** The upper bounds of the buckets of both durations, in seconds: from a fast Redis to the default of `storeTimeout`. */
export const durationBuckets: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
]

/** How many sessions are alive in the whole store, by `manager.stats()`. */
export const liveSessions: Metric<{ readonly userId: string | undefined }> = {
  name: 'sojourn.session.live',
  unit: '{session}',
  description: 'Live sessions in the store, of all servers.',
  attributes: [loggedIn],
}

/** How many users have a live session, by `manager.stats()`. */
export const liveUsers: Metric = {
  name: 'sojourn.session.users',
  unit: '{user}',
  description: 'Users with a live session in the store, of all servers.',
  attributes: [],
}

/** How many sessions are bound to a device, by `manager.stats()`. */
export const boundSessions: Metric = {
  name: 'sojourn.session.device_bound',
  unit: '{session}',
  description: 'Live sessions that are bound to a device, of all servers.',
  attributes: [],
}
