/**
 * The exit statuses of `sojourn`. `doctor` returns 0 to 3, as CI and cron jobs judge by them; the others follow the shell's and
 * `sysexits.h`, so that a mistake in the arguments is not taken for a finding.
 */
export const exitStatus = {
  /** Done; for `doctor`: all is right. */
  ok: 0,
  /** There is something that would be better. */
  advice: 1,
  /** Something is wrong, or Redis refused what the command asked. */
  wrong: 2,
  /** Redis could not be reached, or did not accept the login. */
  unreachable: 3,
  /** The arguments are wrong. */
  usage: 64,
  /** A defect of this program. */
  defect: 70,
  /** The output cannot be written, as to a full disk. */
  outputFailed: 74,
  /** The user has pressed Ctrl-C, or answered no. */
  interrupted: 130,
  /** The reader of the pipe has closed it. */
  pipeClosed: 141,
  /** SIGTERM. */
  terminated: 143,
} as const

/** One of the exit statuses. */
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]
