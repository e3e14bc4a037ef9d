// Stands in for Facebook's SDK in a page: `people` by the scopes that they are asked for, whom a test names.
window.asked = []
window.FB = {
  init: (options) => window.asked.push({ init: options }),
  getLoginStatus: (answer) => answer({ status: 'unknown' }),
  login(answer, options) {
    window.asked.push({ login: options })
    const accessToken = window.tokens[options.scope]
    if (accessToken === undefined) return answer({ status: 'not_authorized' })
    answer({ status: 'connected', authResponse: { accessToken, userID: '1020', expiresIn: 5183944 } })
  },
  logout: (answer) => answer({ status: 'unknown' }),
  api: (path, options, answer) => answer({ id: '1020', first_name: 'Ada', asked: [path, options.fields] }),
}
window.fbAsyncInit()
