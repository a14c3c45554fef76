/** The page of the service `task`. */
import '../shared/session-data.ts'
import type { Session } from '@sojourn/core'
import { findUser } from '@sojourn/example-shop/users'
import { type Html, html } from '@sojourn/example-shop/views/html'
import { endedNotice } from '../shared/views.ts'

/** Returns the tasks of a session, and the form for the next. Visitors may have tasks too: their login takes them along. */
export function tasksPage(session: Session): Html {
  const { data, userId, ended } = session
  const name = data.nickname ?? findUser(userId)?.name
  return html`
<div class="column">
  ${endedNotice(session)}
  <h1>${name === undefined ? 'Your tasks' : `Tasks of ${name}`}</h1>
  <p class="lede">${ended ? signInAgain : userId === undefined ? visitor : 'You signed in at another service, in another framework.'}</p>
  <ul class="rows">${data.tasks?.map((task) => html`<li class="row"><span class="grow">${task}</span></li>`)}</ul>
  ${ended === undefined && newTask}
</div>`
}

const visitor = html`Nobody has signed in. <a href="/user/">Sign in</a> now or later: your tasks come along.`
const signInAgain = html`<a href="/user/">Sign in</a> to begin another session.`

/** Not for a session that has ended: nothing can be saved in it. */
const newTask = html`
<form class="fields" method="post" action="/task/add">
  <label for="task">New task</label>
  <input id="task" name="task" maxlength="80" required>
  <button>Add</button>
</form>`
