/** Why a session is over: its time has run out, or it was ended, as by a logout in another tab or on another device. */
export type TimerEnd = 'expired' | 'ended'

/** What tabs tell each other. */
export type TabMessage =
  /** The session lasts `ms` from the time `at` of the machine, which the tabs share: a frozen tab reads it late. */
  { readonly ms: number; readonly at: number } | { readonly end: TimerEnd }

/** The other tabs of the same origin. */
export interface Tabs {
  tell(message: TabMessage): void
  /** Closes the channel: an open one could keep the page out of the back/forward cache. */
  leave(): void
  /** Opens it again. */
  join(): void
}

/** Joins the other tabs that use the same name. */
export function joinTabs(name: string, listen: (message: TabMessage) => void): Tabs {
  let channel: BroadcastChannel | undefined
  const tabs: Tabs = {
    tell: (message) => channel?.postMessage(message),
    leave() {
      channel?.close()
      channel = undefined
    },
    join() {
      try {
        channel ??= new BroadcastChannel(name)
      } catch {
        return // a browser without it, or one that forbids it, as Firefox does to pages without storage: this tab is alone
      }
      channel.onmessage = ({ data }) => {
        if (isTabMessage(data)) listen(data)
      }
    },
  }
  tabs.join()
  return tabs
}

/** Other scripts of the origin may use the same name, and older pages send what later ones do not know. */
function isTabMessage(data: unknown): data is TabMessage {
  const message = Object(data)
  if ('end' in message) return message.end === 'ended' || message.end === 'expired'
  return Number.isFinite(message.ms) && Number.isFinite(message.at)
}
